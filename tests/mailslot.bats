# What is special to Windows mailslots.
# Wine cannot show that a mailslot never makes its writer wait (its own holds some 208 KiB), nor
# messages of no bytes (reading one fails there), nor that longer ones than CreateMailslot allows
# are refused by the kernel: the programs rely on none of these.

PAIR=mailslot/windows
load helper
load windows

@test "a line of the greatest size passes, one byte more is skipped and named" {
    { head -c 65535 /dev/zero | tr '\0' x && echo; } >longest
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
    head -c 65536 /dev/zero >input
    carry input
    head -c 65537 /dev/zero >input
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
        eventually holds_bytes "$i" consumer.out
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

holds_bytes() { # NUMBER FILE
    [ "$(wc -c <"$2")" = "$1" ]
}

@test "a message that is none of ours: the consumer refuses it, and its producers notice" {
    keyboard typed 9
    consume
    produce typed
    echo first >&9
    eventually has_text consumer.out first
    holder >/dev/null
    SUITE=$BATS_FILE_TMPDIR start stranger holder message "\\\\.\\mailslot\\$name"
    ends stranger 0
    ends consumer 1
    says consumer "^consumer: ReadFile $shown: not a message of a producer of ours\$"
    ends producer 1
    says producer "^producer: $shown: the consumer has gone\$"
    echo first | cmp - consumer.out
    exec 9>&-
    nothing_left
}

@test "the consumer dies while the producer waits for input: it is noticed at once" {
    for signal in KILL TERM; do
        rm -f typed
        keyboard typed 9
        consume
        produce typed
        echo first >&9
        eventually has_text consumer.out first
        send $signal consumer
        died consumer $signal
        ends producer 1
        says producer "^producer: $shown: the consumer has gone\$"
        exec 9>&-
        nothing_left
    done
}

@test "the consumer dies while the producer waits for room: it is noticed, too" {
    # Wine alone: on Windows a mailslot takes all that memory holds, and the producer ends well
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

@test "another kind of object with the mutex's name: both sides refuse it, error 6" {
    hold event "Local\\$name-alive"
    produce /dev/null
    ends producer 1
    says producer "^producer: OpenMutex $shown-alive: exists, but is something else: error 6: "
    consume
    ends consumer 1
    says consumer "^consumer: CreateMutex $shown-alive: exists, but is something else: error 6: "
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
