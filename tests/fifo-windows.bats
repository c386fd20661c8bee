# What is special to named pipes on Windows.
# Wine cannot show FILE_FLAG_FIRST_PIPE_INSTANCE (it ignores it): what refuses the consumer there is
# that the existing pipe may have no more instances.

PAIR=fifo/windows
load helper
load windows

@test "three producers at once, each on an instance of its own, in both directions" {
    keyboard typed1 7
    keyboard typed2 8
    keyboard typed3 9
    consume 3
    for i in 1 2 3; do start producer$i producer "$name" <typed$i; done
    for line in one two; do
        for i in 3 1 2; do
            echo "$line $i" >&$((6 + i))
            eventually has_text consumer.out "^$line $i\$"
        done
    done
    for next in 2 3 1; do # not i: bats 1.8's run changes it
        run ! is_gone consumer
        case $next in 1) exec 7>&- ;; 2) exec 8>&- ;; 3) exec 9>&- ;; esac
        ends "producer$next" 0
    done
    ends consumer 0
    printf '%s\n' 'one 3' 'one 1' 'one 2' 'two 3' 'two 1' 'two 2' | cmp - consumer.out
    nothing_left
}

@test "a fourth producer of three has to wait, and goes on when there is a consumer for it" {
    echo hello >input
    typing
    start second producer "$name" <input
    says second "^producer: waiting for a consumer on $shown\$"
    exec 9>&-
    ends producer 0
    ends consumer 0
    echo first | cmp - consumer.out
    consume
    ends second 0
    ends consumer 0
    cmp input consumer.out
    [ "$(grep -c waiting second.err)" = 1 ]
    nothing_left
}

@test "messages around the greatest size arrive whole" {
    for size in 65535 65536 65537 131072 131073; do
        head -c $size /dev/urandom >input
        carry input
    done
}

# wrong_consumer SED-COMMAND: a consumer that breaks the protocol
wrong_consumer() {
    mkdir -p "$PAIR"
    sed "$1" "$SUITE/$PAIR/consumer.c" >"$PAIR/wrong.c"
    run ! cmp -s "$SUITE/$PAIR/consumer.c" "$PAIR/wrong.c"
    x86_64-w64-mingw32-gcc -std=c17 -static -s -DWIN32_LEAN_AND_MEAN -D_X86INTRIN_H_INCLUDED \
        -I "$SUITE/$PAIR" -o "$PAIR/wrong.exe" "$PAIR/wrong.c"
    SUITE=$PWD start consumer wrong "$name"
}

@test "an answer of another number of bytes makes the producer fail" {
    echo hello >input
    wrong_consumer 's/written += length;/& written += length == 0;/'
    produce input
    ends producer 1
    says producer "^producer: ReadFile $shown: not the answer to our messages\$"
    ends consumer 0 # it has written all
}

@test "an answer that is too long makes the producer fail, error 234" {
    echo hello >input
    wrong_consumer 's/WriteFile(pipe, &written, sizeof written/WriteFile(pipe, message, 9/'
    produce input
    ends producer 1
    says producer "^producer: ReadFile $shown: error 234: "
    ends consumer 0 # it has written all
}

@test "one of two producers is killed: the other is served, and the consumer ends with 1" {
    keyboard typed1 8
    keyboard typed2 9
    consume 2
    start first producer "$name" <typed1
    start second producer "$name" <typed2
    echo one >&8
    eventually has_text consumer.out one
    echo two >&9
    eventually has_text consumer.out two
    kill -KILL "${pid[first]}"
    ends first 137
    says consumer "^consumer: ReadFile $shown: a producer died: error 109: "
    run ! is_gone consumer
    echo three >&9
    eventually has_text consumer.out three
    exec 8>&- 9>&-
    ends second 0
    ends consumer 1
    printf '%s\n' one two three | cmp - consumer.out
    nothing_left
}

@test "somebody else's pipe of bytes: both sides refuse it and name the error's number" {
    hold pipe "\\\\.\\pipe\\$name"
    echo hello >input
    produce input
    ends producer 1
    says producer "^producer: SetNamedPipeHandleState $shown: error 87: "
    consume
    ends consumer 1
    says consumer "^consumer: CreateNamedPipe $shown: .*: error (5|231): "
    let_go
    carry input
    nothing_left
}

@test "the consumer dies between two messages: the producer notices with the next one" {
    for signal in KILL TERM; do
        typing
        send $signal consumer
        died consumer $signal
        echo second >&9
        ends producer 1
        says producer "^producer: WriteFile $shown: error (109|232|233): "
        exec 9>&-
        nothing_left
    done
}

@test "more producers than a pipe can have instances is wrong usage" {
    start consumer consumer "$name" 255
    ends consumer 2
    says consumer '^usage: consumer'
}

@test "a write of 0 bytes into the input is not its end" {
    carry_around_nothing
}
