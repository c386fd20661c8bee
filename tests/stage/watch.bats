# make watch, in a terminal of 80x24: what is typed, the keys, and what the kernel's pane says.

PAIR=mqueue/posix
load ../helper
load terminal

open_watch() { # PAIR [FOLDER], or make
    need tmux tmux
    [ -x "$TOOLS/await" ] || build_tools
    PAIR=$1
    if [ "${2:-}" = make ]; then
        run_in_terminal make -s -C "$SUITE" watch PAIR="$PAIR" -- TERM="${kind:-screen}"
        shows '^\$ ./producer /watch-[0-9]+'
        name=$(grep -o '/watch-[0-9]*' screen | head -n 1)
    else
        run_in_terminal "$SUITE/tests/stage/watch" "$@" -- TERM="${kind:-screen}"
        name=/watch-$(<pid)
    fi
    case $PAIR in fifo/* | alpc/*) name='/tmp/watch-[A-Za-z0-9]+' ;; esac
    shows '^ \^C end  \^K kill -9  \^T stop, go on  \^D end of input  \^O other side  \^X quit'
    shows '^[^ ]+ producer <- your keys go here '
    shows '^[^ ]+ what the kernel holds '
    shows '^[^ ]+ consumer '
}

keys() {
    terminal send-keys "$@"
}

quit() {
    keys C-x
    over 0
    [ ! -s err ]
    eventually is_empty tmp
    no_process
    run ! compgen -G "/dev/shm$name"
    close_terminal
}

p='producer \([0-9]+\)' c='consumer \([0-9]+\)'

# README: make watch PAIR=mqueue/posix
@test "a queue: what is typed waits in it, until the consumer comes" {
    open_watch mqueue/posix make
    shows "^\\$ ./producer $name"
    keys hello Enter 'two words' Enter
    shows "^$name: 2 of 10 messages, 16 bytes \(QSIZE\); each at most 8192 bytes"
    shows '^"hello.n" "two words.n"  .as they were sent.'
    shows "^open to receive: nobody; open to send: $p fd 3"
    shows "^$p waits in read for its input: type a line, or Ctrl-D"
    keys C-o
    shows '^[^ ]+ consumer <- your keys go here '
    shows '^ keys go to the consumer now: \^O goes back '
    keys Enter
    shows '^two words' # below the one that was typed
    shows "^$name: 0 of 10 messages, 0 bytes"
    shows "^$c waits in mq_receive on $name: it is empty, and producer"
    keys 'not its output' C-o
    shows '^ \^C end '
    run ! grep 'not its' screen
    keys C-d
    shows '^.the producer ended with status 0. Enter starts it again'
    shows '^.the consumer ended with status 0. Enter starts it again'
    shows "^There is no queue $name\.\$"
    keys Enter again Enter # and once more
    shows "^$name: 1 of 10 messages, 6 bytes"
    shows '^"again.n"  .as they were sent.'
    keys C-c
    shows '^(.C)?.the producer was ended by SIGINT. Enter starts it again'
    quit
    run ! object_exists
}

@test "shared memory: slots, semaphores and locks; kill -9 of either side" {
    open_watch shm/posix
    keys hello Enter
    shows '^semaphores: empty 2, full 1; has_consumer 0'
    shows '^slots: .0. "hello.n"  .1. -'
    shows "^locks: lockf $p"
    keys C-o Enter
    shows '^semaphores: empty 3, full 0; has_consumer 1'
    shows "^$c waits in sem_wait on the semaphore .full. in /dev/shm$name:"
    keys 'typed to the consumer' Enter C-k
    shows '^.the consumer was ended by SIGKILL. Enter starts it again'
    keys C-o C-k
    shows '^.the producer was ended by SIGKILL. Enter starts it again'
    shows '^locks: none' # and the segment has stayed
    has_text screen 'has_consumer 1' # what was typed to it has not started another
    quit
}

@test "a FIFO: the bytes in it while the consumer is stopped" {
    kind=vt100 open_watch fifo/posix
    shows "^$p waits in open on $name: no consumer has"
    keys C-o Enter
    shows "^read end: $c fd 3; write end: $p fd 3"
    keys C-t
    shows "^$c is stopped"
    keys C-o one Enter two Enter
    shows '^8 bytes are in it: "one.ntwo.n"' ||
        shows '^4 bytes are in it: "two.n"' # if it was in read just then
    keys C-o C-t
    shows '^0 bytes are in it'
    shows '^two'
    keys C-c
    shows '^(.C)?.the consumer was ended by SIGINT. Enter starts it again'
    quit
}

@test "an ordinary pipe of one's own: who keeps the write end is seen" {
    mkdir "it's mine"
    cp "$SUITE"/pipes/posix/{producer,consumer}.c "it's mine"
    sed -i '/close(fd.WRITE_END.); .. our own/d' "it's mine/producer.c"
    kind=no-such-terminal open_watch pipes/posix "$PWD/it's mine"
    shows "^read end: $c fd 0; write end: $p fd 4, $c"
    keys 'ünï' Enter
    shows '^(ünï|_+n_+)$' # a terminal that nobody knows may show others than these letters badly
    keys C-d
    shows "^$p waits in waitpid for its"
    shows "^empty, and only $c itself has its write end open"
    keys C-o C-c # the consumer is a child: its pane hands it on
    shows 'the producer ended with status 1'
    terminal capture-pane -pJ | grep -q 'died: Interrupt' # a long path may break it into two lines
    quit
}

@test "the model of ALPC: its ports" {
    open_watch alpc/model
    shows "^There is no connection port $name"
    keys C-o Enter
    shows "^connection port $name: $c fd 3 listens, 0 wait"
    shows "^communication ports: $c fd 5 <-> $p fd 4"
    local left
    left=$(sed -n 's/^connection port \([^:]*\):.*/\1/p' screen)
    [ -S "$left" ]
    close_terminal # nothing is left then either
    eventually is_empty tmp
    no_process
    [ ! -e "$left" ]
}

@test "it says what it needs" {
    run -2 "$SUITE/tests/stage/watch" mqueue/windows
    [[ $output == 'watch: no pair mqueue/windows; there are: alpc/model '* ]]
    run -2 "$SUITE/tests/stage/watch" shm/windows
    [[ $output == 'watch: shm/windows does not run on this system itself: make demo PAIR=shm/windows shows it' ]]
    run -2 "$SUITE/tests/stage/watch" shm/posix nothing
    [ "$output" = 'watch: nothing: there is no such folder' ]
    mkdir empty
    run -2 "$SUITE/tests/stage/watch" shm/posix "$PWD/empty"
    [ "$output" = "watch: $PWD/empty: there is neither a producer nor a consumer" ]
    need tmux tmux
    run -1 "$SUITE/tests/stage/watch" shm/posix </dev/null
    [[ $output == 'watch: needs a terminal'* ]]
}
