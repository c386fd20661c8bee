# helper.bash: what the tests share. Every .bats file loads it; PAIR names the pair under test.
# A program that a test starts is known by a label: its output is in LABEL.out, what it says in
# LABEL.err, its process number in pid[LABEL].
#
# Starting a process is what costs time in these tests (up to 5 ms, some 11 ms with all that comes with it).
# So what is done often is done by bash itself, and waiting starts no process at all.

if declare -F bats_require_minimum_version >/dev/null; then bats_require_minimum_version 1.5.0; fi # else it is not bats
TESTS=${BASH_SOURCE[0]%/*}
[[ $TESTS == /* ]] || TESTS=$PWD/$TESTS
while [[ $TESTS == */.. ]]; do TESTS=${TESTS%/*/..}; done
SUITE=${SUITE:-${TESTS%/*}}
real_suite=$SUITE
TOOLS=${TOOLS:-${TESTS%/*}/build/tools}
[ -z "${BATS_TEST_TMPDIR:-}" ] || unset BASH_ENV # builtins.bash is for bats and the tests, not for what they start
source "$TESTS/wine.bash"
source "$TESTS/waiting.bash"
[ "${BASH_SOURCE[-1]##*/}" != bats-exec-file ] || { nap 0 && export idle; } # for all tests of the file

# The traits of a pair, as tags of the contract's tests that it must pass:
#   posix    runs on Linux itself: strace, valgrind and the sanitizers work
#   live     its programs are started directly, and carry any amount as it comes
#   two      its sides are two programs that find each other by a name
#   bytes    carries what one read() returned      lines    carries a line as a message
#   mailbox  several producers, counted            keeps    messages outlive both sides
#   creates  its producer creates the object, and reads its input before a consumer comes
#   one-to-one  a second producer is refused, a second consumer waits for the next one
#   server   its consumer has the name alone: a second one is refused
#   twoway   beside the pair there is twoway.c
#   slow     some 4000 messages a second, under Wine: smaller inputs do ($less)
#   ends, fails, waits: what the consumer does when its producer has died (contract, point 8)
declare -gA traits=(
    [shm/posix]='posix live two bytes creates one-to-one fails'
    [mqueue/posix]='posix live two lines mailbox creates keeps waits'
    [pipes/posix]='posix live bytes twoway ends'
    [fifo/posix]='posix live two bytes ends'
    [shm/windows]='live two bytes one-to-one fails'
    [mailslot/windows]='live two lines mailbox server waits slow'
    [pipes/windows]='live bytes twoway ends'
    [fifo/windows]='live two bytes mailbox server fails'
    [mach/gnumach]='lines ends'
    [alpc/model]='posix live two lines mailbox server fails'
    [alpc/rpc]='live two lines mailbox server fails slow'
    # stand-in: Wine lacks its calls; it is tested on a stand-in for ALPC (ntalpc)
    [alpc/windows]='stand-in live two lines mailbox server fails slow'
)

# bats runs bats_debug_trap before each command, to know the line of a failure: that took a third of the processor
# time of these tests. Here bats asks when a command has failed.
if declare -F bats_capture_stack_trace bats_check_status_from_trap >/dev/null; then
    bats_debug_trap() { # the first time
        trap - DEBUG
    }
    bats_error_trap() { # as bats' own begins
        bats_check_status_from_trap
        bats_capture_stack_trace
        # shellcheck disable=SC2034 # for bats
        BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
    }
fi

has() { # TRAIT
    local of=${traits[${PAIR:-none}]:-}
    if [ -z "$of" ]; then
        echo "${PAIR:-none}: its traits are not in tests/helper.bash" >&2
        return 1
    fi
    [[ " $of " == *" $1 "* ]]
}

setup() {
    declare -gA pid=()
    declare -gi status=0
    cd "$BATS_TEST_TMPDIR" || return
    [ -n "${PAIR:-}" ] || return 0 # for who chooses it later, and calls this again
    use_name "ipc-test-$$-$BATS_TEST_NUMBER"
    known=(/proc/[0-9]*)
    [ -x "$TOOLS/await" ] || build_tools
    came=consumer.out
    has two || came=producer.out # which starts the consumer
    less=1                       # how many times less than usual a large input has: lines or bytes
    ! has slow || less=20
    ! has stand-in || use_stand_in
    case $PAIR in
    */windows | */rpc) start_wine ;;
    mach/*) need_mach ;;
    esac
}

is_windows() {
    [[ $PAIR == */windows || $PAIR == */rpc ]]
}

build_tools() { # tests/run has built them, for all jobs
    make -s -C "$TESTS/tools" BUILD="$TOOLS"
}

use_stand_in() { # for alpc/windows: once for all jobs
    export SUITE=${TOOLS%/*}/ntalpc
    [ ! -e "$BATS_FILE_TMPDIR/stand-in" ] || return 0
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    flock "$TOOLS" make -s -j"$(nproc)" -C "$TESTS/ntalpc" SUITE="$real_suite" BUILD="$SUITE"
    : >"$BATS_FILE_TMPDIR/stand-in"
}

need_mach() {
    need qemu-system-i386 qemu-system-x86
    [ -x "$SUITE/mach/gnumach/producer" ] || skip "not built: make -C mach kernel, then make"
    [ -e "${MACH_KERNEL:-$SUITE/mach/build/gnumach}" ] || skip "no kernel: make -C mach kernel"
}

# A Wine of the file's own: its programs see no others and leave nothing in ~/.wine. Such a small
# one is enough for console programs; where a later Wine needs more, wineboot makes a whole one.
start_wine() {
    [ "$HOSTTYPE" = x86_64 ] || skip "Wine runs programs for x86-64 on x86-64 alone"
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    need wine wine
    [ ! -e "$BATS_FILE_TMPDIR/wine-works" ] || mapfile -t WINE <"$BATS_FILE_TMPDIR/wine-works"
    choose_wine
    export WINEPREFIX=$BATS_FILE_TMPDIR/wine
    if [ -e "$BATS_FILE_TMPDIR/wine-works" ]; then
        ! wineserver_crashed || run_wineserver
        return
    fi
    [ -e "$TOOLS/probe.exe" ] || build_tools
    local system=$WINEPREFIX/drive_c/windows/system32 dlls=(/usr/lib/*/wine/x86_64-windows)
    mkdir -p "$system"
    cp "${dlls[0]}"/{ntdll,kernel32,kernelbase,msvcrt,advapi32,sechost,ucrtbase,rpcrt4}.dll \
        "${dlls[0]}"/{services,wineboot}.exe "$system" 2>/dev/null || true
    echo disable >"$WINEPREFIX/.update-timestamp"
    run_wineserver
    if ! wine_works; then
        (close_others && end_wine)
        rm -rf "$WINEPREFIX"
        (close_others && exec timeout 600 wineboot -i) </dev/null >wine.log 2>&1
        run_wineserver
        wine_works
    fi
    printf '%s\n' "${WINE[@]}" >"$BATS_FILE_TMPDIR/wine-works"
}

wine_works() {
    (close_others && exec timeout "$PATIENCE" "${WINE[@]}" "$TOOLS/probe.exe" x) </dev/null >wine.log 2>&1
}

run_wineserver() { # it stays: a program then starts in some 20 ms
    (close_others && exec setsid wineserver -p) </dev/null >/dev/null 2>"$BATS_FILE_TMPDIR/wineserver.log" || true
}

wineserver_crashed() { # as its handler of SIGSEGV says, in ours or in one that a program has started after that
    local log
    for log in "$BATS_FILE_TMPDIR/wineserver.log" ./*.err; do
        if has_text "$log" '^wineserver crashed'; then return 0; fi
    done
    return 1
}

gave_up() { # eventually calls it
    not_without_wine
}

# Wine 8's wineserver at times crashes (in message_queue_read) when a process is killed that waits in
# a ReadFile from a pipe, and the other side writes just then. It takes all programs with it: they
# hang or end with 0. Such a test says nothing of ours, neither good nor bad.
not_without_wine() { # [LABEL [STATUS]]
    local process suspects=()
    is_windows || return 0
    ! wineserver_crashed || wines_fault "Wine's own server has crashed"
    # a fault of a Windows program ends it with 5, the last byte of Windows' own STATUS_ACCESS_VIOLATION
    [ "${2:-}" != 139 ] || wines_fault "Wine itself ended by SIGSEGV"
    [ $# = 1 ] || return 0
    suspects=("/proc/${pid[$1]}")
    [ -z "${ISOLATED:-}" ] || suspects=(/proc/[0-9]*) # or its child
    for process in "${suspects[@]}"; do
        ! wine_deadlock "$process" || wines_fault "Wine's own deadlock in a process that ends"
    done
}

wines_fault() { # REASON: bats runs the test once more; the second time it is skipped, and so is a check of the grader
    if [ "${BATS_TEST_TRY_NUMBER:-2}" -gt 1 ]; then skip "$1"; fi
    echo "# once more: $1" >&3
    BATS_TEST_RETRIES=1
    exit 1
}

# Wine at times loses the status with which a program ended. Windows' own is right even then: the kit's check
# asks for that, of these programs as well.
status_lost() { # LABEL EXPECTED STATUS
    is_windows || return
    case $3 in
    # Wine's server kills what has ended and is still there half a second later, as it may be under load
    137) ;;
    # When a process ends, Wine counts a thread that is just ending by itself twice. Then the last of the other
    # threads takes itself for the last of all, and may end the process with 0 before the one that knows the status
    # does. Only here does a thread end by itself: the connection's, when its client has died.
    0) [[ $PAIR/$1/$2 = alpc/rpc/consumer/1 ]] && has_text consumer.err ' client [0-9]+ died' ;;
    *) false ;;
    esac
}

# A process that ends kills its other threads by SIGQUIT; Wine 8 lets that come while one has its
# virtual_mutex (in a ReadFile from a named pipe), for which the last one then waits forever,
# about once in 100 times. Only there the first thread is dead and others wait for a lock: a
# program of ours that hangs has its first thread.
wine_deadlock() { # /proc/PROCESS
    local task others=0
    has_text "$1/status" '^State:.Z' || return
    for task in "$1/task/"*; do
        [ "${task##*/}" != "${1##*/}" ] || continue
        [[ $(cat "$task/wchan" 2>/dev/null) == futex* ]] || return
        others=1
    done
    ((others))
}

# bats calls it after the last test of a file
teardown_file() {
    [ -d "$BATS_FILE_TMPDIR/wine" ] || return 0
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
    if [ -z "$name" ] || is_windows || ! object_exists; then
        return
    fi
    case $PAIR in
    mqueue/posix) "$TOOLS/mq-probe" --unlink "$name" ;;
    *) rm -rf "$object" ;;
    esac
}

object_exists() {
    case $PAIR in
    mqueue/posix)
        if [ -n "${QUEUES:-}" ]; then [ -e "$QUEUES$name" ]; else "$TOOLS/mq-probe" "$name" >/dev/null; fi
        ;;
    */windows | */rpc)
        [ -n "$name" ] || return
        (close_others && exec "${WINE[@]}" "$TOOLS/probe.exe" "$name") </dev/null && return 1
        return 0
        ;;
    *) [ -n "$object" ] && [ -e "$object" ] ;;
    esac
}

object_mode() {
    case $PAIR in
    mqueue/posix) "$TOOLS/mq-probe" "$name" | cut -d ' ' -f 1 ;;
    *) stat -c %a "$object" ;;
    esac
}

need() { # COMMAND PACKAGE
    command -v "$1" >/dev/null || skip "needs $1: apt-get install $2"
}

# bats waits for a process that holds one of its descriptors
close_others() {
    local fd
    for fd in "/proc/$BASHPID/fd/"*; do
        fd=${fd##*/}
        ((fd <= 2 || fd == 255)) || eval "exec $fd>&-"
    done
}

# linked_suite NAME...: a suite in the folder suite: our Makefile and tests, and what is named, a topic say, by links
linked_suite() {
    mkdir suite
    ln -s "${TESTS%/*}/Makefile" "$TESTS" "${@/#/${TESTS%/*}/}" suite
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
    if declare -F before_start >/dev/null; then before_start "$side" "$@"; fi
    : >"$label.err" # what an earlier one said, and wrote
    [ -n "${OUT:-}" ] || : >"$label.out"
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

# died LABEL SIGNAL: as contract says; Windows knows no signals: after Ctrl-C that nobody handles Wine 8 ends a
# program with 0, Wine 10 with 58, the last byte of Windows' own STATUS_CONTROL_C_EXIT
died() {
    case $2 in
    INT) if is_windows; then ends "$1" '0|58|130'; else ends "$1" 130; fi ;;
    KILL) ends "$1" 137 ;;
    TERM) ends "$1" 143 ;;
    esac
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

is_gone() { # LABEL
    has_ended "${pid[$1]}"
}

# ends LABEL STATUS: the program ends by itself, with that status (or one of 1|137, say)
ends() {
    local status=0
    if [ "$1" = consumer ] && ! has two; then
        return # the producer waits for it
    fi
    if ! eventually is_gone "$1"; then
        not_without_wine "$1"
        echo "$1 still runs: $PAIR, $("$TOOLS/await" look "${pid[$1]}"), $(cat "/proc/${pid[$1]}/task"/*/{comm,wchan} | paste -sd ' ')"
        return 1
    fi
    wait "${pid[$1]}" || status=$?
    unset "pid[$1]"
    if [[ ! $status =~ ^($2)$ ]]; then
        not_without_wine "" "$status"
        ! status_lost "$1" "$2" "$status" || return 0
        echo "$1 ended with status $status instead of $2"
        cat "$1.err"
        return 1
    fi
}

# type_first [PRODUCERS]: starts the pair and types a first line; more go to >&9
type_first() {
    [ ! -e keyboard ] || rm keyboard
    mkfifo keyboard
    exec 9<>keyboard # both ends, so that no open waits for the other
    consume "$@"
    produce keyboard
    echo first >&9
}

# typing [PRODUCERS]: the pair runs, its first line has come through, and its producer waits for the next ones
typing() {
    type_first "$@"
    eventually has_text "$came" first
}

# type_on: types lines until the producer has ended, as it does at one of the next ones when its consumer is dead. Wine's
# server may tell it of that death some milliseconds late.
type_on() {
    until is_gone producer; do
        echo next >&9
        nap
    done
}

# both_refuse NAME PATTERN <INPUT: each side ends with 1 and says that
both_refuse() {
    local side
    for side in producer consumer; do
        start $side $side "$1"
        ends $side 1
        says $side "^$side: $2"
    done
}

# says LABEL PATTERN: on its standard error, at the latest when it ends
says() {
    if ! eventually said "$1" "$2" >/dev/null || ! has_text "$1.err" "$2"; then
        echo "$1 says:" && cat "$1.err" && return 1
    fi
}

said() { # LABEL PATTERN: or it will never say it
    if [ -z "${pid[$1]:-}" ] || is_gone "$1"; then return 0; fi
    has_text "$1.err" "$2"
}

# the process that the producer of an ordinary pipe has started, once it runs the consumer
child() {
    "$TOOLS/await" "$PATIENCE" running "STARTED_IN=$PWD" consumer
}

# send SIGNAL SIDE
send() {
    if [ "$2" = consumer ] && ! has two; then
        kill "-$1" "$(child)"
    else
        kill "-$1" "${pid[$2]}"
    fi
}

# own_default_name TOPIC: for a test of the default name, until it ends: those of fifo and alpc lie in /tmp, the same
# for all jobs; the others are the same where jobs are not isolated
own_default_name() {
    if [ -n "${ISOLATED:-}" ] && [[ $1 != fifo && $1 != alpc ]]; then return; fi
    exec 6<"$real_suite/$1"
    flock 6
}

# nothing of this test is left: no process, no name
nothing_left() {
    local label
    for label in "${!pid[@]}"; do
        is_gone "$label" || { echo "still running: $label" && return 1; }
    done
    no_process || return
    ! object_exists || { echo "left behind: $name" && return 1; }
}

# none_new [MARK]: no process has come since setup, or none with that mark. It also fails where bash cannot tell, for it
# cannot look into another user's processes.
none_new() {
    local process line environment
    for process in /proc/[0-9]*; do
        [[ " ${known[*]} " != *" $process "* ]] || continue
        [ -n "${1:-}" ] || return
        mapfile -d '' environment 2>/dev/null <"$process/environ" || has_ended "${process##*/}" || return
        for line in "${environment[@]}"; do
            [ "$line" != "$1" ] || return
        done
    done
}

# Soon there is none that was started here, by whatever process. Wine's own do not count, should one of them
# have been started on the way.
no_process() {
    local command_line=.
    if none_new "STARTED_IN=$PWD"; then return 0; fi
    ! is_windows || command_line='(producer|consumer|twoway)'
    "$TOOLS/await" "$PATIENCE" none "STARTED_IN=$PWD" "$command_line" >/dev/null
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

# carry FILE: through the pair, from both ends at once, and compare. Standard output carries data
# alone, and there is nothing to say but, at most once, that one waits.
carry() {
    consume
    produce "$1"
    ends producer 0 && ends consumer 0 && equal "$1" "$came" || return
    ! has two || [ ! -s producer.out ] || return
    ! has live || says_no_more producer
    ! has two || says_no_more consumer
}

# equal FILE FILE: as cmp, which has to come for what is longer than some lines, or differs
equal() {
    local one other LC_ALL=C
    if [ ! -e "$1" ] || [ ! -e "$2" ] || IFS= read -rd '' -n 10000 one <"$1" ||
        IFS= read -rd '' -n 10000 other <"$2" || [ "$one" != "$other" ]; then
        cmp "$1" "$2"
    fi
}

says_no_more() { # LABEL
    local lines
    mapfile -t lines <"$1.err"
    if ((${#lines[@]} > 1)) || [[ ${#lines[@]} = 1 && ${lines[0]} != *waiting* ]]; then
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
    eventually [ -s seen ]
    if has posix && has two; then object_exists; fi # until the end
}
