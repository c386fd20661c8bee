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
    cmp input consumer.out
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
    cmp input consumer.out
}

@test "a line of the greatest size passes, one byte more does not" {
    { head -c 8191 /dev/zero && echo; } >input
    carry input
    { head -c 8192 /dev/zero && echo; } >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    says producer "^producer: line 1: mq_send $name: Message too long\$"
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
    mkfifo keyboard
    exec 9<>keyboard
    consume
    produce keyboard
    echo first >&9
    eventually has_text consumer.out first
    send INT producer
    ends producer 130
    exec 9>&-
    echo second >input
    eventually object_exists # the consumer makes the queue anew
    produce input
    ends producer 0
    ends consumer 0
    printf 'first\nsecond\n' | cmp - consumer.out
    nothing_left
}

@test "messages beyond the last expected producer's are kept for the next consumer" {
    echo one >input
    echo two >input2
    start producer producer "$name" <input
    ends producer 0
    start producer producer "$name" <input2
    ends producer 0
    consume
    ends consumer 0
    cmp input consumer.out
    consume
    ends consumer 0
    cmp input2 consumer.out
    nothing_left
}

@test "another user's queue is refused and stays" {
    [ "$(id -u)" = 0 ] && chown 65534 . 2>/dev/null && [ -n "${QUEUES:-}" ] ||
        skip "needs root and the queues mounted, to make another user's queue"
    : >"$QUEUES$name"
    chown 65534 "$QUEUES$name"
    echo hello >input
    for side in producer consumer; do
        start $side $side "$name" <input
        ends $side 1
        says $side "^$side: mq_open $name: (is somebody else's queue|Permission denied)\$"
    done
    object_exists
}

@test "a name without its slash is wrong usage; with two the error names the call" {
    for side in producer consumer; do
        start $side $side 3 </dev/null
        ends $side 2
        says $side "^usage: $side \\[/NAME"
        start $side $side /one/two </dev/null
        ends $side 1
        says $side "^$side: mq_open /one/two: "
    done
}

@test "a line typed after the queue was removed is refused, not lost" {
    mkfifo keyboard
    exec 9<>keyboard
    consume
    produce keyboard
    echo first >&9
    eventually has_text consumer.out first
    send INT consumer
    ends consumer 130
    consume
    says consumer waiting
    echo second >&9
    ends producer 1
    says producer "^producer: mq_send $name: the queue has been removed\$"
    exec 9>&-
    send INT consumer
    ends consumer 130
    nothing_left
}
