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
        (close_others && cd "$SUITE/$PAIR" && exec $WINE $side.exe) </dev/null >out 2>err || status=$?
        [ "$status" = 77 ]
        [ "$(wc -l <err)" = 1 ]
        grep -q "^$side: GetProcAddress NtAlpc.*: no ALPC here" err
        [ ! -s out ]
    done
}

@test "local RPC: 1 MB of text comes out equal, with empty lines, NULs and no last newline" {
    PAIR=alpc/rpc
    start_wine
    { printf '\n\n' && seq -s , 150000 | fold -w 999 | tr 7 '\0' && printf last; } >input
    start consumer consumer "$name"
    start producer producer "$name" <input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

@test "local RPC: three clients at once, none torn" {
    PAIR=alpc/rpc
    start_wine
    start consumer consumer "$name" 3
    for i in 1 2 3; do
        seq -f "$i %06.0f" 500 >"input$i"
        start "producer$i" producer "$name" <"input$i"
    done
    for i in 1 2 3; do ends "producer$i" 0; done
    ends consumer 0
    for i in 1 2 3; do grep "^$i " consumer.out | cmp - "input$i"; done
}

@test "local RPC: without a server the client waits and says so" {
    PAIR=alpc/rpc
    start_wine
    echo hello >input
    start producer producer "$name" <input
    says producer "^producer: waiting for a consumer on $name"
    start consumer consumer "$name"
    ends producer 0
    ends consumer 0
    cmp input consumer.out
}

@test "local RPC: a killed client's context runs down: the server says so" {
    PAIR=alpc/rpc
    start_wine
    mkfifo keyboard
    exec 9<>keyboard
    start consumer consumer "$name"
    start producer producer "$name" <keyboard
    echo hello >&9
    eventually grep -q hello consumer.out
    send KILL producer
    ends producer 137
    # Wine kills the rest of a process when it ends by another thread than its first: 137
    ends consumer '1|137'
    says consumer '^consumer: .*client [0-9]+ died'
}

@test "local RPC: a killed server: the client says so, with the status of RPC" {
    PAIR=alpc/rpc
    start_wine
    mkfifo keyboard
    exec 9<>keyboard
    start consumer consumer "$name"
    start producer producer "$name" <keyboard
    echo hello >&9
    eventually grep -q hello consumer.out
    send KILL consumer
    ends consumer 137
    ends producer '1|137'
    says producer '^producer: .*: error 17[0-9]+: '
}
