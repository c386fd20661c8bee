# alpc/windows, the unmodified native programs, on a stand-in for ALPC under Wine (ntalpc/ntalpc.c).
# That they keep to what is known of ALPC is shown here; that Windows agrees is not. The contract has a job of
# its own, alpc/windows.

PAIR=alpc/windows
load helper
load alpc
load windows

output() { # in the consumer's
    echo consumer.out
}

line() { # LENGTH [CHARACTER [NEXT-LENGTH]...]: of each length a line, its newline included
    awk 'BEGIN {
        for (text = ARGV[2]; length(text) < 1048577;) text = text text
        for (i = 1; i < ARGC; i++)
            if (i != 2) print substr(text, 1, ARGV[i] - 1)
    }' "$1" "${2:-x}" "${@:3}"
}

@test "what is tested has the calls in itself, the pair as it is built has none of them" {
    run x86_64-w64-mingw32-objdump -p "$SUITE/$PAIR/consumer.exe"
    [[ $output == *NtAlpcCreatePort* ]]
    run x86_64-w64-mingw32-objdump -p "$real_suite/$PAIR/consumer.exe"
    [[ $output != *NtAlpcCreatePort* && $output == *GetProcAddress* ]]
}

@test "lines of all sizes around 256, 65535 and 1 MiB arrive, whichever side is first" {
    line 1 x 255 256 257 65494 65495 65496 65535 65536 65537 131073 1048575 1048576 >input
    consume
    says consumer waiting
    produce input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    produce input
    says producer waiting
    consume
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    nothing_left
}

@test "one byte more than 1 MiB is too long, the lines around it arrive" {
    { line 300 a && line 1048577 && line 300 b; } >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    says producer "^producer: line 2: NtAlpcSendWaitReceivePort $shown: Message too long"
    { line 300 a && line 300 b; } | cmp - consumer.out
}

@test "a write of 0 bytes into the input is not its end" {
    carry_around_nothing
}

@test "one client too many is refused, and another version; those that are served go on" {
    refused="^producer: NtAlpcConnectPort $shown: refused: too many clients, or another version: status C0000041"
    typing
    start second producer "$name" </dev/null
    ends second 1
    says second "$refused"
    echo last >&9
    exec 9>&-
    ends producer 0
    ends consumer 0
    consume # there is room for it, but its version is another
    says consumer waiting
    SUITE=$SUITE/other start second producer "$name" </dev/null
    ends second 1
    says second "$refused"
    echo hello >input
    produce input
    ends producer 0
    ends consumer 0
    nothing_left
}

@test "three clients with long lines at once: every line arrives whole" {
    for i in 1 2 3; do
        line 1000 $i {2000..40000..1000} >input$i
        start producer$i producer "$name" <input$i
    done
    consume 3
    for i in 1 2 3; do ends producer$i 0; done
    ends consumer 0
    for i in 1 2 3; do grep "^$i*\$" consumer.out | cmp - input$i; done
    nothing_left
}

# notices FUNCTION SIDE [STATUS]: SIDE is killed where FUNCTION has brought both; the other says so
notices() {
    local other=consumer
    [ "$2" = producer ] || other=producer
    "$1"
    send KILL "$2"
    ends "$2" 137
    send CONT consumer || true
    echo "the next line" >&9 # a producer that waits for its input notices only now
    ends $other 1
    case $other in
    consumer) says consumer "^consumer: $shown: client [0-9]+ died" ;;
    producer) says producer "^producer: NtAlpcSendWaitReceivePort $shown: the other side died: status $3" ;;
    esac
    exec 9>&-
    nothing_left
}

@test "killed between two calls: a consumer says so at once, a producer at its next line" {
    notices typing producer
    notices typing consumer C0000037
}

@test "killed within a call: the other side says so; the producer's status is MESSAGE_LOST" {
    notices second_called producer
    for try in 1 2 3; do # the producer may have read its line and not called yet: then it is C0000037
        notices second_called consumer 'C0000(701|037)'
        ! has_text producer.err C0000701 || break
    done
    has_text producer.err C0000701
}

@test "one of three clients is killed: the other two are served, and the consumer ends with 1" {
    typing 3
    send KILL producer
    ends producer 137
    for i in 1 2; do
        { echo $i && line 5000 $i; } >input$i
        start other$i producer "$name" <input$i
    done
    for i in 1 2; do ends other$i 0; done
    ends consumer 1
    for i in 1 2; do grep "^$i*\$" consumer.out | cmp - input$i; done
    exec 9>&-
}

@test "the server ends while a connection is pending: the client waits for the next one" {
    echo hello >input
    for moment in 0 0.05 0.2 0.5; do
        consume
        says consumer waiting
        send STOP consumer
        produce input
        says producer waiting # a connect has timed out, the next one is made
        nap $moment
        send KILL consumer
        ends consumer 137
        consume
        ends producer 0
        ends consumer 0
        cmp input consumer.out
        says_no_more producer
    done
    nothing_left
}

@test "a client that says that it has sent more lines than it has is dropped" {
    mkdir -p variant/alpc/windows
    cp "$real_suite/alpc/windows/"*.[ch] variant/alpc/windows
    sed -i 's/\.value = lines}/.value = lines + 1}/' variant/alpc/windows/producer.c
    run ! cmp -s "$real_suite/alpc/windows/producer.c" variant/alpc/windows/producer.c
    make -s -C "$TESTS/ntalpc" SUITE="$PWD/variant" BUILD="$PWD/variant" OBJECT="$SUITE/ntalpc.o" \
        "$PWD/variant/alpc/windows/producer.exe"
    consume
    SUITE=$PWD/variant produce < <(echo hello)
    ends producer 1
    ends consumer 1
    says producer 'the other side died: status C0000701'
}
