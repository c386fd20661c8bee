# helper.bash: what the tests share. Every .bats file loads it; PAIR names the pair under test.
# A program that a test starts is known by a label: its output is in LABEL.out, what it says in
# LABEL.err, its process number in pid[LABEL].

bats_require_minimum_version 1.5.0 2>/dev/null || true # tests/run reads this file, too
TESTS=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
SUITE=${SUITE:-${TESTS%/*}}
source "$TESTS/wine.bash"

# The traits of a pair, as tags of the contract's tests that it must pass:
#   posix    runs on Linux itself: strace, valgrind and the sanitizers work
#   live     its programs are started directly, and carry any amount as it comes
#   two      its sides are two programs that find each other by a name
#   bytes    carries what one read() returned      lines    carries a line as a message
#   mailbox  several producers, counted            keeps    messages outlive both sides
#   one-to-one  a second producer is refused, a second consumer waits for the next one
#   server   its consumer has the name alone: a second one is refused
#   twoway   beside the pair there is twoway.c
#   slow     some 4000 messages a second: smaller inputs do
#   ends, fails, waits: what the consumer does when its producer has died (contract, point 8)
traits() {
    case $1 in
    shm/posix) echo posix live two bytes one-to-one fails ;;
    mqueue/posix) echo posix live two lines mailbox keeps waits ;;
    pipes/posix) echo posix live bytes twoway ends ;;
    fifo/posix) echo posix live two bytes ends ;;
    shm/windows) echo live two bytes one-to-one fails ;;
    mailslot/windows) echo live two lines mailbox server waits ;;
    pipes/windows) echo live bytes twoway ends ;;
    fifo/windows) echo live two bytes mailbox server fails ;;
    mach/gnumach) echo lines ends ;;
    alpc/model) echo posix live two lines mailbox server fails ;;
    alpc/rpc) echo live two lines mailbox server fails slow ;;
    # not under the contract: alpc.bats tests that it says why it can't run
    alpc/windows) echo apart ;;
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
    case $PAIR in
    mqueue/posix) build_mq_probe ;;
    */windows | */rpc) start_wine ;;
    mach/*) need_mach ;;
    esac
}

is_windows() {
    [[ $PAIR == */windows || $PAIR == */rpc ]]
}

build_mq_probe() {
    [ -x "$BATS_FILE_TMPDIR/mq-probe" ] || cc -o "$BATS_FILE_TMPDIR/mq-probe" "$TESTS/tools/mq-probe.c" -lrt
}

need_mach() {
    need qemu-system-i386 qemu-system-x86
    [ -x "$SUITE/mach/gnumach/producer" ] || skip "not built: apt-get install gnumach-dev, make"
    [ -e "${MACH_KERNEL:-$SUITE/mach/build/gnumach}" ] || skip "no kernel: make -C mach kernel"
}

# A Wine of the file's own: its programs see no others and leave nothing in ~/.wine. Such a small
# one is enough for console programs; where a later Wine needs more, wineboot makes a whole one.
start_wine() {
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    need wine wine
    choose_wine
    export WINEPREFIX=$BATS_FILE_TMPDIR/wine
    if [ -e "$BATS_FILE_TMPDIR/probe.exe" ]; then
        ! wineserver_crashed || run_wineserver
        return
    fi
    x86_64-w64-mingw32-gcc -O2 -static -s -o "$BATS_FILE_TMPDIR/new.exe" "$TESTS/tools/probe.c"
    local system=$WINEPREFIX/drive_c/windows/system32 dll
    mkdir -p "$system"
    for dll in ntdll kernel32 kernelbase msvcrt advapi32 sechost ucrtbase rpcrt4; do
        cp /usr/lib/*/wine/x86_64-windows/$dll.dll "$system" 2>/dev/null || true
    done
    cp /usr/lib/*/wine/x86_64-windows/{services,wineboot}.exe "$system" 2>/dev/null || true
    echo disable >"$WINEPREFIX/.update-timestamp"
    run_wineserver
    if ! (close_others && exec timeout 60 "${WINE[@]}" "$BATS_FILE_TMPDIR/new.exe" x) </dev/null >wine.log 2>&1; then
        (close_others && end_wine)
        rm -rf "$WINEPREFIX"
        (close_others && exec timeout 120 wineboot -i) </dev/null >wine.log 2>&1
        run_wineserver
        (close_others && exec timeout 60 "${WINE[@]}" "$BATS_FILE_TMPDIR/new.exe" x) </dev/null >>wine.log 2>&1
    fi
    mv "$BATS_FILE_TMPDIR/new.exe" "$BATS_FILE_TMPDIR/probe.exe"
}

run_wineserver() { # it stays: a program then starts in some 20 ms
    (close_others && exec setsid wineserver -p) </dev/null >/dev/null 2>"$BATS_FILE_TMPDIR/wineserver.log" || true
}

wineserver_crashed() { # as its handler of SIGSEGV says
    grep -qs '^wineserver crashed' "$BATS_FILE_TMPDIR/wineserver.log"
}

# Wine 8's wineserver at times crashes (in message_queue_read) when a process is killed that waits in
# a ReadFile from a pipe, and the other side writes just then. It takes all programs with it: they
# hang or end with 0. Such a test says nothing of ours, neither good nor bad.
not_without_wine() { # [LABEL]
    ! wineserver_crashed || skip "Wine's own server has crashed: $(cat "$BATS_FILE_TMPDIR/wineserver.log")"
    [ $# = 0 ] || ! wine_deadlock "$1" || skip "Wine's own deadlock in a process that ends"
}

# A process that ends kills its other threads by SIGQUIT; Wine 8 lets that come while one has its
# virtual_mutex (in a ReadFile from a named pipe), for which the last one then waits for ever,
# about once in 100 times. Only there the first thread is dead and others wait for a lock: a
# program of ours that hangs has its first thread.
wine_deadlock() { # LABEL
    local task others=0
    is_windows && grep -qs '^State:.Z' "/proc/${pid[$1]}/status" || return
    for task in "/proc/${pid[$1]}/task/"*; do
        [ "${task##*/}" != "${pid[$1]}" ] || continue
        [[ $(cat "$task/wchan" 2>/dev/null) == futex* ]] || return
        others=1
    done
    ((others))
}

# bats calls it after the last test of a file
teardown_file() {
    (export WINEPREFIX=$BATS_FILE_TMPDIR/wine && close_others && end_wine)
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
    mqueue/posix) name=/$1 object='' ;;
    fifo/posix | alpc/model) name=$PWD/$1 object=$name ;;
    pipes/* | mach/*) name='' object='' ;; # an ordinary pipe has none; Mach has it inside
    */windows | */rpc) name=$1 object='' ;;
    esac
    shown=$name # in what the programs say
    is_windows && shown='.*'$name'.?' # the line may end with a carriage return
    return 0
}

remove_object() {
    case $PAIR in
    mqueue/posix) "$BATS_FILE_TMPDIR/mq-probe" --unlink "$name" ;;
    *) [ -z "$object" ] || rm -rf "$object" ;;
    esac
}

object_exists() {
    case $PAIR in
    mqueue/posix) "$BATS_FILE_TMPDIR/mq-probe" "$name" >/dev/null ;;
    */windows | */rpc)
        [ -n "$name" ] || return
        (close_others && exec "${WINE[@]}" "$BATS_FILE_TMPDIR/probe.exe" "$name") </dev/null && return 1
        return 0
        ;;
    *) [ -n "$object" ] && [ -e "$object" ] ;;
    esac
}

object_mode() {
    case $PAIR in
    mqueue/posix) "$BATS_FILE_TMPDIR/mq-probe" "$name" | cut -d ' ' -f 1 ;;
    *) stat -c %a "$object" ;;
    esac
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
    local label=$1 side=$2 here=$PWD
    local -a program
    read -ra program <<<"${UNDER:-}"
    shift 2
    echo "$side${1:+ $*} <$(readlink /proc/self/fd/0)" >>commands
    : >"$label.err" # what an earlier one said
    case $PAIR in
    */windows | */rpc) program+=("${WINE[@]}" "./$side.exe") ;;
    mach/*) program+=(./run) ;; # boots a machine with both sides
    *) program+=("./$side") ;;
    esac
    (
        close_others
        cd "$SUITE/$PAIR" &&
            exec env --default-signal=INT,QUIT,PIPE STARTED_IN="$here" "${program[@]}" "$@"
    ) <&0 >"${OUT:-$label.out}" 2>"$label.err" &
    pid[$label]=$!
}

# died LABEL SIGNAL: as contract says; Windows knows no signals: Wine ends with 0 after SIGINT
died() {
    if is_windows && [ "$2" = INT ]; then
        ends "$1" '0|130'
    else
        ends "$1" $((128 + $(kill -l "$2")))
    fi
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
    local until=$((SECONDS + ${PATIENCE:-60}))
    until "$@"; do
        if ((SECONDS >= until)); then
            not_without_wine
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
    if [ "$1" = consumer ] && ! has two; then
        return # the producer waits for it
    fi
    if ! eventually is_gone "$1"; then
        not_without_wine "$1"
        return 1
    fi
    wait "${pid[$1]}" || status=$?
    unset "pid[$1]"
    if [[ ! $status =~ ^($2)$ ]]; then
        not_without_wine
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

# the process that the producer of an ordinary pipe has started, once it runs the consumer
child() {
    eventually child_runs >/dev/null
    child_runs
}

child_runs() {
    local process command
    while read -r process; do
        command=$(tr '\0' '\n' <"${process%environ}cmdline" 2>/dev/null | head -n 1)
        [[ $command =~ (^|[/\\])consumer(.exe)?$ ]] || continue
        process=${process#/proc/}
        echo "${process%%/*}"
        return
    done < <(grep -lszx "STARTED_IN=$PWD" /proc/[0-9]*/environ)
    return 1
}

# send SIGNAL SIDE
send() {
    if [ "$2" = consumer ] && ! has two; then
        kill "-$1" "$(child)"
    else
        kill "-$1" "${pid[$2]}"
    fi
}

# For a test of the default names, until it ends: those of fifo and alpc lie in /tmp, the same for all jobs
own_default_names() {
    exec 6<"$TESTS"
    flock 6
}

# nothing of this test is left: no name, no process
nothing_left() {
    local label
    if object_exists; then
        echo "left behind: $name"
        return 1
    fi
    for label in "${!pid[@]}"; do
        is_gone "$label" || { echo "still running: $label" && return 1; }
    done
    eventually no_process || return
    ! is_windows || eventually no_object # wineserver may hear of a death a moment later than we
}

no_object() {
    ! object_exists
}

no_process() { # that was started here, by whomever
    local process
    while read -r process; do # not Wine's own, should one of them have been started on the way
        ! is_windows || grep -Eqsz '(producer|consumer|twoway)' "${process%environ}cmdline" || continue
        return 1
    done < <(grep -lszx "STARTED_IN=$PWD" /proc/[0-9]*/environ)
}

kinds=(empty newline 'empty lines' 'no newline at the end' 'NUL bytes' 'CR LF and Ctrl-Z' UTF-8)

contents() { # KIND: writes an input of that kind
    case $1 in
    empty) ;;
    newline) printf '\n' ;;
    'empty lines') printf '\n\none\n\n\ntwo\n\n' ;;
    'no newline at the end') printf 'one\ntwo' ;;
    'NUL bytes') printf '\0\none\0two\n\0' ;;
    'CR LF and Ctrl-Z') printf 'one\r\n\r\n\032two\r\n' ;;
    UTF-8) printf 'Ünïcödé — 進程間通信\n' ;;
    esac
}

# how_much NUMBER: of an input's lines or bytes; where 4000 messages a second is all, a twentieth
how_much() {
    if has slow; then echo $(($1 / 20)); else echo "$1"; fi
}

# carry FILE: through the pair, from both ends at once, and compare. Standard output carries data
# alone, and there is nothing to say but, at most once, that one waits.
carry() {
    consume
    produce "$1"
    ends producer 0 && ends consumer 0 && cmp "$1" "$(output)" || return
    ! has two || [ ! -s producer.out ] || return
    ! has live || says_no_more producer
    ! has two || says_no_more consumer
}

says_no_more() { # LABEL
    if [ "$(grep -c . "$1.err")" -gt "$(grep -c waiting "$1.err")" ] ||
        [ "$(grep -c . "$1.err")" -gt 1 ]; then
        echo "$1 says:" && cat "$1.err" && return 1
    fi
}

# what the consumer does when its producer is dead
after_the_producer() {
    if has waits; then # for the next one: see that it serves it
        echo "from the next one" >input2
        start producer2 producer "$name" <input2
        ends producer2 0
        ends consumer 0
    elif has fails; then
        ends consumer 1
    else
        ends consumer 0
    fi
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
    if has posix && has two; then object_exists; fi # until the end
}
