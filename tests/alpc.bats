# What is special to the ALPC pairs: the model's steps and refusals, and the native pair's honest end.

PAIR=alpc/model
load helper

# variant SOURCE FLAG...: the model's program, built differently, in this folder
variant() {
    local source=$1
    shift
    ${CC:-cc} -std=gnu17 "$@" -o "$source-variant" "$SUITE/alpc/model/$source.c"
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

@test "one client too many is refused, those that are served go on" {
    mkfifo keyboard
    exec 9<>keyboard
    consume
    produce keyboard
    echo first >&9
    eventually grep -q first consumer.out
    start second producer "$name" </dev/null
    ends second 1
    says second 'refused: too many clients$'
    exec 9>&-
    ends producer 0
    ends consumer 0
}

@test "lines above 256 bytes go through a section, others in the message" {
    can_strace
    for length in 255 256 257 100000; do
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
    sed 's/return lines;/return lines;/; s/message.value = lines;/message.value = lines + 1;/' \
        "$SUITE/alpc/model/producer.c" >producer.c
    cp "$SUITE/alpc/model/protocol.h" .
    cc -std=gnu17 -o producer-variant producer.c
    consume
    says consumer waiting
    run ./producer-variant "$name" < <(echo hello)
    [ "$status" = 1 ]
    ends consumer 1
}

@test "a second server on the name is refused" {
    consume
    says consumer waiting
    start second consumer "$name"
    ends second 1
    says second "another consumer is using it\$"
    send INT consumer
    ends consumer 130
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
        (close_others && cd "$SUITE/$PAIR" && exec wine $side.exe) </dev/null >out 2>err || status=$?
        [ "$status" = 77 ]
        [ "$(wc -l <err)" = 1 ]
        grep -q "^$side: GetProcAddress NtAlpc.*: no ALPC here" err
        [ ! -s out ]
    done
}
