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

@test "another kind of object with a semaphore's name: the producer refuses it, error 6" {
    for end in empty full; do
        hold event "Local\\$name-$end"
        produce /dev/null
        ends producer 1
        says producer "^producer: CreateSemaphore $shown-$end: exists, but is something else: error 6: "
        let_go
    done
    echo hello >input
    carry input
    nothing_left
}

@test "a mapping of another size: both sides refuse it" {
    hold mapping "Local\\$name"
    consume
    ends consumer 1
    # no call has failed: there is no error number to tell
    says consumer "^consumer: OpenFileMapping $shown: exists, but is not a segment of ours\$"
    produce /dev/null
    ends producer 1
    says producer "^producer: CreateFileMapping $shown: .*: error 183: "
    let_go
    echo hello >input
    carry input
}

@test "a semaphore that somebody else has made is not used" {
    hold semaphore "Local\\$name-full"
    produce /dev/null
    ends producer 1
    says producer "^producer: CreateSemaphore $shown-full: .*: error 183: "
    let_go
    nothing_left
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
