# The contract (handouts/contract.md) against the pair that PAIR names.
# tests/run calls this once for each pair, without the tests tagged with a trait it has not.

load helper
load strace

@test "small inputs come out byte for byte" {
    for kind in "${kinds[@]}"; do
        echo "input: $kind"
        contents "$kind" >input
        carry input
    done
    nothing_left
}

# bats test_tags=live
@test "10 MB of random bytes (by local RPC 500 KB) come out equal" {
    head -c $((10000000 / less)) /dev/urandom >input
    carry input
    nothing_left
}

# bats test_tags=live
@test "10 MB of text (by local RPC 1 MB, in a mailslot 20,000 lines) come out equal" {
    if has slow; then
        seq -s ' ' 200000 | fold -w 999 | head -c 1000000 >input
    elif is_windows && has lines; then # Wine takes its time for many messages
        seq 20000 >input
    else
        local wide=63
        [ "$PAIR" != alpc/model ] || wide=250 # which calls twice for each line
        seq -s ' ' 1500000 | fold -w $wide | head -c 10000000 >input
    fi
    carry input
    nothing_left
}

# bats test_tags=bytes
@test "a line has no limit" {
    { head -c 3000000 /dev/zero && echo; } >input
    carry input
}

# bats test_tags=lines
@test "a line that is too long is skipped and named, all others arrive" {
    case $PAIR in
    alpc/*) long=$(seq -s , 200000) ;;  # 1.3 MB
    mach/*) long=$(seq -s , 2000) ;;    # 9 KB: the whole input is limited
    *) long=$(seq -s , 20000) ;;        # 100 KB
    esac
    printf 'one\ntwo\n%s\nfour\n%s\n' "$long" "$long" >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    printf 'one\ntwo\nfour\n' | cmp - "$came"
    says producer '^producer: line 3: .*: Message too (long|large)'
    says producer '^producer: line 5: .*: Message too (long|large)'
}

# bats test_tags=live
@test "a typed line arrives at once, before the input ends" {
    typing
    echo second >&9
    eventually has_text "$came" second
    exec 9>&-
}

waited_once() { # SIDE: and said so
    local line times=0
    while read -r line; do
        if [[ $line == *waiting* ]]; then ((++times)); fi
    done <"$1.err"
    [ $times = 1 ]
}

# bats test_tags=two
@test "the producer first: it waits for the consumer and says so" {
    seq $((20000 / less)) >input
    produce input
    says producer "^producer: waiting for a consumer on $shown\$"
    consume
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    waited_once producer
    nothing_left
}

# bats test_tags=two
@test "the consumer first: it waits for the producer and says so" {
    seq $((20000 / less)) >input
    consume
    says consumer "^consumer: waiting for a producer on $shown\$"
    produce input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    waited_once consumer
    nothing_left
}

other_name() { # sets other
    local name object shown
    use_name "other-$$"
    other=$name
}

# bats test_tags=two
@test "two pairs with two names side by side" {
    seq $((20000 / less)) >input
    seq -f "the other %.0f" $((20000 / less)) >input2
    start consumer consumer "$name"
    start producer producer "$name" <input
    other_name
    start consumer2 consumer "$other"
    start producer2 producer "$other" <input2
    for label in producer consumer producer2 consumer2; do
        ends $label 0
    done
    cmp input consumer.out
    cmp input2 consumer2.out
}

# bats test_tags=two
@test "the default name is the user's own" {
    own_default_name "${PAIR%/*}"
    echo hello >input
    start consumer consumer
    start producer producer <input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    start consumer consumer
    if is_windows; then
        says consumer 'waiting for a producer on .*-[^- ]+$'
    else
        says consumer "waiting for a producer on .*-$(id -u)\$"
    fi
    send INT consumer
    died consumer INT
}

# bats test_tags=twoway
@test "two-way: every line comes back in upper case" {
    printf 'hello\r\n\nUntil Then 1\n\032\0last' >input
    start twoway twoway <input
    ends twoway 0
    printf 'HELLO\r\n\nUNTIL THEN 1\n\032\0LAST' | cmp - twoway.out
    start twoway twoway </dev/null
    ends twoway 0
    [ ! -s twoway.out ]
}

# bats test_tags=twoway
@test "two-way: 10 MB without deadlock, and a line longer than both pipes hold" {
    { seq 1000000 && head -c 3000000 /dev/zero | tr '\0' x && echo; } >input
    start twoway twoway <input
    ends twoway 0
    tr '[:lower:]' '[:upper:]' <input | cmp - twoway.out
}

# bats test_tags=twoway
@test "two-way: a typed line is answered at once" {
    mkfifo keyboard
    exec 9<>keyboard
    start twoway twoway <keyboard
    for line in hello again; do
        echo $line >&9
        eventually has_text twoway.out ${line^^}
    done
    exec 9>&-
    ends twoway 0
    nothing_left
}

# bats test_tags=live
@test "wrong usage: a usage line on standard error, nothing on standard output, status 2" {
    for side in producer consumer twoway; do
        [ $side != twoway ] || has twoway || continue
        for arguments in 'one two three four' - -h --help; do
            # shellcheck disable=SC2086 # the arguments are words
            start $side $side $arguments </dev/null
            ends $side 2
            says $side "^usage: $side"
            [ ! -s $side.out ]
        done
    done
    nothing_left
}

# bats test_tags=mailbox
@test "a number of producers that is none is wrong usage" {
    for number in 0 -1 x 3x ''; do
        start consumer consumer "$name" "$number"
        ends consumer 2
        says consumer '^usage: consumer'
    done
    nothing_left
}

# what a second one says whose name is in use
in_use() {
    case $PAIR in
    shm/posix) echo "^producer: shm_open $name: another producer is using it\$" ;;
    shm/windows) echo "^producer: CreateFileMapping $shown: used by a producer, or by a dead one's consumer: error 183: " ;;
    mailslot/windows) echo "^consumer: CreateMutex $shown-alive: another consumer is using it.?\$" ;;
    fifo/windows) echo "^consumer: CreateNamedPipe $shown: another consumer is using it: error (5|231): " ;;
    alpc/windows) echo "^consumer: NtAlpcCreatePort $shown: another consumer is using it: status C0000035" ;;
    alpc/model) echo "^consumer: bind $name: another consumer is using it\$" ;;
    alpc/rpc) echo "^consumer: RpcServerUseProtseqEp $shown: error 1740: " ;;
    esac
}

# bats test_tags=one-to-one
@test "a second producer on the same name is refused, and the first one goes on" {
    echo hello >input
    produce input
    says producer waiting
    start second producer "$name" <input
    ends second 1
    says second "$(in_use)"
    consume
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    nothing_left
}

# bats test_tags=one-to-one
@test "a second consumer on the same name waits for the next producer" {
    transfer_for_ever
    start second consumer "$name"
    says second waiting
    send TERM producer
    died producer TERM
    ends consumer 1
    echo "for the second" >input
    produce input
    ends producer 0
    ends second 0
    cmp input second.out
    nothing_left
}

# bats test_tags=server
@test "a second consumer on the same name is refused, and the first one goes on" {
    consume
    says consumer waiting
    start second consumer "$name"
    ends second 1
    says second "$(in_use)"
    [ ! -s second.out ]
    echo hello >input
    produce input
    ends producer 0
    ends consumer 0
    cmp input consumer.out
    nothing_left
}

# bats test_tags=mailbox
@test "three producers, one consumer: every line arrives once, in each one's order" {
    for i in 1 2 3; do
        seq -f "$i %06.0f" $((5000 / less)) >input$i
        start producer$i producer "$name" <input$i
    done
    consume 3
    for i in 1 2 3; do ends producer$i 0; done
    ends consumer 0
    for i in 1 2 3; do grep "^$i " consumer.out | cmp - input$i; done
    [ "$(wc -l <consumer.out)" = $((15000 / less)) ]
    nothing_left
}

# bats test_tags=two,posix
@test "the object is for its owner alone" {
    local side=producer # who makes it
    [[ $PAIR != alpc/* ]] || side=consumer
    seq 10000 >input
    start $side $side "$name" <input
    says $side waiting
    object_exists
    [ "$(object_mode)" = 600 ]
    send INT $side
    died $side INT
}

# bats test_tags=two
@test "INT and TERM to a side that waits alone: it dies of it and the name is gone" {
    for side in producer consumer; do
        for signal in INT TERM; do
            if [ $side = producer ]; then
                yes | head -n 100000 >input
                produce input
            else
                consume
            fi
            says $side waiting
            send $signal $side
            died $side $signal
            nothing_left
        done
    done
}

consumer_ends_or_waits() { # its producer being dead
    after_the_producer
    ! has fails || says consumer '^consumer: .*((the|a) producer|client .*) died'
}

# bats test_tags=live
@test "INT and TERM to the producer at work: the consumer ends or waits as promised" {
    for signal in INT TERM; do
        rm -f seen
        transfer_for_ever
        send $signal producer
        died producer $signal
        consumer_ends_or_waits
        nothing_left
        rm sink
    done
}

# bats test_tags=live
@test "INT and TERM to the consumer at work: the producer ends and says so, or waits for the next one" {
    for signal in INT TERM; do
        rm -f seen
        transfer_for_ever
        send $signal consumer
        died consumer $signal
        if has keeps; then
            says producer waiting
            consume
            eventually [ -s consumer.out ]
            send TERM producer
            died producer TERM
            send TERM consumer
            died consumer TERM
        else
            ends producer 1
            says producer '^producer: .*(died|Broken pipe|gone|error [0-9]+)'
        fi
        nothing_left
        rm sink
    done
}

# bats test_tags=live
@test "KILL to the producer at work, then a new run" {
    transfer_for_ever
    send KILL producer
    ends producer 137
    consumer_ends_or_waits
    seq 1000 >input
    carry input
    nothing_left
}

# bats test_tags=live
@test "KILL to the consumer at work, then a new run" {
    transfer_for_ever
    send KILL consumer
    ends consumer 137
    if has keeps; then # a new consumer goes on with what the producer has still to say
        send KILL producer
        ends producer 137
        seq 1000 >input
        consume
        produce input
        ends producer 0
        ends consumer 0
        tail -n 1000 consumer.out | cmp - input
    else
        ends producer 1
        says producer '^producer: .*(died|Broken pipe|gone|error [0-9]+)'
        seq 1000 >input
        carry input
    fi
    nothing_left
}

# bats test_tags=two
@test "KILL to both at once, then a new run" {
    transfer_for_ever
    kill -KILL "${pid[producer]}" "${pid[consumer]}" || true
    ends producer '1|137' # the one killed last may have noticed
    ends consumer '0|1|137'
    seq 1000 >input
    consume
    produce input
    ends producer 0
    ends consumer 0
    tail -n 1000 consumer.out | cmp - input
    nothing_left
}

# bats test_tags=two
@test "KILL to a side that waits alone, then a new run" {
    seq $((20000 / less)) >input
    for side in producer consumer; do
        if [ $side = producer ]; then produce input; else consume; fi
        says $side waiting
        send KILL $side
        ends $side 137
        consume
        produce input
        ends producer 0
        ends consumer 0
        tail -n $((20000 / less)) consumer.out | cmp - input
        nothing_left
    done
}

# bats test_tags=bytes
@test "the consumer dies while the producer waits for input: it may go unnoticed until the next lines" {
    typing
    send KILL consumer
    ! has two || ends consumer 137
    type_on
    ends producer 1
    says producer '^producer: .*(died|Broken pipe|gone|error [0-9]+)'
    exec 9>&-
    seq 1000 >input
    carry input
    nothing_left
}

# bats test_tags=live
@test "output that can't be written: the consumer says so and fails" {
    [ -w /dev/full ] || skip "needs /dev/full"
    local full='^consumer: write: No space left on device$'
    is_windows && full='^consumer: (WriteFile|write)( standard output)?: error [0-9]+: '
    head -c 300000 /dev/urandom >input
    if has two; then
        OUT=/dev/full consume
        produce input
        ends consumer 1
        if has keeps; then # it waits for room, or saw that the consumer removed the queue
            send TERM producer || true
            ends producer '1|143'
        else
            ends producer 1
        fi
        says consumer "$full"
    else
        OUT=/dev/full produce input
        ends producer 1
        says producer "$full"
    fi
    nothing_left
}

# bats test_tags=live
@test "input that can't be read: the producer says so and fails" {
    consume
    produce /
    ends producer 1
    says producer '^producer: .*: (Is a directory$|error [0-9]+)'
    if has waits; then
        says consumer waiting # it is not a shell any more, which would ignore the signal
        send INT consumer
        died consumer INT
    elif has one-to-one; then # it sees that the producer died, or has not met it and waits for the next one
        says consumer 'waiting|died'
        send INT consumer 2>/dev/null || true
        if has_text consumer.err died; then ends consumer 1; else died consumer INT; fi
    elif has two; then
        ends consumer "$(has fails && echo 1 || echo 0)"
    fi
    nothing_left
}

interrupted() { # CALL STATUS
    [ "$2" = 130 ]
}

# bats test_tags=two,posix
@test "INT at any system call: nothing is left, and the other side never hangs" {
    can_strace
    for side in producer consumer; do
        at_every_call signal=SIGINT $side interrupted
    done
}

killed() { # CALL STATUS
    [ "$2" = 137 ]
}

# bats test_tags=two,posix
@test "KILL at any system call: the other side ends or is served, and the next run works" {
    can_strace
    for side in producer consumer; do
        at_every_call signal=SIGKILL $side killed
    done
}

# failed CALL STATUS: the program has named the call that it made
failed() {
    local call=$1 status=$2 side words
    case $call in
    # nothing depends on these: the program may go on
    close | munmap | brk | futex | alarm | setitimer | ioctl | getrandom | write | writev | clock_nanosleep | umask | rt_sig* | get*id)
        return 0
        ;;
    open | openat) words='shm_open|open' ;;
    mknod*) words='mkfifo' ;;
    newfstatat | fstat | lstat) words='fstat|lstat' ;;
    read) words='read|getline' ;;
    fallocate) words=posix_fallocate ;;
    unlink*) words='unlink|shm_unlink' ;;
    mq_timedsend) words=mq_send ;;
    mq_timedreceive) words=mq_receive ;;
    mq_getsetattr) words='mq_getattr|mq_setattr' ;;
    *) words=$call ;;
    esac
    case $PAIR/$call in # there a lock that cannot be asked for counts as held by the other side
    shm/posix/flock | shm/posix/fcntl) return 0 ;;
    fifo/posix/fcntl) return 0 ;; # musl's open repeats by it what the kernel has done
    esac
    case $call in
    *stat* | poll | mq_getsetattr) [ "$status" != 0 ] || return 0 ;; # it may go on here, too
    esac
    side=${PWD##*/} side=${side%%-*}
    has_text "$side.err" "^$side: ($words)( .*)?: (Input/output error|I/O error|No such)" && [ "$status" = 1 ]
}

# bats test_tags=two,posix
@test "any system call that fails: the program names it, ends with 1, leaves nothing" {
    can_strace
    for side in producer consumer; do
        at_every_call error=EIO $side failed
    done
}

# bats test_tags=posix
@test "writes that take only a part of what they are given lose nothing" {
    [ -z "${SANITIZE:-}" ] || skip "the address sanitizer wants to be loaded first"
    head -c 1000000 /dev/urandom >input
    export UNDER="env LD_PRELOAD=$TOOLS/short-write.so"
    carry input
}

# bats test_tags=posix
@test "valgrind finds no error and no open descriptor" {
    need valgrind valgrind
    [ -z "${SANITIZE:-}" ] || skip "valgrind does not run sanitized programs"
    seq 2000 >input
    export UNDER="valgrind -q --error-exitcode=99 --leak-check=full --track-fds=yes"
    consume
    produce input
    ends producer 0
    ends consumer 0
    cmp input "$came"
    run ! grep -A 1 'Open file descriptor' ./*.err
}

# bats test_tags=posix
@test "the sanitizers find nothing" {
    mkdir copy
    cp -R "$SUITE/${PAIR%/*}" copy
    rm -f "copy/$PAIR"/{producer,consumer,twoway}
    make -s -C "copy/${PAIR%/*}" "${PAIR#*/}"/{producer,consumer} CFLAGS="-g -O1 -fsanitize=address,undefined -fno-sanitize-recover"
    SUITE=$PWD/copy
    head -c 3000000 /dev/urandom >input
    carry input
    head -c 2000000 /dev/zero >input # too long for a message
    consume
    produce input
    if has lines; then ends producer 1; else ends producer 0; fi
    ends consumer 0
}
