# plays.bash: what tests/stage/lecture plays, a pair a function: captions, of two lines of 79 characters
# at most, and what happens meanwhile. Its words are in tests/stage/lecture: step, start, type_line,
# eventually, kernel, finish.

ps_of='ps -o pid,stat,wchan:16,args -p'

play_shm() {
    local p c
    step "The producer creates the segment (shm_open), gives it a size (ftruncate), and \
maps it (mmap). Nobody else is there yet."
    start producer
    eventually test -s "$object"
    kernel "ls -l $object"

    step "A line is typed. read puts it into the first slot, sem_post counts that slot as full. \
There it waits: nobody else is here yet."
    type_line "hello, memory"
    eventually grep -q hello "$object"
    kernel "ls -l $object" "grep -abo hello.* $object    # at what byte it lies"

    step "The consumer opens the same name and maps the same memory, at its own address. There is \
the line."
    start consumer
    eventually arrived
    p=${pid[producer]} c=${pid[consumer]}
    kernel "grep -h $name /proc/{$p,$c}/maps | cut -c 1-30"

    step "The next line goes into the next slot. Nothing was moved: the first is still there. \
sem_post wakes the consumer, which waited in sem_timedwait (futex)."
    type_line "hello again"
    eventually arrived
    kernel "grep -abo hello.* $object"

    finish "End of input: an empty slot says so. The consumer removes the name (shm_unlink); \
both unmap and close." "ls -l $object" "ps -p $p,$c"
}

play_mqueue() {
    local p c fd i full=10 # protocol.h
    step "The producer opens the queue, which creates it. Nobody else is there yet."
    start producer
    eventually holds 0
    p=${pid[producer]} fd=/proc/${pid[producer]}/fd/3
    kernel "ls -l $fd" "cat $fd"

    step "A line is typed. mq_send puts it into the queue and returns at once: the kernel \
keeps it. QSIZE are its bytes."
    type_line "line 1"
    eventually holds 1
    kernel "cat $fd" "mq-probe $name    # mode, messages"

    step "$full messages fill the queue. The next mq_send would wait (EAGAIN): the producer \
says so and calls again. This one waits."
    for ((i = 2; i <= full; i++)); do type_line "line $i"; done
    eventually shown "line $full"
    type_line "line $i"
    eventually says producer waiting
    holds "$full" || fail "the queue should hold $full messages"
    kernel "cat $fd" "mq-probe $name"

    step "The consumer comes, late, and gets every message, in order. That makes room: the \
producer's mq_send returns."
    start consumer
    c=${pid[consumer]}
    eventually arrived
    kernel "cat $fd" "mq-probe $name"

    step "Now somebody waits in mq_receive: a line arrives as soon as it is typed."
    type_line "the last line"
    eventually arrived
    kernel "cat $fd" "$ps_of $p,$c"

    finish "End of input: an empty message says so. Who leaves last (flock tells) removes \
the name: mq_unlink. Both close." "mq-probe $name || echo there is no such queue" "ps -p $p,$c"
}

play_fifo() {
    local p c
    step "The producer makes the FIFO (mkfifo), a name among the files, and opens it. open does \
not return: nobody reads yet."
    start producer
    eventually says producer waiting
    p=${pid[producer]}
    kernel "ls -l $name" "$ps_of $p"

    step "The consumer's mkfifo finds the name taken (EEXIST). It opens the FIFO, too. \
Both opens return."
    start consumer
    c=${pid[consumer]}
    eventually test -e "/proc/$c/fd/3" -a -e "/proc/$p/fd/3"
    kernel "ls -l $name" "ls -o /proc/{$p,$c}/fd/3"

    step "A line is typed: read, write - read, write. The file's size stays 0: the kernel \
carries the data, the disk never sees it."
    type_line "hello, pipe with a name"
    eventually arrived
    kernel "ls -l $name" "$ps_of $p,$c"

    finish "End of input: the producer closes. No writer is left: the consumer's read returns 0. \
It removes the name (unlink)." "ls -l $name" "ps -p $p,$c"
}

has_consumer() { # PROCESS: as a child, which is c
    c=$(pgrep -P "$1" -x consumer)
}

play_pipes() {
    local p c
    step "The producer calls pipe and fork. The child makes the read end its input (dup2) and \
becomes the consumer (execlp). Each closes the end it does not use."
    start producer
    p=${pid[producer]}
    eventually has_consumer "$p"
    kernel "ls -o /proc/$p/fd/4 /proc/$c/fd/0    # the same number: the same pipe" \
        "ps -ho pid,ppid,wchan:16,args -p $p,$c    # child and parent"

    step "A line is typed: it goes in at the write end and comes out at the read end."
    type_line "hello, child"
    eventually arrived
    kernel "ls -o /proc/$p/fd/4 /proc/$c/fd/0" "ps -ho pid,ppid,wchan:16,args -p $p,$c    # child and parent"

    finish "End of input: the parent closes the write end. The child's read returns 0, it ends, \
and the parent's waitpid returns." "ps -p $p,$c"
}

play_alpc_model() {
    local p c
    step "(A model, with sockets.) The server, our consumer, makes the connection port: a name."
    start consumer
    eventually says consumer waiting
    c=${pid[consumer]}
    kernel "ls -l $name"

    step "The client opens the connection port, sends a request, and gets a handle in reply \
(SCM_RIGHTS): one of two private communication ports."
    start producer
    p=${pid[producer]}
    eventually test -e "/proc/$p/fd/4" # the handle
    kernel "ls -o /proc/{$p,$c}/fd | grep -E 'socket|proc'"

    step "A line is typed: a request and its reply, through the communication ports."
    type_line "hello, server"
    eventually arrived
    kernel "ls -o /proc/{$p,$c}/fd | grep -E 'socket|proc'"

    step "A long line: it lies in a section (memfd), whose handle travels in the request."
    type_line "a long line:$(printf ' %d' {1..100})"
    eventually arrived

    finish "End of input: before its reply the server calls back: how many lines were sent? \
Then it removes the name." "ls -l $name" "ps -p $p,$c"
}

# Where calls.c cannot look. probe shows what objects Wine has under the name.
play_windows() { # FIRST CAPTION SECOND CAPTION CAPTION-OF-A-LINE CAPTION-OF-THE-END
    local i look=(processes)
    [ -z "$name" ] || look=("probe $name")
    step "$2"
    start "$1"
    if [ -n "$3" ]; then
        eventually says "$1" waiting
        kernel "${look[@]}"
        step "$4"
        start "$3"
    fi
    kernel "${look[@]}"

    step "$5"
    type_line "hello, Windows"
    eventually arrived
    kernel "${look[@]}"

    step "And some more."
    for i in 1 2 3; do type_line "line $i"; done
    eventually arrived

    finish "$6" "${look[@]}"
}

play_shm_windows() {
    play_windows producer "The producer creates the segment (CreateFileMapping) and two semaphores, maps \
it (MapViewOfFile), and waits." \
        consumer "The consumer opens the segment by its name (OpenFileMapping) and maps it, too." \
        "A line is typed: it goes into a slot. The semaphores count full and empty slots." \
        "End of input: both unmap and close. With the last handle the kernel removes it all."
}

play_mailslot_windows() {
    play_windows consumer "The consumer makes the mailslot (CreateMailslot)." \
        producer "The producer opens it as it would a file (CreateFile)." \
        "A line is typed: one WriteFile, one message, one ReadFile." \
        "End of input: a message says so. The consumer closes: the mailslot is gone."
}

play_pipes_windows() {
    play_windows producer "The producer makes the pipe (CreatePipe) and starts the consumer with the read \
end as its standard input (CreateProcess)." '' '' \
        "A line is typed: WriteFile at one end, ReadFile at the other." \
        "End of input: the producer closes the write end; ReadFile says ERROR_BROKEN_PIPE."
}

play_fifo_windows() {
    play_windows consumer "The consumer makes the pipe (CreateNamedPipe) and waits for a client \
(ConnectNamedPipe)." \
        producer "The producer opens it (CreateFile). From now on both may read and write." \
        "A line is typed: one WriteFile, one message, one ReadFile." \
        "End of input: an empty message. The consumer answers by the same pipe how many bytes it has \
written, and closes: the pipe is gone."
}

play_alpc_rpc() {
    play_windows consumer "The server listens at an endpoint of ncalrpc. On Windows ALPC lies beneath, \
under Wine a named pipe." \
        producer "The client binds to the endpoint and calls open_client: a connection." \
        "A line is typed: it is the argument of a procedure, send_line, that runs there." \
        "End of input: close_client. The server stops listening: the endpoint is gone."
}

play_alpc_windows() {
    local side
    step "Native ALPC: needs Windows itself. Wine has no such calls; both programs say so and \
end with status 77."
    for side in producer consumer; do
        start $side
        ends $side 77
        eventually says $side 'no ALPC here'
    done
    turn
}

play_mach_gnumach() {
    step "A GNU Mach kernel boots in a machine of its own (QEMU), with two tasks, producer and \
consumer. The input comes in with the boot."
    printf 'hello, Mach\nthe second line\nthe last\n' >"$here/typed"
    mach_run -v
    arrived || fail "not all came out"
    kernel "sed -En '/Mach|module [12]|multiboot|task/s/^kernel: //p' $here/said"
    grep '^producer' "$here/said" >"${tty[producer]}"
    { grep '^consumer' "$here/said" && cat "$here/output"; } >"${tty[consumer]}"

    step "When the mailbox is full: the four choices of who sends."
    mach_run full-mailbox
    tell_mach

    step "The ports that a task is born with, and what tells it of another's death."
    mach_run ports
    tell_mach

    step "The machine is switched off. Nothing is left."
    kernel "ps -C qemu-system-i386"
    turn
}

mach_run() { # ARGUMENT
    local pane
    for pane in producer kernel consumer; do printf '\033[2J\033[3J\033[H' >"${tty[$pane]}"; done
    echo "\$ mach/gnumach/run $1" >"${tty[kernel]}"
    mach/gnumach/run "$1" <"$here/typed" >"$here/output" 2>"$here/said" 8>&- &
    pid[machine]=$! started+=($!)
    ends machine 0
}

tell_mach() { # some lines at a time, each in its pane
    local line side wrapped number=0
    while read -r line <&7; do
        side=producer
        [[ $line != receiver:* ]] || side=consumer
        wrap "${line#receiver: }"
        printf '%s\n' "$wrapped" >"${tty[$side]}"
        ((++number % 4)) || turn
    done 7<"$here/output"
}
