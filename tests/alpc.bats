# What is special to the ALPC pairs: steps and refusals, deaths at chosen points, and the native pair's
# honest end.

PAIR=alpc/model
load helper
load alpc

local_rpc() { # the rest of a test is for that pair
    PAIR=alpc/rpc
    start_wine
    use_name "ipc-test-$$-$BATS_TEST_NUMBER"
}

@test "the steps of the slide, in their order" {
    can_strace
    calls=connect,accept,socketpair,sendmsg,recvmsg
    printf 'hello\n' >input
    UNDER="strace -qq -e trace=$calls -o $PWD/server" consume
    says consumer waiting
    UNDER="strace -qq -e trace=$calls -o $PWD/client" produce input
    ends producer 0
    ends consumer 0
    # the client opens the connection port, sends its request, gets a handle, calls
    sed -E 's/^([a-z]+)\(.*SCM_RIGHTS.*/\1 handle/; s/\(.*//' client | head -n 5 >steps
    printf '%s\n' connect sendmsg 'recvmsg handle' sendmsg recvmsg | cmp - steps
    # the server accepts, reads the request, makes two ports, returns the handle of one
    sed -E 's/^([a-z]+)\(.*SCM_RIGHTS.*/\1 handle/; s/\(.*//' server | grep -v '^accept$' >steps
    printf '%s\n' recvmsg socketpair 'sendmsg handle' recvmsg sendmsg | cmp - <(head -n 5 steps)
}

@test "a connection without a connection request is dropped, and the server goes on" {
    need python3 python3
    consume
    says consumer waiting
    python3 - "$name" <<'END'
import socket, sys
for nonsense in None, b"nonsense", bytes(100000):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(sys.argv[1])
    if nonsense is not None:
        connection.send(nonsense)
        assert connection.recv(1) == b""
END
    echo hello >input
    produce input
    ends producer 0
    ends consumer 0
    equal input consumer.out
    [ "$(wc -l <consumer.err)" = 1 ]
}

@test "a client that is stopped before it sends its request holds up nobody" {
    can_strace
    consume 2
    says consumer waiting
    echo stopped >input
    UNDER="strace -qq -o $PWD/trace -e inject=connect:signal=SIGSTOP:when=1" produce input
    "$TOOLS/await" "$PATIENCE" text trace 'stopped by SIGSTOP'
    client=$("$TOOLS/await" "$PATIENCE" running "STARTED_IN=$PWD" producer)
    echo other >input2
    start second producer "$name" <input2
    ends second 0
    grep -q other consumer.out
    kill -CONT "$client"
    ends producer 0
    ends consumer 0
    printf 'other\nstopped\n' | cmp - consumer.out
}

@test "another user's name is refused by both sides, and left alone" {
    [ -z "${SANITIZE:-}" ] || skip "the address sanitizer wants to be loaded first"
    cat >another-user.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/stat.h>
int lstat(const char *path, struct stat *status)
{
	int (*original)(const char *, struct stat *) = dlsym(RTLD_NEXT, "lstat");
	int result = original(path, status);

	status->st_uid++;
	return result;
}
END
    cc -shared -fPIC -o another-user.so another-user.c -ldl
    consume
    says consumer waiting
    for side in producer consumer; do
        UNDER="env LD_PRELOAD=$PWD/another-user.so" start second $side "$name" </dev/null
        ends second 1
        says second "^$side: lstat $name: exists, but is not a socket of yours\$"
    done
    echo hello >input
    produce input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

@test "a name that no socket can have is refused, and says how long one may be" {
    for wrong in "" "$PWD/$(printf 'x%.0s' {1..100})"; do
        both_refuse "$wrong" "$wrong: a name has 1 to 107 bytes\$" </dev/null
    done
    longest=/tmp/$$- && longest+=$(head -c $((107 - ${#longest})) /dev/zero | tr '\0' x)
    name=$longest object=$longest shown=$longest
    echo hello >input
    carry input
    nothing_left
}

@test "two servers start at once on the name that a killed one has left: one of them serves" {
    can_strace
    for round in 1 2 3; do
        consume
        says consumer waiting
        send KILL consumer
        ends consumer 137
        for server in one two; do # each has time to look before the other one removes the old name
            UNDER="strace -qq -o /dev/null -e inject=unlink,unlinkat:delay_enter=200000" \
                start $server consumer "$name"
        done
        used="^consumer: bind $name: another consumer is using it\$"
        "$TOOLS/await" "$PATIENCE" text one.err "$used" or text two.err "$used"
        echo "round $round" >input
        produce input
        ends producer 0
        ends one '0|1'
        ends two '0|1'
        cat {one,two}.out | cmp - input
        nothing_left
    done
}

in_sequence() { # SIDE: forty of that side, one after the other
    local i
    cd "$SUITE/$PAIR" || return
    for i in {1..40}; do
        "./$1" "$name" <<<"$i" || echo "$1 $i: status $?" >&2
    done
}

@test "pairs in sequence on one name: one's end beside the next one's start loses nothing" {
    seq 40 >input
    (close_others && in_sequence consumer) >consumer.out 2>consumer.err &
    pid[consumer]=$!
    (close_others && in_sequence producer) >producer.out 2>producer.err &
    pid[producer]=$!
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    run ! grep -hv waiting producer.err consumer.err
    nothing_left
}

@test "one client too many is refused, those that are served go on" {
    typing
    start second producer "$name" </dev/null
    ends second 1
    says second 'refused: too many clients$'
    exec 9>&-
    ends producer 0
    ends consumer 0
}

@test "lines above 256 bytes go through a section, others in the message" {
    can_strace
    for length in 255 256 257 1048576; do
        head -c $((length - 1)) /dev/zero | tr '\0' x >input
        echo >>input
        consume
        UNDER="strace -qq -e trace=memfd_create -o $PWD/trace" produce input
        ends producer 0
        ends consumer 0
        cmp input consumer.out
        if ((length > 256)); then grep -q memfd_create trace; else run ! grep memfd_create trace; fi
    done
}

@test "a lost line is noticed: the callback asks the client how many it has sent" {
    sed 's/\.value = lines}/.value = lines + 1}/' "$SUITE/alpc/model/producer.c" >producer.c
    run ! cmp -s producer.c "$SUITE/alpc/model/producer.c"
    cp "$SUITE/alpc/model/"*.h .
    cc -std=gnu17 -o producer-variant producer.c
    consume
    says consumer waiting
    run ./producer-variant "$name" < <(echo hello)
    [ "$status" = 1 ]
    ends consumer 1
}

@test "a file or a symbolic link in the way is refused and left alone" {
    echo precious >file
    ln -s file link
    for kind in file link; do
        both_refuse "$PWD/$kind" "lstat $PWD/$kind: exists, but is not a socket of yours\$" </dev/null
    done
    [ "$(<file)" = precious ] && [ -L link ]
}

@test "an argument that begins with - is wrong usage for all three" {
    for PAIR in alpc/model alpc/rpc alpc/windows; do
        [ $PAIR = alpc/model ] || start_wine
        for argument in - -x --help; do
            for side in producer consumer; do
                start $side $side "$argument" </dev/null
                ends $side 2
                says $side "^usage: $side "
                [ ! -s $side.out ]
            done
        done
    done
}

@test "native ALPC ends with status 77 and one sentence where Windows' calls are missing" {
    PAIR=alpc/windows
    start_wine
    for side in producer consumer; do
        status=0
        (close_others && cd "$SUITE/$PAIR" && exec "${WINE[@]}" $side.exe) </dev/null >out 2>err || status=$?
        [ "$status" = 77 ]
        [ "$(wc -l <err)" = 1 ]
        grep -q "^$side: GetProcAddress NtAlpc.*: no ALPC here" err
        [ ! -s out ]
    done
}

@test "local RPC: a line of 1 MiB arrives, one byte more is too long" {
    local_rpc
    for more in 0 1; do
        head -c $((1048575 + more)) /dev/zero | tr '\0' x >input
        echo >>input
        consume
        produce input
        ends producer $more
        ends consumer 0
        if [ $more = 0 ]; then
            cmp input consumer.out
        else
            [ ! -s consumer.out ]
            says producer "^producer: line 1: send_line $shown: Message too long"
        fi
    done
}

@test "local RPC: a name that no endpoint can have is refused by both sides" {
    local_rpc
    for wrong in '' 'a\b' "$(printf '%0200d' 0)"; do
        both_refuse "$wrong" 'the name .*: error 123: ' </dev/null
    done
}

@test "local RPC: one client too many is refused, those that are served go on" {
    local_rpc
    typing
    start second producer "$name" </dev/null
    ends second 1
    says second "^producer: open_client $shown: error 1723: "
    exec 9>&-
    ends producer 0
    ends consumer 0
}

@test "local RPC: a client of another version is refused by the run-time" {
    local_rpc
    mkdir -p alpc/rpc # the end of the interface's uuid, and its version
    LC_ALL=C sed 's/\x8d\x0b\x7a\x41\x01\x00/\x8d\x0b\x7a\x41\x02\x00/' \
        "$SUITE/$PAIR/producer.exe" >alpc/rpc/producer.exe
    run ! cmp -s "$SUITE/$PAIR/producer.exe" alpc/rpc/producer.exe
    consume
    says consumer waiting
    SUITE=$PWD start second producer "$name" </dev/null
    ends second 1
    says second "^producer: open_client $shown: error 17[0-9]+: "
    send TERM consumer
    died consumer TERM
}

# A call that was made is answered or its caller hears why not, promptly: a killed side's partner
# takes less than a second, at least once in three times (the machine may be busy).
notices() { # FUNCTION SIDE: SIDE is killed where FUNCTION has brought both
    local try other=consumer since
    [ "$2" = producer ] || other=producer
    for try in 1 2 3; do
        "$1"
        send KILL "$2"
        send CONT consumer || true
        echo "the next line" >&9 # a producer that waits for its input notices only now
        since=${EPOCHREALTIME/[.,]/}
        ends $other 1
        since=$((${EPOCHREALTIME/[.,]/} - since))
        echo "$PAIR, $1: the $2 is killed: noticed after $((since / 1000)) ms"
        ends "$2" 137
        exec 9>&-
        case $other in
        consumer) says consumer "^consumer: $shown: client [0-9]+ died" ;;
        producer) says producer "^producer: ($shown: the consumer died|.* $shown: error 17[0-9]+: )" ;;
        esac
        ((since < 1000000)) && return
    done
    return 1
}

@test "killed between two calls: the other side says so within a second, a producer at its next line" {
    for side in producer consumer; do notices typing $side; done
    local_rpc
    for side in producer consumer; do notices typing $side; done
    nothing_left
}

@test "killed within a call: the other side says so within a second" {
    for side in producer consumer; do notices second_called $side; done
    local_rpc
    for side in producer consumer; do notices second_called $side; done
    nothing_left
}
