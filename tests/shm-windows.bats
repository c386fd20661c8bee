# What is special to Windows shared memory.
# Wine cannot show that another user's objects are refused: all its processes are one user's.

PAIR=shm/windows
load helper
load windows

@test "another kind of object with the mapping's name: both sides refuse it, error 6" {
    for kind in event mutex semaphore; do
        hold $kind "Local\\$name"
        produce /dev/null
        ends producer 1
        says producer "^producer: CreateFileMapping $shown: exists, but is something else: error 6: "
        consume
        ends consumer 1
        says consumer "^consumer: OpenFileMapping $shown: exists, but is something else: error 6: "
        let_go
    done
    echo hello >input
    carry input
}

@test "a mapping that is smaller than the segment: both sides refuse it" {
    hold mapping "Local\\$name"
    consume
    ends consumer 1
    says consumer "^consumer: MapViewOfFile $shown: error 5: "
    produce /dev/null
    ends producer 1
    says producer "^producer: CreateFileMapping $shown: .*: error 183: "
    let_go
    echo hello >input
    carry input
}

@test "a consumer does not take what a producer on another name offers" {
    echo hello >input
    consume
    says consumer waiting
    start other producer "$name-other" <input
    says other waiting
    run ! is_gone consumer
    [ ! -s consumer.out ]
    kill -KILL "${pid[other]}"
    ends other 137
    produce input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

@test "the consumer dies while the producer waits for input: it is noticed with one of the next lines" {
    for signal in KILL TERM; do
        typing
        send $signal consumer
        died consumer $signal
        type_on
        ends producer 1
        says producer "^producer: $shown: the consumer died\$"
        exec 9>&-
        nothing_left
    done
}

@test "the typed input of a killed producer's pair is not mixed into the next one's" {
    typing
    send KILL producer
    ends producer 137
    ends consumer 1
    says consumer "^consumer: $shown: the producer died\$"
    exec 9>&-
    echo hello >input
    carry input
    nothing_left
}

@test "err.h is the same file in each Windows pair" {
    for file in "$SUITE"/*/windows/err.h; do
        cmp "$SUITE/shm/windows/err.h" "$file"
    done
}

@test "a write of 0 bytes into the input is not its end" {
    carry_around_nothing
}
