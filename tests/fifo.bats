# What is special to FIFOs.

PAIR=fifo/posix
load helper
load strace

@test "open is the rendezvous: either side waits in it for the other" {
    need_system_calls
    echo hello >input
    produce input
    in_open producer
    consume
    ends producer 0
    ends consumer 0
    consume
    in_open consumer
    produce input
    ends producer 0
    ends consumer 0
}

need_system_calls() {
    [ -r /proc/self/syscall ] || skip "needs /proc/PID/syscall"
}

in_open() { # LABEL: it comes to be blocked in openat
    "$TOOLS/await" "$PATIENCE" blocked "${pid[$1]}" openat >/dev/null
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
    equal input consumer.out
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
        both_refuse "$PWD/$kind" "mkfifo $PWD/$kind: File exists\$" <file
    done
    [ "$(<file)" = precious ] && [ -d directory ] && [ -L link ] && [ -p fifo ]
}

@test "another user's FIFO is refused and left alone" {
    ((EUID == 0)) && chown 65534 . 2>/dev/null || skip "needs root, to make another user's FIFO"
    mkfifo "$name"
    chmod 666 "$name"
    chown 65534 "$name"
    both_refuse "$name" "mkfifo $name: File exists\$" </dev/null
    [ -p "$name" ]
}

@test "a FIFO that one side could never open is refused by both, and left alone" {
    for mode in 444 222; do
        mkfifo $mode
        chmod $mode $mode
        both_refuse "$PWD/$mode" "mkfifo $PWD/$mode: File exists\$" </dev/null
        [ -p $mode ]
    done
}

# three_wait SIDE: at one FIFO, each with a line of its own, if it is a producer
three_wait() {
    for i in 1 2 3; do
        echo "from $i" >input$i
        start "$1$i" "$1" "$name" <input$i
    done
    for i in 1 2 3; do in_open "$1$i"; done
}

@test "one of several producers that wait is interrupted: the others are served all the same" {
    need_system_calls
    for signal in INT TERM KILL; do
        for i in 1 2 3; do
            three_wait producer
            send $signal producer$i
            died producer$i $signal
            serve_until_gone
            ((${#served[@]} == 2)) && [[ ${served[*]} != *"from $i"* ]]
        done
    done
}

# one consumer after the other, until no producer is left; what came is in served, by lines
serve_until_gone() {
    served=()
    local patience=$((SECONDS + ${PATIENCE:-60}))
    while producers_left; do
        ((SECONDS < patience))
        start consumer consumer "$name"
        eventually gone_or_alone
        # what the last one wrote may not be read yet; a consumer that came after it waits in open forever
        is_gone consumer ||
            "$TOOLS/await" "$PATIENCE" ended "${pid[consumer]}" or blocked "${pid[consumer]}" openat >/dev/null
        send TERM consumer 2>/dev/null || true
        ends consumer '0|143'
        mapfile -tO "${#served[@]}" served <consumer.out
    done
    for label in "${!pid[@]}"; do ends "$label" 0; done
    nothing_left
}

producers_left() {
    local label
    for label in "${!pid[@]}"; do
        [[ $label == consumer ]] || is_gone "$label" || return 0
    done
    return 1
}

gone_or_alone() {
    is_gone consumer || ! producers_left
}

@test "one of several consumers that wait is interrupted: the others wait on, for the next producer" {
    need_system_calls
    for signal in INT TERM; do
        three_wait consumer
        send $signal consumer1
        died consumer1 $signal
        echo hello >input
        produce input
        ends producer 0
        "$TOOLS/await" "$PATIENCE" text consumer2.out hello or text consumer3.out hello
        cat consumer2.out consumer3.out | cmp - input
        for i in 2 3; do send TERM consumer$i 2>/dev/null || true; done
        for i in 2 3; do ends consumer$i '0|143'; done
        nothing_left
    done
}

@test "a side that comes while an interrupted side removes the name loses nothing and does not hang" {
    can_strace
    for side in producer consumer; do
        other_side $side
        echo "from the interrupted one" >input
        echo hello >input2
        UNDER="strace -qq -o $PWD/trace -e inject=mknodat:signal=SIGINT -e inject=unlink:delay_enter=300000" \
            start $side $side "$name" <input # microseconds
        eventually object_exists
        start other "$other" "$name" <input2
        ends $side 130
        start again $side "$name" <input2 # in case the other came later, and waits at a new FIFO
        ends other 0
        send TERM again 2>/dev/null || true
        ends again '0|143'
        nothing_left
    done
}

@test "a FIFO that a later pair has made is not removed by one who ends later" {
    mkfifo keyboard
    exec 9<>keyboard
    consume
    produce keyboard
    echo early >&9
    eventually has_text consumer.out early
    rm "$name"
    start later producer "$name" </dev/null
    says later waiting
    send TERM consumer
    died consumer TERM
    object_exists
    echo next >&9
    ends producer 1
    exec 9>&-
    start consumer consumer "$name"
    ends later 0
    ends consumer 0
    nothing_left
}

@test "pairs in sequence on one FIFO: no line is lost, nobody fails or waits forever" {
    local n=100 consumer
    local -x STARTED_IN=$PWD
    in_sequence producer_in_sequence 2>producers.err &
    pid[producers]=$!
    in_sequence consumer_in_sequence >all 2>consumers.err &
    pid[consumers]=$!
    ends producers 0 || { "$TOOLS/await" kill "STARTED_IN=$PWD" && return 1; }
    eventually all_came
    : >enough # a consumer may serve more than one producer: then the last ones are alone
    until is_gone consumers; do
        if read -r consumer <current; then kill -TERM "$consumer" 2>/dev/null || true; fi
        nap
    done
    ends consumers 0
    sort -n all | cmp - <(seq $n)
    run ! grep -v ': waiting for' producers.err consumers.err
    nothing_left
}

in_sequence() { # COMMAND: with 1 to n, one after the other
    local i
    close_others
    for ((i = 1; i <= n; i++)); do "$1" "$i" || return; done
}

producer_in_sequence() {
    "$SUITE/$PAIR/producer" "$name" <<<"$1" || { echo "status $?" >&2 && return 1; }
}

consumer_in_sequence() {
    [ ! -e enough ] || return 0
    "$SUITE/$PAIR/consumer" "$name" &
    echo $! >current
    wait $! || [ -e enough ] || echo "status $?" >&2
}

all_came() {
    local lines
    mapfile -t lines <all
    ((${#lines[@]} == n))
}

@test "stopped and continued in the middle, either side: nothing is lost" {
    head -c 20000000 /dev/urandom >input
    for side in producer consumer; do
        mkfifo sink
        (close_others && exec cat >came) <sink &
        pid[sink]=$!
        OUT=$PWD/sink consume
        produce input
        eventually [ -s came ]
        for _ in {1..20}; do
            send STOP $side 2>/dev/null || break
            send CONT $side 2>/dev/null || break
        done
        ends producer 0
        ends consumer 0
        ends sink 0
        cmp input came
        rm sink came
    done
}

@test "the consumer dies while the producer waits for input: its next write says so" {
    typing
    send KILL consumer
    ends consumer 137
    run ! is_gone producer
    echo second >&9
    ends producer 1
    says producer "^producer: write $name: Broken pipe\$"
    exec 9>&-
}

@test "a folder that is not there: the error names mkfifo and the path" {
    start producer producer "$PWD/none/fifo" </dev/null
    ends producer 1
    says producer "^producer: mkfifo $PWD/none/fifo: No such file or directory\$"
}

@test "a FIFO made by hand, or left by a killed run, is used" {
    mkfifo "$name"
    echo hello >input
    carry input
    nothing_left
}

# README: pgrep -u $(id -u) -l consumer
@test "README's way to a program's number finds it" {
    need pgrep procps
    consume
    says consumer '^consumer: waiting for a producer'
    run -0 pgrep -u "$(id -u)" -l consumer
    [[ $'\n'$output$'\n' == *$'\n'"${pid[consumer]} consumer"$'\n'* ]]
    send TERM consumer
    died consumer TERM
    nothing_left
}
