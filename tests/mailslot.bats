# What is special to Windows mailslots.
# Wine cannot show that a mailslot takes messages without limit (its own holds some 208 KiB, then the
# writer waits), nor messages of no bytes (reading one fails there), nor that longer ones than
# CreateMailslot allows are refused by the kernel: the programs rely on none of these. Nor that a write fails
# when the reader is gone: under Wine it succeeds, and a line is lost if a new consumer has come by then.

PAIR=mailslot/windows
load helper
load windows

@test "a line of the greatest size passes, one byte more is skipped and named" {
    { head -c 8191 /dev/zero | tr '\0' x && echo; } >longest
    { echo one && cat longest && echo three; } >input
    carry input
    { echo one && echo -n x && cat longest && echo three && cat longest; } >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    [ "$(wc -l <producer.err)" = "$(grep -c -e waiting -e 'line 2: WriteFile .*: Message too long$' producer.err)" ]
    says producer "^producer: line 2: WriteFile $shown: Message too long\$"
    { echo one && echo three && cat longest; } | cmp - consumer.out
    nothing_left
}

@test "a last line of the greatest size without a newline passes, too" {
    head -c 8192 /dev/zero >input
    carry input
    head -c 8193 /dev/zero >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    [ ! -s consumer.out ]
}

@test "empty lines are messages: they arrive one by one, and end nothing" {
    keyboard typed 9
    consume
    produce typed
    for ((i = 1; i <= 3; i++)); do
        echo >&9
        eventually holds_bytes "$i"
    done
    echo last >&9
    eventually has_text consumer.out last
    run ! is_gone consumer
    send INT producer
    died producer INT
    echo end >input
    produce input
    ends producer 0
    ends consumer 0
    printf '\n\n\nlast\nend\n' | cmp - consumer.out
    exec 9>&-
}

holds_bytes() { # NUMBER
    local text LC_ALL=C
    IFS= read -rd '' text <consumer.out || true
    ((${#text} == $1))
}

@test "the consumer dies while the producer waits for input: it is noticed with one of the next lines" {
    for signal in KILL TERM; do
        typing
        send $signal consumer
        died consumer $signal
        type_on
        ends producer 1
        says producer "^producer: $shown: the consumer has gone\$"
        exec 9>&-
        nothing_left
    done
}

@test "a consumer that does not read: at most 9 messages wait in the mailslot" {
    seq 1000 >input
    consume
    says consumer waiting
    kill -STOP "${pid[consumer]}"
    produce input
    eventually waits_for_room
    kill -KILL "${pid[producer]}"
    ends producer 137
    kill -CONT "${pid[consumer]}"
    echo end >input2
    start next producer "$name" <input2
    ends next 0
    ends consumer 0
    cat input2 >>expected
    tail -n 1 consumer.out | cmp - input2
    [ "$(wc -l <consumer.out)" -le 10 ]
    nothing_left
}

# Under Wine: the producer waits for its semaphore, in the server, when 8 messages are sent
waits_for_room() {
    local now
    now=$(awk '/^syscw/ { print $2 }' "/proc/${pid[producer]}/io")
    [ "$now" = "${before:-}" ] || { before=$now && return 1; }
}

@test "producers that are killed while they send take no room with them" {
    consume 1
    says consumer waiting
    for i in 1 2 3 4 5 6 7 8 9 10; do
        start killed$i producer "$name" < <(close_others && exec yes "from $i")
        "$TOOLS/await" "$PATIENCE" text consumer.out "from $i\$" # in far too much for bash to read
        send KILL killed$i
        ends killed$i 137
    done
    echo end >input
    produce input
    ends producer 0
    ends consumer 0
    tail -n 1 consumer.out | cmp - input
    nothing_left
}

@test "a consumer that ends says how many messages of others are lost with the mailslot" {
    echo first >input
    holder >/dev/null
    consume
    says consumer waiting
    kill -STOP "${pid[consumer]}"
    produce input
    ends producer 0
    SUITE=$BATS_FILE_TMPDIR start other holder message "\\\\.\\mailslot\\$name"
    ends other 0
    kill -CONT "${pid[consumer]}"
    ends consumer 0
    says consumer "^consumer: messages of other producers lost with $shown: 1.?\$"
    equal input consumer.out
    nothing_left
}

@test "the consumer dies while the producer waits for room: it is noticed, too" {
    transfer_for_ever
    kill -STOP "${pid[consumer]}"
    send KILL consumer
    ends consumer 137
    ends producer 1
    says producer "^producer: $shown: the consumer has gone\$"
}

@test "three producers, the last of which comes when the others have ended" {
    consume 3
    for i in 1 2; do
        seq -f "$i %g" 1000 >input$i
        start producer$i producer "$name" <input$i
    done
    for i in 1 2; do ends producer$i 0; done
    run ! is_gone consumer
    seq -f "3 %g" 1000 >input3
    start producer3 producer "$name" <input3
    ends producer3 0
    ends consumer 0
    for i in 1 2 3; do grep "^$i " consumer.out | cmp - input$i; done
    [ "$(wc -l <consumer.out)" = 3000 ]
    nothing_left
}

@test "three typing producers are heard at the same time" {
    keyboard typed1 7
    keyboard typed2 8
    keyboard typed3 9
    consume 3
    for i in 1 2 3; do start producer$i producer "$name" <typed$i; done
    for i in 3 1 2; do
        echo "from $i" >&$((6 + i))
        eventually has_text consumer.out "from $i"
    done
    exec 7>&- 8>&-
    ends producer1 0
    ends producer2 0
    echo more >&9
    exec 9>&-
    ends producer3 0
    ends consumer 0
    printf 'from %s\n' 3 1 2 more | sed 's/from more/more/' | cmp - consumer.out
}

@test "another kind of object with the mutex's or the semaphore's name: refused, error 6" {
    hold event "Global\\$name-alive"
    consume
    ends consumer 1
    says consumer "^consumer: CreateMutex $shown-alive: is something else: error 6: "
    let_go
    hold event "Global\\$name-room"
    consume
    ends consumer 1
    says consumer "^consumer: CreateSemaphore $shown-room: is something else: error 6: "
    let_go
    hold mailslot "\\\\.\\mailslot\\$name" # nobody owns the mutex: it is not a consumer's
    produce /dev/null
    ends producer 1
    says producer "^producer: $shown: the consumer has gone\$"
    let_go
    nothing_left
}

@test "somebody else's mailslot of that name: the consumer refuses it, error 183" {
    hold mailslot "\\\\.\\mailslot\\$name"
    consume
    ends consumer 1
    says consumer "^consumer: CreateMailslot $shown: error 183: "
    let_go
    nothing_left
}

@test "a write of 0 bytes into the input is not its end" {
    carry_around_nothing
}
