# What is special to FIFOs.

PAIR=fifo/posix
load helper

@test "open is the rendezvous: either side waits in it for the other" {
    if ! [[ $(uname -m) = x86_64 && -r /proc/self/syscall ]]; then
        skip "reads /proc/PID/syscall with amd64's numbers"
    fi
    echo hello >input
    produce input
    eventually in_open producer
    consume
    ends producer 0
    ends consumer 0
    consume
    eventually in_open consumer
    produce input
    ends producer 0
    ends consumer 0
}

in_open() { # LABEL: blocked in openat
    [[ $(cat "/proc/${pid[$1]}/syscall") == 257\ * ]]
}

@test "several producers at once: what one of them writes in one piece arrives in one piece" {
    consume
    eventually object_exists
    exec 8>"$name" # the last writer is ours: no end of file in between
    for i in {0..9}; do
        seq -f "$i %097.0f" 40 >"lines$i" # 4000 bytes: one read, one write of at most PIPE_BUF
        start "producer$i" producer "$name" <"lines$i"
    done
    for i in {0..9}; do ends "producer$i" 0; done
    exec 8>&-
    ends consumer 0
    sort -s -k 1,1 consumer.out | cmp - <(cat lines?)
}

@test "the consumer reads on until the last producer is gone" {
    mkfifo keyboard
    exec 9<>keyboard
    consume
    produce keyboard
    echo early >&9
    eventually has_text consumer.out early
    echo short >input
    start second producer "$name" <input
    ends second 0
    eventually has_text consumer.out short
    run ! is_gone consumer
    exec 9>&-
    ends producer 0
    ends consumer 0
    nothing_left
}

@test "plain cat is a producer and a consumer, too" {
    echo hello >input
    consume
    eventually object_exists
    timeout 20 cat input >"$name"
    ends consumer 0
    cmp input consumer.out
    produce input
    eventually object_exists
    timeout 20 cat "$name" | cmp - input
    ends producer 0
}

@test "a file, a directory or a symbolic link in the way is refused and left alone" {
    echo precious >file
    mkdir directory
    mkfifo fifo
    ln -s fifo link
    for kind in file directory link; do
        for side in producer consumer; do
            start $side $side "$PWD/$kind" <file
            ends $side 1
            says $side "^$side: mkfifo $PWD/$kind: exists, but is not a FIFO of yours\$"
        done
    done
    [ "$(cat file)" = precious ] && [ -d directory ] && [ -L link ] && [ -p fifo ]
}

@test "another user's FIFO is refused and left alone" {
    [ "$(id -u)" = 0 ] && chown 65534 . 2>/dev/null || skip "needs root, to make another user's FIFO"
    mkfifo "$name"
    chmod 666 "$name"
    chown 65534 "$name"
    for side in producer consumer; do
        start $side $side "$name" </dev/null
        ends $side 1
        says $side "^$side: mkfifo $name: exists, but is not a FIFO of yours\$"
    done
    [ -p "$name" ]
}

@test "a consumer that comes while an interrupted producer cleans up does not wait for ever" {
    can_strace
    echo hello >input
    local slowly="inject=rename,unlink:delay_enter=300000" # microseconds
    UNDER="strace -qq -o $PWD/trace -e inject=mknodat:signal=SIGINT -e $slowly" produce input
    eventually object_exists
    consume
    ends producer 130
    start again producer "$name" <input # in case it came later, and waits at a new FIFO
    ends consumer 0
    send TERM again || true
    ends again '0|143'
    nothing_left
}

@test "a folder that is not there: the error names mkfifo and the path" {
    start producer producer "$PWD/none/fifo" </dev/null
    ends producer 1
    says producer "^producer: mkfifo $PWD/none/fifo: No such file or directory\$"
}

@test "a FIFO made by hand, or left by a killed run, is used" {
    mkfifo -m 600 "$name"
    echo hello >input
    carry input
    nothing_left
}
