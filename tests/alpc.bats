# What is special to the ALPC pairs: steps and refusals, deaths at chosen points, and the native pair's
# honest end.

PAIR=alpc/model
load helper

# variant SOURCE FLAG...: the model's program, built differently, in this folder
variant() {
    local source=$1
    shift
    ${CC:-cc} -std=gnu17 "$@" -o "$source-variant" "$SUITE/alpc/model/$source.c"
}

local_rpc() { # the rest of a test is for that pair
    PAIR=alpc/rpc
    start_wine
    use_name "ipc-test-$$-$BATS_TEST_NUMBER"
}

# first_typed: a first line was carried, the second is not yet typed
first_typed() {
    rm -f keyboard
    mkfifo keyboard
    exec 9<>keyboard # both ends, so that no open waits for the other
    consume
    produce keyboard
    echo first >&9
    eventually has_text consumer.out first
}

# second_called: the producer calls with the second line, and has no reply, the consumer being stopped
second_called() {
    first_typed
    send STOP consumer
    echo second >&9
    eventually taken
}

taken() {
    ! read -r -t 0 -u 9
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

@test "a connection request of another version is refused" {
    variant producer -DVERSION=2
    consume
    says consumer waiting
    run ./producer-variant "$name" </dev/null
    [ "$status" = 1 ]
    [[ $output == *"refused: wrong version"* ]]
    echo hello >input
    produce input # the server still serves
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

@test "another user's client is refused" {
    [ -z "${SANITIZE:-}" ] || skip "the address sanitizer wants to be loaded first"
    cat >another-user.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
int getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
	int (*original)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
	int result = original(fd, level, option, value, size);

	if (option == SO_PEERCRED)
		((struct ucred *)value)->uid++;
	return result;
}
END
    cc -shared -fPIC -o another-user.so another-user.c -ldl
    UNDER="env LD_PRELOAD=$PWD/another-user.so" consume
    says consumer waiting
    echo hello >input
    produce input
    ends producer 1
    says producer "^producer: connect $name: refused: not your server\$"
    send INT consumer
    died consumer INT
    [ ! -s consumer.out ]
}

@test "one client too many is refused, those that are served go on" {
    first_typed
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
    sed 's/message->value = lines;/message->value = lines + 1;/' "$SUITE/alpc/model/producer.c" >producer.c
    run ! cmp -s producer.c "$SUITE/alpc/model/producer.c"
    cp "$SUITE/alpc/model/protocol.h" .
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
        for side in producer consumer; do
            start $side $side "$PWD/$kind" </dev/null
            ends $side 1
            says $side "^$side: lstat $PWD/$kind: exists, but is not a socket of yours\$"
        done
    done
    [ "$(cat file)" = precious ] && [ -L link ]
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

@test "local RPC: one client too many is refused, those that are served go on" {
    local_rpc
    first_typed
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

@test "killed between two calls: the other side says so within a second" {
    for side in producer consumer; do notices first_typed $side; done
    local_rpc
    for side in producer consumer; do notices first_typed $side; done
    nothing_left
}

@test "killed within a call: the other side says so within a second" {
    for side in producer consumer; do notices second_called $side; done
    local_rpc
    for side in producer consumer; do notices second_called $side; done
    nothing_left
}
