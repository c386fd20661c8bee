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
    # the producer stops forever between shm_open and ftruncate
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
    [ "$(<"$object")" = "somebody's data" ]
}

@test "a symbolic link in the way is refused, not followed" {
    echo precious >target
    ln -s "$PWD/target" "$object"
    echo hello >input
    both_refuse "$name" "shm_open $name: " <input
    [ "$(<target)" = precious ]
}

@test "another user's segment is refused" {
    ((EUID == 0)) && chown 65534 . 2>/dev/null || skip "needs root, to make another user's segment"
    : >"$object"
    chown 65534 "$object"
    echo hello >input
    both_refuse "$name" "shm_open $name: (exists, but is not a segment of yours|Permission denied)\$" <input
    object_exists
}

@test "no /dev/shm: both sides say so, nobody waits" {
    unshare -m true 2>/dev/null || skip "needs a mount namespace (unshare is refused here)"
    echo hello >input
    # shellcheck disable=SC2016 # the inner shell's
    printf '#!/bin/sh\nexec unshare -m sh -c \x27mount -t tmpfs none /dev && exec "$@"\x27 - "$@"\n' >without-dev-shm
    chmod +x without-dev-shm
    export UNDER=$PWD/without-dev-shm
    start producer producer "$name" <input
    ends producer 1
    says producer "^producer: shm_open $name: No such file or directory\$"
    start consumer consumer "$name"
    ends consumer 1
    says consumer '^consumer: access /dev/shm: No such file or directory$'
}

@test "the consumer dies while the producer waits for input: the next line is not lost silently" {
    typing
    send KILL consumer
    ends consumer 137
    echo second >&9
    ends producer 1
    says producer "^producer: $name: the consumer died\$"
    exec 9>&-
    nothing_left
}

@test "INT to the consumer while the producer waits for input: the name is gone at once" {
    typing
    send INT consumer
    died consumer INT
    run ! object_exists
    echo next >input2 # and free for the next pair, which the first producer leaves alone
    start producer2 producer "$name" <input2
    start consumer2 consumer "$name"
    ends producer2 0
    ends consumer2 0
    echo second >&9
    ends producer 1
    exec 9>&-
    equal input2 consumer2.out
    nothing_left
}

@test "a consumer that comes after one that was killed says so" {
    typing
    send KILL consumer
    ends consumer 137
    start second consumer "$name"
    ends second 1
    says second "^consumer: $name: the consumer before this one died\$"
    echo second >&9
    ends producer 1
    exec 9>&-
    nothing_left
}

@test "lines typed before the consumer comes wait in the segment" {
    mkfifo keyboard
    exec 9<>keyboard
    produce keyboard
    for line in one two three; do echo $line >&9; done
    eventually has_text "$object" three
    consume
    eventually has_text consumer.out three
    exec 9>&-
    ends producer 0
    ends consumer 0
    [ "$(cat consumer.out)" = $'one\ntwo\nthree' ]
    nothing_left
}

@test "a pair's end beside the next one's start: 50 pairs on one name lose nothing" {
    for i in {1..50}; do
        echo "line $i" >input
        produce input
        ends producer 0
    done &
    local producers=$!
    for i in {1..50}; do
        OUT=$PWD/one start consumer consumer "$name"
        ends consumer 0
        echo "line $i" >expected
        equal expected one
    done
    wait "$producers"
    nothing_left
}

@test "STOP and CONT to either side in the middle: nothing is lost" {
    head -c 30000000 /dev/urandom >input
    for side in producer consumer; do
        consume
        produce input
        eventually [ -s consumer.out ]
        kill -STOP "${pid[$side]}"
        kill -CONT "${pid[$side]}" || true
        ends producer 0
        ends consumer 0
        cmp input consumer.out
    done
    nothing_left
}

# Both sides in another language, with nothing but what protocol.h says.
peer() { # LABEL SIDE
    cat >peer.py <<'END'
import ctypes, fcntl, mmap, os, sys, time

side, name = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
slots, slot_size, slots_at = 4, 384 * 1024, 72
size = slots_at + slots * (8 + slot_size)
path = "/dev/shm" + name


def call(function, offset, *arguments):
    if getattr(libc, function)(ctypes.c_void_p(address + offset), *arguments) == -1:
        raise OSError(ctypes.get_errno(), function)


def attach():
    global memory, address
    memory = mmap.mmap(fd, size)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))


def lock_is_free():
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
    except OSError:
        return False
    return True


empty, full, has_consumer = 0, 32, 64
if side == "producer":
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    fcntl.lockf(fd, fcntl.LOCK_EX, 1)
    os.ftruncate(fd, size)
    attach()
    call("sem_init", empty, 1, slots)
    call("sem_init", full, 1, 0)
    fcntl.flock(fd, fcntl.LOCK_UN)
    i, length = 0, 1
    while length > 0:
        call("sem_wait", empty)
        at = slots_at + i * (8 + slot_size)
        data = os.read(0, slot_size)
        length = len(data)
        memory[at + 8 : at + 8 + length] = data
        memory[at : at + 8] = length.to_bytes(8, sys.byteorder)
        call("sem_post", full)
        i = (i + 1) % slots
    for i in range(slots):
        call("sem_wait", empty)
else:
    while True:
        try:
            fd = os.open(path, os.O_RDWR)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not lock_is_free() and os.fstat(fd).st_nlink > 0:
                break
            os.close(fd)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(fd)
        time.sleep(0.01)
    attach()
    memory[has_consumer] = 1
    i, length = 0, 1
    while True:
        call("sem_wait", full)
        at = slots_at + i * (8 + slot_size)
        length = int.from_bytes(memory[at : at + 8], sys.byteorder)
        if length == 0:
            break
        sys.stdout.buffer.write(memory[at + 8 : at + 8 + length])
        call("sem_post", empty)
        i = (i + 1) % slots
    sys.stdout.buffer.flush()
    os.unlink(path)
    call("sem_post", empty)
END
    : >"$1.err"
    (close_others && STARTED_IN=$PWD exec timeout -k 1 60 python3 peer.py "$2" "$name") <&0 >"$1.out" 2>"$1.err" &
    pid[$1]=$!
}

@test "a producer in Python sends to our consumer" {
    need python3 python3
    [ "$(getconf LONG_BIT)" = 64 ] || skip "protocol.h gives the layout of 64-bit Linux"
    head -c 3000000 /dev/urandom >input
    consume
    peer producer producer <input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    nothing_left
}

@test "a consumer in Python takes from our producer" {
    need python3 python3
    [ "$(getconf LONG_BIT)" = 64 ] || skip "protocol.h gives the layout of 64-bit Linux"
    head -c 3000000 /dev/urandom >input
    produce input
    peer consumer consumer
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    nothing_left
}
