# The lecture, `make demo PAIR=...`, in a terminal of 80x24 that is a tmux of the test's own: so it
# is always started inside another tmux.

PAIR=mqueue/posix
load ../helper
load terminal

# open_terminal PAIR [NAME=VALUE]...: starts the lecture there; SUITE may be a copy
open_terminal() {
    PAIR=$1
    shift
    need tmux tmux
    [ -x "$TOOLS/await" ] || build_tools
    case $PAIR in
    */windows | */rpc) start_wine ;;
    mach/*) need_mach ;;
    esac
    run_in_terminal "$SUITE/tests/stage/lecture" "$PAIR" -- PAUSE=0 "$@"
    use_name "lecture-$(<pid)"
}

all_gone() {
    eventually is_empty tmp
    no_process
    ! object_exists || { echo "left behind: $name" && return 1; }
}

plays() { # PAIR
    open_terminal "$1"
    over 0
    [ ! -s err ]
    all_gone
}

@test "every pair that there is has its play here" {
    cd "$SUITE"
    for pair in */*/producer.c; do
        pair=${pair%/producer.c}
        [ -e "${pair%%/*}/Makefile" ] || continue # a class, say
        echo "$pair"
        has_text tests/stage/lecture.bats "^    plays $pair\$"
    done
}

@test "shared memory plays to the end and leaves nothing" {
    plays shm/posix
}

@test "the message queue plays to the end and leaves nothing" {
    plays mqueue/posix
}

@test "the FIFO plays to the end and leaves nothing" {
    plays fifo/posix
}

@test "the ordinary pipe plays to the end and leaves nothing" {
    plays pipes/posix
}

@test "the model of ALPC plays to the end and leaves nothing" {
    plays alpc/model
}

@test "Windows' shared memory plays to the end and leaves nothing" {
    plays shm/windows
}

@test "the mailslot plays to the end and leaves nothing" {
    plays mailslot/windows
}

@test "Windows' named pipe plays to the end and leaves nothing" {
    plays fifo/windows
}

@test "the anonymous pipe plays to the end and leaves nothing" {
    plays pipes/windows
}

@test "local RPC plays to the end and leaves nothing" {
    plays alpc/rpc
}

@test "native ALPC says that it needs Windows" {
    plays alpc/windows
}

@test "Mach plays to the end and leaves nothing" {
    plays mach/gnumach
}

@test "each step waits for a key and shows the calls, the queue, and what to watch" {
    open_terminal mqueue/posix STEP=1
    draws ' step 1 '
    shows 'mq_open\("/lecture-[0-9]+", O_CREAT\|O_NONBLOCK\|O_WRONLY, 0600, \{mq_maxmsg='
    shows '\}\) = 3$'
    shows '^QSIZE:0 '
    terminal send-keys b # there is none before it
    terminal send-keys Enter
    draws ' step 2 '
    shows 'mq_send\(3, "line 1\\n", 7, 0\) = 0  <- mq_timedsend$'
    shows '^QSIZE:7 '
    shows '^A line is typed\. '
    terminal send-keys Space
    shows 'producer: waiting for a consumer'
    shows '^600 10$'
    shows '^mq_send\(3, "line 11.n", 8, 0\) ... it waits  <- mq_timedsend$'
    terminal send-keys Space
    draws ' step 4 '
    shows '^QSIZE:0 '
    terminal send-keys b
    shows '^[^ ]+ step 3 again .above: step 4. '
    shows '^10 messages fill the queue'
    terminal send-keys PageUp
    shows '^[^ ]+ step 2 again '
    terminal send-keys PageDown
    shows '^[^ ]+ step 3 again '
    terminal send-keys Right
    shows '^[^ ]+ step 4 - '
    terminal send-keys Space
    shows 'mq_receive\(3, "the last line\\n", 8192\) = 14  <- mq_timedreceive$'
    terminal send-keys Space
    shows 'mq_unlink\("/lecture-[0-9]+"\) = 0$'
    shows 'there is no such queue'
    terminal send-keys Space
    shows 'nothing is left'
    [ ! -e status ]
    terminal send-keys Space
    over 0
    all_gone
}

@test "Ctrl-C in the middle leaves nothing" {
    for pair in shm/posix mqueue/posix fifo/posix pipes/posix alpc/model; do
        open_terminal $pair STEP=1
        draws ' step 1 '
        terminal send-keys Space
        draws ' step 2 '
        terminal send-keys C-c
        over 130
        all_gone
        close_terminal
    done
}

@test "closing the terminal in the middle leaves nothing" {
    for pair in shm/posix mqueue/posix fifo/posix pipes/posix alpc/model; do
        open_terminal $pair STEP=1
        draws ' step 1 '
        close_terminal
        all_gone
    done
}

@test "a signal to the lecture leaves nothing" {
    open_terminal mqueue/posix STEP=1
    draws ' step 1 '
    kill -TERM "$(cat pid)"
    over 143
    all_gone
}

# a copy of the suite whose consumer of shared memory is another
broken() { # SED-EXPRESSION
    [ -d suite ] || { mkdir suite && cp -R "${TESTS%/*}"/{shm,tests} suite; }
    sed "$1" "${TESTS%/*}/shm/posix/consumer.c" >suite/shm/posix/consumer.c
    gcc -std=gnu17 -w -pthread -o suite/shm/posix/consumer suite/shm/posix/consumer.c -lrt
    SUITE=$PWD/suite
    open_terminal shm/posix
    over 1
    all_gone
    close_terminal
}

@test "it fails, and says why, when a program fails" {
    broken 's/shm_unlink(name) == -1/0/'
    has_text err '^demo: something is left: /lecture'
    broken 's/slot->length == 0/slot->length > 0/'
    has_text err '^demo: '
    broken 's/slot->length - done)/1)/; s/slot->data + done/slot->data/'
    has_text err '^demo: what came out is not what went in'
    has_text err '^sem_post' # and what stood on the screen
}

@test "without tmux or a terminal it says what it needs" {
    mkdir bin
    ln -s "$(command -v bash)" "$(command -v dirname)" bin
    run -1 env PATH="$PWD/bin" "$SUITE/tests/stage/lecture" mqueue/posix
    [ "$output" = 'demo: needs tmux: apt-get install tmux' ]
    need tmux tmux
    run -1 "$SUITE/tests/stage/lecture" mqueue/posix </dev/null
    [[ $output == 'demo: needs a terminal'* ]]
    run -2 "$SUITE/tests/stage/lecture" mqueue/windows
    [[ $output == 'demo: no pair mqueue/windows; there are: alpc/model '* ]]
    # a copy that a student made is none
    mkdir -p my-shm/posix && : >my-shm/Makefile && : >my-shm/posix/producer.c
    (source "$TESTS/stage/screen.bash" && [ "$(pairs)" = '' ])
}
