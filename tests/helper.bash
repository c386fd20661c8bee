# helper.bash: what the tests share. Every .bats file loads it; PAIR names the pair under test.
# A program that a test starts is known by a label: its output is in LABEL.out, what it says in
# LABEL.err, its process number in pid[LABEL].

bats_require_minimum_version 1.5.0 2>/dev/null || true # tests/run reads this file, too
SUITE=${SUITE:-$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)}

# The traits of a pair, as tags of the contract's tests that it must pass:
#   posix    runs on Linux itself: strace, valgrind and the sanitizers work
#   two      its sides are two programs that find each other by a name
#   bytes    carries what one read() returned      lines    carries a line as a message
#   mailbox  several producers, counted            reading ends, fails or waits when the
#                                                  producer has died (contract, point 8)
traits() {
    case $1 in
    shm/posix) echo posix two bytes fails ;;
    mqueue/posix) echo posix two lines mailbox waits ;;
    pipes/posix) echo posix bytes ends ;;
    fifo/posix) echo posix two bytes ends ;;
    *) echo "traits of $1: not in tests/helper.bash" >&2 && return 1 ;;
    esac
}

has() { # TRAIT
    [[ " $(traits "$PAIR") " == *" $1 "* ]]
}

setup() {
    declare -gA pid=()
    declare -gi status=0
    cd "$BATS_TEST_TMPDIR" || return
    use_name "ipc-test-$$-$BATS_TEST_NUMBER"
}

teardown() {
    local label
    for label in "${!pid[@]}"; do
        kill -KILL "${pid[$label]}" 2>/dev/null
    done
    remove_object # a failed test may leave its own
    if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
        tail -n 5 ./*.err 2>/dev/null
    fi
    return 0
}

# use_name WORD: the pair's object is called that from now on
use_name() {
    case $PAIR in
    shm/posix) name=/$1 object=/dev/shm/$1 ;;
    mqueue/posix) name=/$1 object=${QUEUES:-}/$1 ;;
    fifo/posix) name=$PWD/$1 object=$name ;;
    pipes/posix) name='' object='' ;;
    esac
}

remove_object() {
    [ -z "$object" ] || rm -f "$object"
}

object_exists() {
    if [[ $PAIR == mqueue/posix && -z ${QUEUES:-} ]]; then
        skip "message queues can't be seen here (mount -t mqueue none /dev/mqueue)"
    fi
    [ -n "$object" ] && [ -e "$object" ]
}

need() { # COMMAND PACKAGE
    command -v "$1" >/dev/null || skip "needs $1: apt-get install $2"
}

# bats waits for whoever holds one of its descriptors
close_others() {
    local fd
    for fd in "/proc/$BASHPID/fd/"*; do
        fd=${fd##*/}
        ((fd <= 2 || fd == 255)) || eval "exec $fd>&-"
    done
}

can_strace() {
    need strace strace
    [ -z "${SANITIZE:-}" ] || skip "the leak sanitizer does not work under strace"
    strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here (ptrace is refused)"
}

# start LABEL SIDE [ARGUMENT]...: runs the pair's program in the background, on our standard
# input; what it writes goes to $OUT if that is set
start() {
    local label=$1 side=$2 here=$PWD prefix
    read -ra prefix <<<"${UNDER:-}"
    shift 2
    (
        close_others
        cd "$SUITE/$PAIR" && exec env --default-signal=INT,QUIT,PIPE STARTED_IN="$here" "${prefix[@]}" "./$side" "$@"
    ) <&0 >"${OUT:-$label.out}" 2>"$label.err" &
    pid[$label]=$!
}

# producer and consumer by their usual names; of an ordinary pipe the producer starts both
produce() { # [INPUT], else standard input
    if has two; then
        start producer producer "$name" <"${1:-/dev/stdin}"
    else
        start producer producer <"${1:-/dev/stdin}"
    fi
}

consume() {
    ! has two || start consumer consumer "$name" "$@"
}

output() {
    if has two; then echo consumer.out; else echo producer.out; fi
}

# eventually COMMAND...: waits until it succeeds; gives up after a minute
eventually() {
    local until=$((SECONDS + 60))
    until "$@"; do
        if ((SECONDS >= until)); then
            echo "gave up waiting for: $*"
            return 1
        fi
        sleep 0.01
    done
}

is_gone() { # LABEL
    ! kill -0 "${pid[$1]}" 2>/dev/null
}

# ends LABEL STATUS: the program ends by itself, with that status (or one of 1|137, say)
ends() {
    local status=0
    [ -n "${pid[$1]:-}" ] || return 0 # the consumer of an ordinary pipe: not started by us
    eventually is_gone "$1" || return
    wait "${pid[$1]}" || status=$?
    unset "pid[$1]"
    if [[ ! $status =~ ^($2)$ ]]; then
        echo "$1 ended with status $status instead of $2"
        cat "$1.err"
        return 1
    fi
}

says() { # LABEL PATTERN: on its standard error
    eventually grep -Eq -- "$2" "$1.err" || {
        echo "$1 says:" && cat "$1.err" && return 1
    }
}

# the child of an ordinary pipe's producer
child() {
    local children
    eventually child_runs
    children=$(cat "/proc/${pid[producer]}/task/${pid[producer]}/children")
    echo "${children%% *}"
}

child_runs() { # past exec: it runs the consumer
    local children
    children=$(cat "/proc/${pid[producer]}/task/${pid[producer]}/children")
    [[ $(readlink "/proc/${children%% *}/exe") == */consumer ]]
}

# send SIGNAL SIDE
send() {
    if [ "$2" = consumer ] && ! has two; then
        kill "-$1" "$(child)"
    else
        kill "-$1" "${pid[$2]}"
    fi
}

# nothing of this test is left: no name, no process
nothing_left() {
    local label
    if [ -n "$object" ] && object_exists; then
        echo "left behind: $object"
        return 1
    fi
    for label in "${!pid[@]}"; do
        is_gone "$label" || { echo "still running: $label" && return 1; }
    done
    eventually no_process
}

no_process() { # that was started here, by whomever
    ! grep -qszx "STARTED_IN=$PWD" /proc/[0-9]*/environ
}

# carry FILE: through the pair, from both ends at once, and compare
carry() {
    consume
    produce "$1"
    ends producer 0 && ends consumer 0 && cmp "$1" "$(output)"
}

# An endless transfer, under way: its beginning is in `seen`, the rest goes nowhere
transfer_for_ever() {
    mkfifo sink
    (close_others && head -c 100 >seen && exec cat >/dev/null) <sink &
    if has two; then
        OUT=$PWD/sink consume
        produce < <(close_others && exec yes "a line of an endless input")
    else
        OUT=$PWD/sink produce < <(close_others && exec yes "a line of an endless input")
    fi
    eventually test -s seen
}
