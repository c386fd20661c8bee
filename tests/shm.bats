# What is special to POSIX shared memory.

PAIR=shm/posix
load helper

@test "a segment that a killed run has left is replaced, not read" {
    transfer_for_ever
    kill -KILL "${pid[producer]}" "${pid[consumer]}" || true
    ends producer '1|137'
    ends consumer '1|137'
    echo new >input
    carry input
    nothing_left
}

@test "a run killed before it set the size leaves a segment that the next one uses" {
    (umask 077 && : >"$object")
    echo new >input
    carry input
    nothing_left
}

@test "a consumer that comes before the segment is set up waits" {
    can_strace
    echo hello >input
    # the producer stops for ever between shm_open and ftruncate
    UNDER="strace -qq -o /dev/null -e inject=ftruncate:signal=SIGSTOP:when=1" \
        start producer producer "$name" <input
    eventually object_exists
    consume
    says consumer waiting
    eventually stopped
    kill -CONT "$(pgrep -P "${pid[producer]}")"
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

stopped() {
    [[ $(ps -o stat= --ppid "${pid[producer]}") == [Tt]* ]]
}

@test "of two consumers that wait one gets everything, the other waits on" {
    seq 100000 >input
    for i in {1..10}; do
        start one consumer "$name"
        start two consumer "$name"
        says one waiting
        says two waiting
        produce input
        ends producer 0
        eventually one_is_gone
        if is_gone one; then winner=one loser=two; else winner=two loser=one; fi
        ends $winner 0
        cmp input $winner.out
        [ ! -s $loser.out ]
        send INT $loser
        ends $loser 130
    done
}

one_is_gone() {
    is_gone one || is_gone two
}

@test "a full /dev/shm: No space left on device, and nothing is left" {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] && [ -n "${ISOLATED:-}" ] ||
        skip "needs a /dev/shm of its own (unshare is refused here)"
    mount -o remount,size=512k /dev/shm
    echo hello >input
    produce input
    ends producer 1
    mount -o remount,size=50% /dev/shm
    says producer "^producer: posix_fallocate $name: No space left on device\$"
    nothing_left
}

@test "something else in the way is refused and left alone" {
    echo "somebody's data" >"$object"
    echo hello >input
    produce input
    ends producer 1
    says producer "^producer: shm_open $name: exists, but is not a segment of yours\$"
    consume
    ends consumer 1
    says consumer "^consumer: shm_open $name: exists, but is not a segment of yours\$"
    [ "$(cat "$object")" = "somebody's data" ]
}

@test "a symbolic link in the way is refused, not followed" {
    echo precious >target
    ln -s "$PWD/target" "$object"
    echo hello >input
    for side in producer consumer; do
        start $side $side "$name" <input
        ends $side 1
        says $side "^$side: shm_open $name: "
    done
    [ "$(cat target)" = precious ]
}

@test "another user's segment is refused" {
    [ "$(id -u)" = 0 ] && chown 65534 . 2>/dev/null || skip "needs root, to make another user's segment"
    : >"$object"
    chown 65534 "$object"
    echo hello >input
    for side in producer consumer; do
        start $side $side "$name" <input
        ends $side 1
        says $side "^$side: shm_open $name: (exists, but is not a segment of yours|Permission denied)\$"
    done
    object_exists
}
