# What is special to POSIX message queues.

PAIR=mqueue/posix
load helper

@test "what is sent before a consumer exists is kept, and the producer ends" {
    printf 'one\n\ntwo' >input
    produce input
    ends producer 0
    object_exists
    consume
    ends consumer 0
    equal input consumer.out
    nothing_left
}

@test "a full queue: the producer waits, ten messages are in it" {
    seq 100 >input
    produce input
    says producer "^producer: waiting for a consumer on $name\$"
    [ "$("$TOOLS/mq-probe" "$name")" = "600 10" ]
    consume
    ends producer 0
    ends consumer 0
    equal input consumer.out
}

@test "a line of the greatest size passes, one byte more does not" {
    { head -c 8191 /dev/zero && echo; } >input
    carry input
    { head -c 8192 /dev/zero && echo; } >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    says producer "^producer: line 1: mq_send $name: Message too (long|large)\$"
    [ ! -s consumer.out ]
}

@test "a killed consumer's successor goes on with the rest" {
    mkfifo sink
    (close_others && head -c 1 >seen && sleep 1000) <sink &
    reader=$!
    seq 20000 >input
    OUT=$PWD/sink consume
    produce input
    eventually [ -s seen ]
    send KILL consumer
    ends consumer 137
    kill $reader
    consume
    ends producer 0
    ends consumer 0
    [ "$(tail -n 1 consumer.out)" = 20000 ]
    [ "$(sort -nc consumer.out && wc -l <consumer.out)" -gt 1000 ]
    nothing_left
}

@test "an interrupted producer does not strand the consumer: it serves the next one" {
    typing
    send INT producer
    ends producer 130
    exec 9>&-
    echo second >input
    object_exists # the consumer still uses it
    produce input
    ends producer 0
    ends consumer 0
    printf 'first\nsecond\n' | cmp - consumer.out
    nothing_left
}

@test "messages beyond the last expected producer's are kept for the next consumer, and announced" {
    echo one >input
    echo two >input2
    start producer producer "$name" <input
    ends producer 0
    start producer producer "$name" <input2
    ends producer 0
    consume
    ends consumer 0
    equal input consumer.out
    says consumer "^consumer: messages left in $name for the next consumer: 2\$"
    consume
    ends consumer 0
    equal input2 consumer.out
    [ ! -s consumer.err ]
    nothing_left
}

@test "the end that an empty input leaves behind is announced by each consumer that it cuts short" {
    echo hello >input
    echo next >input2
    for file in input /dev/null; do
        produce $file
        ends producer 0
    done
    consume
    ends consumer 0
    equal input consumer.out
    says consumer "^consumer: messages left in $name for the next consumer: 1\$"
    produce input2
    ends producer 0
    consume
    ends consumer 0
    [ ! -s consumer.out ]
    says consumer "^consumer: messages left in $name for the next consumer: 2\$"
    consume
    ends consumer 0
    equal input2 consumer.out
    nothing_left
}

@test "another user's queue is refused and stays" {
    ((EUID == 0)) && chown 65534 . 2>/dev/null && [ -n "${QUEUES:-}" ] ||
        skip "needs root and the queues mounted, to make another user's queue"
    : >"$QUEUES$name"
    chown 65534 "$QUEUES$name"
    echo hello >input
    both_refuse "$name" "mq_open $name: (is somebody else's queue|Permission denied)\$" <input
    object_exists
}

@test "a name without its slash is wrong usage; with two the error names the call" {
    for side in producer consumer; do
        for argument in 3 -h --help ''; do
            start $side $side "$argument" </dev/null
            ends $side 2
            says $side "^usage: $side \\[/NAME"
        done
        start $side $side /one/two </dev/null
        ends $side 1
        says $side "^$side: mq_open /one/two: "
    done
}

@test "no room for another queue: the error names the call and its reason" {
    for side in producer consumer; do
        (ulimit -q 1000 && start $side $side "$name" </dev/null && ends $side 1)
        says $side "^$side: mq_open $name: Too many open files\$"
    done
}

@test "an interrupted consumer does not strand the producer: the next one gets the rest" {
    typing
    send INT consumer
    ends consumer 130
    object_exists # the producer still uses it
    echo second >&9
    exec 9>&-
    ends producer 0
    consume
    ends consumer 0
    echo second | cmp - consumer.out
    nothing_left
}

@test "50 producers, one after another, beside 50 consumers: no line is lost, nobody fails" {
    local -x STARTED_IN=$PWD
    cd "$SUITE/$PAIR"
    for round in 1 2 3; do
        (
            close_others
            for i in {1..50}; do
                ./producer "$name" <<<"$i" || echo "producer $i: status $?"
            done
        ) >"$OLDPWD/failed" 2>/dev/null &
        pid[producers]=$!
        (
            close_others
            for i in {1..50}; do
                ./consumer "$name" || echo "consumer $i: status $?"
            done
        ) >"$OLDPWD/received" 2>/dev/null &
        pid[consumers]=$!
        ends consumers 0 || { "$TOOLS/await" kill "STARTED_IN=$STARTED_IN" && return 1; }
        ends producers 0
        [ ! -s "$OLDPWD/failed" ]
        sort -n "$OLDPWD/received" | cmp - <(seq 50)
        nothing_left
    done
}

@test "two consumers, three producers: every line arrives once, and none is held back" {
    for i in 1 2 3; do seq -f "$i %.0f" 5000 >input$i; done
    start consumer1 consumer "$name" 2
    start consumer2 consumer "$name" 2
    for i in 1 2 3; do start producer$i producer "$name" <input$i; done
    for i in 1 2 3; do ends producer$i 0; done
    # three ends for the four that are expected: one consumer waits, and has written what it received
    eventually all_written
    start last producer "$name" </dev/null
    ends last 0
    ends consumer1 0
    ends consumer2 0
    sort consumer1.out consumer2.out | cmp - <(sort input1 input2 input3)
    nothing_left
}

all_written() {
    [ "$(cat consumer1.out consumer2.out | wc -l)" = 15000 ]
}

@test "a consumer whose messages another one takes has written out what it received before it waits" {
    for i in {1..9}; do printf '%07999d\n' "$i"; done >input
    produce input
    ends producer 0
    mkfifo sink
    exec 9<>sink # holds 65,536 bytes: the consumer stops in the ninth message
    OUT=$PWD/sink start first consumer "$name"
    eventually has_one
    start second consumer "$name" # takes the end, which the first one has seen in the queue
    ends second 0
    (close_others && exec cat) <sink >first.out &
    pid[cat]=$!
    exec 9>&-
    eventually cmp -s input first.out
    says first waiting
    send INT first
    ends first 130
    ends cat 0
    nothing_left
}

has_one() {
    [ "$("$TOOLS/mq-probe" "$name")" = "600 1" ]
}

@test "stopped and continued in the middle, either side: nothing is lost" {
    seq 200000 >input
    consume
    produce input
    for side in producer consumer producer consumer; do
        eventually is_further
        kill -STOP "${pid[$side]}"
        eventually has_text "/proc/${pid[$side]}/status" '^State:.T'
        kill -CONT "${pid[$side]}"
    done
    ends producer 0
    ends consumer 0
    equal input consumer.out
    nothing_left
}

is_further() { # than when it was asked before
    local now
    now=$(stat -c %s consumer.out)
    ((now > ${further:-0})) && further=$now
}

@test "who leaves a queue whose name was removed by hand leaves its successor alone" {
    seq 100 >input
    produce input
    says producer waiting
    remove_object
    consume # on a new one
    says consumer waiting
    send INT producer
    ends producer 130
    object_exists
    echo hello >input2
    start next producer "$name" <input2
    ends next 0
    ends consumer 0
    equal input2 consumer.out
    nothing_left
}

# A program in another language, which knows no more than protocol.h says
foreign_peer() { # NAME send|receive|create
    need python3 python3
    cat >peer.py <<'END'
import ctypes, errno, fcntl, os, sys

libc = ctypes.CDLL("librt.so.1", use_errno=True)
name, what = sys.argv[1].encode(), sys.argv[2]
mode = os.O_RDONLY if what == "receive" else os.O_WRONLY
limits = (3, 100) if what == "create" else (10, 8192)
attributes = (ctypes.c_long * 8)(0, *limits)
while True:
    queue = libc.mq_open(name, os.O_CREAT | mode, 0o600, attributes)
    assert queue != -1, os.strerror(ctypes.get_errno())
    fcntl.flock(queue, fcntl.LOCK_SH)
    if os.fstat(queue).st_nlink > 0:
        break
    os.close(queue)
if what == "create":
    sys.exit()
if what == "send":
    for line in sys.stdin.buffer:
        assert libc.mq_send(queue, line, len(line), 0) == 0
    assert libc.mq_send(queue, b"", 0, 0) == 0
else:
    message = ctypes.create_string_buffer(8192)
    while (length := libc.mq_receive(queue, message, 8192, None)) > 0:
        sys.stdout.buffer.write(message.raw[:length])
try:
    fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    libc.mq_getattr(queue, attributes)
    if attributes[3] == 0:
        libc.mq_unlink(name)
except BlockingIOError:
    pass
END
    (close_others && exec python3 peer.py "$@") <&0 &
    pid[peer]=$!
}

@test "a Python program at either end" {
    need python3 python3
    { seq 3000 && printf 'one\0two\n\nno newline'; } >input
    consume
    foreign_peer "$name" send <input
    ends peer 0
    ends consumer 0
    equal input consumer.out
    nothing_left
    produce input
    foreign_peer "$name" receive >received
    ends peer 0
    ends producer 0
    cmp input received
    nothing_left
}

@test "a queue that was made with other limits is used as it is" {
    need python3 python3
    foreign_peer "$name" create
    ends peer 0
    { printf 'one\n%0100d\n' 0 && seq 10; } >input
    produce input
    says producer "^producer: line 2: mq_send $name: Message too (long|large)\$"
    says producer waiting
    [ "$("$TOOLS/mq-probe" "$name")" = "600 3" ]
    consume
    ends producer 1
    ends consumer 0
    sed 2d input | cmp - consumer.out
    nothing_left
}
