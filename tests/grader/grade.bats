# The grader's checks, with the points of each: what README.md promises of a pair, seen from outside. `tests/grader/grade`
# runs them. "Ours" are the suite's own programs, "yours" those of the submission.

load ../helper

setup() {
    declare -gA pid=() # of what runs
    declare -gi status=0
    cd "$BATS_TEST_TMPDIR" || return
    box=$WORK/box/$BATS_TEST_NUMBER # where a submission's programs may make files
    use_name "grade-$$-$BATS_TEST_NUMBER"
    came=consumer.out
    has two || came=producer.out
    case $PAIR in
    fifo/posix | alpc/model) name=$box/${name##*/} object=$name shown=$name ;;
    */windows | */rpc) start_wine ;;
    mach/*) need qemu-system-i386 qemu-system-x86 ;;
    esac
}

# helper's start calls it: what was started, for who wants to do it by hand
before_start() { # SIDE [ARGUMENT]...
    local file input='<pipe'
    for file in input* keyboard / /dev/null; do
        if [[ /proc/self/fd/0 -ef $file ]]; then input="<$file"; fi
    done
    echo "$* $input" >>commands
}

# what a failed check has to say: each line has a bar before it, others are ours alone
say() {
    printf '%s\n' "$*" | cut -c 1-200 | cat -v | sed 's/^/| /'
}

say_file() { # FILE LINES
    head -n "$2" "$1" | cut -c 1-160 | cat -v | sed 's/^/|   /'
}

teardown() {
    local label rest
    if [ -z "${BATS_TEST_COMPLETED:-}" ] && [ -z "${BATS_TEST_SKIPPED:-}" ]; then
        for label in "${!pid[@]}"; do
            is_gone "$label" || say "$label$(whose "$label") is still running, $(doing "${pid[$label]}")"
        done
        for label in *.err; do
            [ -s "$label" ] || continue
            say "${label%.err}$(whose "${label%.err}") said:"
            say_file "$label" 3
        done
        if [ -e commands ]; then
            say "by hand (./ is your folder, $PAIR/ the suite's, NAME a name of your choice):"
            while read -r label rest; do
                if [ "${who:-both}" = both ] || [ "$who" = "$label" ]; then label=./$label; else label=$PAIR/$label; fi
                echo "$label ${rest//${name:-no name}/NAME}"
            done <commands | sed -E "s, </dev/null$,,; s,^(.*) <pipe$,yes | \\1," | tail -n 4 >commands.short
            say_file commands.short 4
        fi
    fi
    for label in "${!pid[@]}"; do
        kill -KILL "${pid[$label]}" 2>/dev/null
    done
    kill_students
    remove_object
    left_behind
    [ ${#left[@]} = 0 ] || rm -rf "${left[@]}"
    return 0
}

# what may not be there between two checks: sets left
left_behind() {
    local file
    left=()
    shopt -s nullglob dotglob
    for file in "$box"/* ${ISOLATED:+/dev/shm/* "$QUEUES"/*}; do
        [ "$file" = "${QUEUES:-}" ] || left+=("$file")
    done
    shopt -u nullglob dotglob
}

whose() { # LABEL
    case $1 in
    build*) ;;
    *) if [ "${who:-both}" = both ] || [[ $1 == "$who"* ]]; then echo " (yours)"; else echo " (ours)"; fi ;;
    esac
}

# await's word for the processes of the submission's user; if it has none of its own, for those that
# tests/helper.bash marks
marked_as() { # sets mark
    if [ -n "$STUDENT_ID" ] && [ -n "$AS_STUDENT" ]; then mark=user=$STUDENT_ID; else mark=STARTED_IN=$PWD; fi
}

no_process() {
    local mark
    marked_as
    "$TOOLS/await" "$PATIENCE" none "$mark" . >/dev/null 2>left-running
}

kill_students() {
    local i mark
    marked_as
    for ((i = 0; i < 100; i++)); do # a fork bomb takes some rounds
        ! "$TOOLS/await" 0 none "$mark" . >/dev/null 2>&1 || return
        "$TOOLS/await" kill "$mark"
    done
}

nothing_left() {
    local line
    if ! no_process; then
        IFS= read -r line <left-running
        say "left behind, still running: ${line##*there is: }"
        return 1
    fi
    if object_exists; then
        say "left behind: ${object:-$name} (who takes it away? README, point 7)" && return 1
    fi
    left_behind
    [ ${#left[@]} = 0 ] || { say "left behind: ${left[*]}" && return 1; }
}

# doing PID: what it waits in, by the kernel's word
doing() {
    local state call first
    read -r state call first < <("$TOOLS/await" look "$1")
    case $state in
    R) echo "busy: a loop that does not end?" && return ;;
    T) echo "stopped by a signal" && return ;;
    esac
    case $call in
    read) echo "in read() on $(descriptor "$1" "$first"): nothing comes, and no end of file" ;;
    write) echo "in write() on $(descriptor "$1" "$first"): nobody reads" ;;
    open | openat) echo "in open(): nobody has opened the other end" ;;
    futex) echo "in sem_wait(), say: nobody posts the semaphore" ;;
    mq_timedsend) echo "in mq_send(): the queue is full" ;;
    mq_timedreceive) echo "in mq_receive(): the queue is empty" ;;
    wait4 | waitid) echo "in waitpid(): its child has not ended" ;;
    *nanosleep) echo "asleep" ;;
    poll | ppoll) echo "in poll()" ;;
    accept | accept4) echo "in accept(): nobody connects" ;;
    recvfrom | recvmsg) echo "in recvmsg(): no message comes" ;;
    *) echo "waiting" ;;
    esac
}

descriptor() { # PID NUMBER
    local file
    file=$(readlink "/proc/$1/fd/$(($2))")
    case $(($2))-$file in
    0-*) echo "its standard input" ;;
    *pipe:*) echo "a pipe" ;;
    *) echo "${file##*/}" ;;
    esac
}

# yours WHO: the producer, the consumer or both are the submission's; not if it fails a check that
# comes before, which is the one to mend first
yours() {
    local side
    who=$1
    SUITE=$WORK/mix/$1
    for side in producer consumer; do
        if [ "$who" = both ] || [ "$who" = $side ]; then
            [ ! -e "$WORK/first-$side" ] || skip "first mend: $(cat "$WORK/first-$side")"
        fi
    done
    case $PAIR in
    mach/*) UNDER=setsid ;; # a machine of its own, with its own limits
    *) UNDER="setsid $AS_STUDENT prlimit --cpu=20 --core=0 --fsize=67108864" ;;
    esac
    ! has posix || UNDER+=" --as=1073741824 --nofile=64"
}

# first SIDE: until this check has passed, the others of that side make no sense
first() {
    echo "${BATS_TEST_DESCRIPTION#* }" >"$WORK/first-$1"
}

passed() {
    rm "$WORK/first-$1"
}

# is_source FILE...: else the compiler would have a hundred words, and none of them helps
is_source() {
    local file start what
    for file; do
        IFS= LC_ALL=C read -rn 5 -d '' start <"$file"
        case $start in
        $'\xff\xfe'* | $'\xfe\xff'* | ?) what='UTF-16 text' ;;
        '{\rtf') what='a document in rich text' ;;
        $'PK\3\4'*) what='an archive or an office document' ;;
        $'\x7fELF'* | MZ*) what='a program, not its source' ;;
        '<!DOC' | '<html') what='a web page' ;;
        *) continue ;;
        esac
        say "${file##*/} is $what: save it as plain text in UTF-8" && return 1
    done
}

build() { # SIDE
    local file=${PAIR#*/}/$1 like
    ! is_windows || file+=.exe
    first "$1"
    if [ ! -e "$WORK/theirs/$PAIR/$1.c" ]; then
        say "the submission has no $1.c (a plain file of at most 1 MB; its name is exactly that)"
        while IFS= read -r like; do say "it has: $like"; done <"$WORK/like-$1"
        return 1
    fi
    is_source "$WORK/theirs/$PAIR"/*.[ch] || return
    # shellcheck disable=SC2086 # $AS_STUDENT is words
    if ! (close_others && exec timeout -k 1 60 $AS_STUDENT prlimit --fsize=67108864 --core=0 --as=2147483648 \
        make -s -C "$WORK/theirs/${PAIR%/*}" "$file") </dev/null >build.log 2>&1; then
        say_file build.log 20
        return 1
    fi
    cp build.log "$WORK/warnings-$1"
    rm -f "$WORK/mix/"{"$1",both}"/${PAIR%/*}/$file"
    cp -P "$WORK/theirs/${PAIR%/*}/$file" "$WORK/mix/$1/$PAIR/" &&
        cp -P "$WORK/theirs/${PAIR%/*}/$file" "$WORK/mix/both/$PAIR/"
    passed "$1"
}

# words NUMBER: lines that nobody can guess, at most 20000: from a place that nobody can guess in a file that
# only the grader can read
words() {
    local lines
    mapfile -n "$1" -s $((SRANDOM % 20000)) lines <"$RANDOM_WORDS"
    printf '%s' "${lines[@]}"
}

same() { # EXPECTED CAME
    cmp -s "$1" "$2" && return
    say "expected $(wc -c <"$1") bytes, $(wc -c <"$2") came; from the first difference on, in lines (- expected, + came):"
    diff -a -U 0 <(cat -v "$1") <(cat -v "$2") | sed 1,3d | grep -a '^-' | head -n 2 >difference
    diff -a -U 0 <(cat -v "$1") <(cat -v "$2") | sed 1,3d | grep -a '^+' | head -n 2 >>difference
    say_file difference 4
    return 1
}

# ends LABEL STATUS, as the helper's, with words
ends() {
    local code=0
    if [ "$1" = consumer ] && ! has two; then return; fi
    eventually is_gone "$1" >/dev/null || { not_without_wine "$1" && return 1; }
    wait "${pid[$1]}" || code=$?
    unset "pid[$1]"
    [[ ! $code =~ ^($2)$ ]] || return 0
    not_without_wine "" "$code"
    case $code in
    153) say "$1$(whose "$1") wrote more than 64 MB" ;;
    129 | 1[3-5]? | 16?) say "$1$(whose "$1") died of the signal $(kill -l "$code"); the status should be ${2//|/ or }" ;;
    *) say "$1$(whose "$1") ended with status $code; it should be ${2//|/ or }" ;;
    esac
    return 1
}

says() { # LABEL PATTERN WHAT
    if ! eventually said "$1" "$2" >/dev/null || ! has_text "$1.err" "$2"; then
        say "$1$(whose "$1") does not say $3 on stderr" && return 1
    fi
}

# rests LABEL: it waits: it says so, or has slept for some time; or it is gone, and what came of it is the next
# question
rests() {
    "$TOOLS/await" "$PATIENCE" text "$1.err" waiting or asleep "${pid[$1]}" or ended "${pid[$1]}" >/dev/null 2>&1 ||
        { say "$1$(whose "$1") does not wait, it is busy" && return 1; }
}

carry() { # FILE
    consume
    produce "$1"
    ends producer 0 && ends consumer 0 && same "$1" "$came"
}

every_kind() {
    local kind
    for kind in "${kinds[@]}"; do
        contents "$kind" >input
        carry input || { say "with the input: $kind" && return 1; }
    done
}

big() {
    if has bytes; then head -c 3000000 /dev/urandom; elif has posix; then seq 100000; else seq 3000; fi >input
    carry input
}

typed() {
    mkfifo keyboard
    exec 9<>keyboard # both ends, so that no open waits for the other
    consume
    produce keyboard
    for line in first second; do
        echo $line >&9
        if ! eventually arrived_or_never $line >/dev/null || ! has_text "$came" $line; then
            say "the $line line was typed, but has not come" && return 1
        fi
    done
    exec 9>&-
}

arrived_or_never() { # LINE
    local label
    if has_text "$came" "$1"; then return 0; fi
    for label in "${!pid[@]}"; do
        if ! is_gone "$label"; then return 1; fi
    done
}

comes_first() { # SIDE OTHER
    words 500 >input
    if [ "$1" = producer ]; then
        if has slow; then seq 2000; else seq 20000; fi >>input # more than any object holds
        produce input
        says producer waiting "that it waits for a consumer"
        consume
    else
        consume
        says consumer waiting "that it waits for a producer"
        produce input
    fi
    ends producer 0
    ends consumer 0
    same input consumer.out
}

stopped_waiting() { # SIDE
    local signal
    words 20000 >input
    for signal in INT TERM; do
        if [ "$1" = producer ]; then produce input; else consume; fi
        rests "$1"
        send $signal "$1"
        died "$1" $signal
        nothing_left
    done
}

stopped_at_work() { # SIDE
    local signal
    for signal in INT TERM; do
        rm -f seen
        transfer_for_ever
        send $signal "$1"
        died "$1" $signal
        if [ "$1" = producer ]; then
            after_the_producer
        elif has keeps; then # the producer waits for the next consumer
            rests producer
            consume
            eventually [ -s consumer.out ] >/dev/null || { say "the next consumer gets nothing" && return 1; }
            send TERM producer
            died producer TERM
            send TERM consumer
            died consumer TERM
        else
            ends producer 1
        fi
        nothing_left
        rm sink
    done
}

wrong_usage() { # SIDE
    start "$1" "$1" one two three four </dev/null
    ends "$1" 2
    says "$1" "usage: " "its usage"
}

in_the_way() { # SIDE
    echo precious >"$object"
    chmod 666 "$object"
    start "$1" "$1" "$name" </dev/null
    ends "$1" 1
    if [ "$(cat "$object" 2>/dev/null)" != precious ]; then
        say "$object was somebody's file; now it is changed or gone" && return 1
    fi
}

three_producers() {
    local i
    for i in 1 2 3; do
        words 1000 | sed "s/^/$i /" >input$i
        start producer$i producer "$name" <input$i
    done
    consume 3
    for i in 1 2 3; do ends producer$i 0; done
    ends consumer 0
    for i in 1 2 3; do
        grep -a "^$i " consumer.out >came$i || true
        same input$i came$i
    done
}

calls() { # SIDE: the slide's, as they may be called in a program
    case $PAIR:$1 in
    shm/posix:producer) echo 'shm_open (ftruncate|posix_fallocate) mmap' ;;
    shm/posix:consumer) echo 'shm_open mmap shm_unlink' ;;
    mqueue/posix:producer) echo 'mq_open mq_(timed)?send' ;;
    mqueue/posix:consumer) echo 'mq_open mq_(timed)?receive' ;;
    pipes/posix:producer) echo 'pipe2? (v?fork|posix_spawnp?) (exec[a-z]*|fexecve|posix_spawnp?) wait[a-z0-9]*' ;;
    pipes/posix:consumer) echo '(f?read|_*f?get(s|c|line|char)?|getdelim)[a-z_]*' ;;
    fifo/posix:producer) echo 'f?open(at)?' ;;
    fifo/posix:consumer) echo 'f?open(at)? (unlink(at)?|remove)' ;;
    alpc/model:producer) echo 'socket connect (recvmsg|recv|read)' ;;
    alpc/model:consumer) echo 'socket bind listen accept4? socketpair sendmsg' ;;
    alpc/rpc:producer) echo 'RpcStringBindingCompose RpcBindingFromStringBinding NdrClientCall.*' ;;
    alpc/rpc:consumer) echo 'RpcServerUseProtseqEp RpcServerRegisterIf.* RpcServerListen' ;;
    shm/windows:producer) echo 'CreateFileMapping MapViewOfFile' ;;
    shm/windows:consumer) echo 'OpenFileMapping MapViewOfFile' ;;
    mailslot/windows:producer) echo 'CreateFile WriteFile' ;;
    mailslot/windows:consumer) echo 'CreateMailslot ReadFile' ;;
    pipes/windows:producer) echo 'CreatePipe CreateProcess' ;;
    pipes/windows:consumer) echo 'ReadFile' ;;
    fifo/windows:producer) echo 'CreateFile WriteFile' ;;
    fifo/windows:consumer) echo 'CreateNamedPipe ConnectNamedPipe' ;;
    mach/gnumach:*) echo 'mach_msg.*' ;;
    esac
}

# what the program takes from libc or Windows, a name a line; a Mach program has it all in itself
symbols() { # PROGRAM
    case $PAIR in
    */windows | */rpc) x86_64-w64-mingw32-objdump -p "$1.exe" | sed -nE 's/^\t[0-9a-f]+\t *[0-9]+ +([A-Za-z_0-9]*[a-z0-9_])[AW]?$/\1/p' ;;
    mach/*) nm "$1" | sed 's/.* //' ;;
    *) nm -D --undefined-only "$1" | sed -E 's/.* //; s/@.*//; s/64$//' ;;
    esac
}

makes_calls() { # SIDE
    local call missing=''
    symbols "$SUITE/$PAIR/$1" >names
    for call in $(calls "$1"); do
        has_text names "^($call)\$" || missing+=" $call"
    done
    [ -z "$missing" ] || { say "$1.c never calls:$missing" && return 1; }
}

@test "[3] producer.c builds" {
    build producer
}

@test "[3] consumer.c builds" {
    build consumer
}

@test "[2] what was submitted builds without a warning" {
    for side in producer consumer; do # one that is not there costs its own points
        [ -e "$WORK/warnings-$side" ] || [ ! -e "$WORK/theirs/$PAIR/$side.c" ] || skip "first mend: $side.c builds"
    done
    [ -e "$WORK/warnings-producer" ] || [ -e "$WORK/warnings-consumer" ] || skip "first mend: producer.c builds"
    cat "$WORK"/warnings-* >warnings
    say_file warnings 12
    [ ! -s warnings ]
}

@test "[10] producer: random words that it sends arrive at our consumer" {
    yours producer
    first producer
    words 300 >input
    carry input
    passed producer
}

@test "[3] producer: it makes the calls of the slide" {
    yours producer
    makes_calls producer
}

@test "[4] producer: no input, empty lines, no newline at the end, NUL, CR LF, UTF-8" {
    yours producer
    every_kind
}

# bats test_tags=live
@test "[4] producer: a big input arrives" {
    yours producer
    big
}

# bats test_tags=two
@test "[3] producer: it may come first, waits, and says so" {
    yours producer
    comes_first producer
}

# bats test_tags=two
@test "[3] producer: our consumer may come first" {
    yours producer
    comes_first consumer
}

# bats test_tags=live
@test "[2] producer: a typed line is sent at once" {
    yours producer
    typed
}

# bats test_tags=two
@test "[3] producer: INT and TERM while it waits remove the name" {
    yours producer
    stopped_waiting producer
}

# bats test_tags=live
@test "[3] producer: after INT and TERM at work nothing is left" {
    yours producer
    stopped_at_work producer
}

# bats test_tags=live
@test "[3] producer: when the consumer ends too early it fails with 1 (a queue: it waits for the next one)" {
    yours producer
    stopped_at_work consumer
}

# bats test_tags=lines
@test "[3] producer: a line that is too long is named and skipped" {
    yours producer
    case $PAIR in
    alpc/*) seq -s , 200000 ;;
    mach/*) seq -s , 2000 ;;
    *) seq -s , 20000 ;;
    esac >long
    cat <(echo one) long <(echo three) >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    printf 'one\nthree\n' >expected
    same expected "$came"
    says producer 'line 2' "which line is too long (line 2)"
}

# bats test_tags=mailbox
@test "[3] producer: three at the same time, none loses a line" {
    yours producer
    three_producers
}

# bats test_tags=two,bytes,posix
@test "[2] producer: something else of that name is refused and left alone" {
    yours producer
    in_the_way producer
}

# bats test_tags=live
@test "[2] producer: wrong usage gets a usage line and status 2" {
    yours producer
    wrong_usage producer
}

# bats test_tags=live
@test "[2] producer: an input that cannot be read is an error" {
    yours producer
    consume
    produce /
    ends producer 1
}

@test "[10] consumer: random words that our producer sends come out" {
    yours consumer
    first consumer
    words 300 >input
    carry input
    passed consumer
}

@test "[3] consumer: it makes the calls of the slide" {
    yours consumer
    makes_calls consumer
}

# bats test_tags=two
@test "[5] consumer: at the end nothing is left" {
    yours consumer
    if has keeps; then # the last one removes it: see to it that this is the consumer
        words 5 >input
        produce input
        ends producer 0
        consume
        ends consumer 0
        same input "$came"
    else
        words 50 >input
        carry input
    fi
    nothing_left
}

@test "[4] consumer: no input, empty lines, no newline at the end, NUL, CR LF, UTF-8" {
    yours consumer
    every_kind
}

# bats test_tags=live
@test "[4] consumer: a big input arrives" {
    yours consumer
    big
}

# bats test_tags=two
@test "[3] consumer: it may come first, waits, and says so" {
    yours consumer
    comes_first consumer
}

# bats test_tags=two
@test "[3] consumer: our producer may come first" {
    yours consumer
    comes_first producer
}

# bats test_tags=live
@test "[2] consumer: a typed line is seen at once" {
    yours consumer
    typed
}

# bats test_tags=two
@test "[3] consumer: INT and TERM while it waits leave nothing" {
    yours consumer
    stopped_waiting consumer
}

# bats test_tags=live
@test "[3] consumer: after INT and TERM at work nothing is left" {
    yours consumer
    stopped_at_work consumer
}

# bats test_tags=live
@test "[3] consumer: when the producer ends too early it notices (README, point 8)" {
    yours consumer
    stopped_at_work producer
}

# bats test_tags=posix
@test "[3] consumer: a write that takes only a part loses nothing" {
    yours consumer
    cp "$TOOLS/short-write.so" "$box"
    words 20000 >input
    printf '#!/bin/sh\nLD_PRELOAD=%s exec "$@"\n' "$box/short-write.so" >"$box/short-write"
    chmod 755 "$box"/*
    if has two; then
        produce input
        UNDER="$UNDER $box/short-write"
        consume
    else
        UNDER="$UNDER $box/short-write" produce input
    fi
    ends producer 0
    ends consumer 0
    same input "$came"
}

# bats test_tags=live
@test "[2] consumer: an output that cannot be written is an error" {
    yours consumer
    [ -w /dev/full ] || skip "needs /dev/full"
    words 20000 >input
    if has two; then
        OUT=/dev/full consume
        produce input
        ends consumer 1
    else
        OUT=/dev/full produce input
        ends producer 1
    fi
}

# bats test_tags=mailbox
@test "[3] consumer: it serves three producers if told to" {
    yours consumer
    three_producers
}

# bats test_tags=two
@test "[2] consumer: wrong usage gets a usage line and status 2" {
    yours consumer
    wrong_usage consumer
}

# bats test_tags=two
@test "[5] both: yours work together, whoever comes first, and leave nothing" {
    yours both
    comes_first producer
    nothing_left
    comes_first consumer
    nothing_left
}

# bats test_tags=two,posix
@test "[2] both: what the first one makes is for its owner alone (mode 0600)" {
    yours both
    words 20000 >input
    if [[ $PAIR = alpc/* ]]; then side=consumer; else side=producer; fi
    start $side $side "$name" <input
    eventually object_exists >/dev/null || { say "there is no ${object:-$name}" && return 1; }
    rests $side
    [ "$(object_mode)" = 600 ] || { say "its mode is $(object_mode)" && return 1; }
}

# bats test_tags=two
@test "[3] both: two pairs side by side under two names" {
    yours both
    words 2000 >input
    words 2000 >input2
    start consumer2 consumer "${name}2"
    start producer2 producer "${name}2" <input2
    carry input
    ends producer2 0
    ends consumer2 0
    same input2 consumer2.out
    nothing_left
}

# bats test_tags=two,live
@test "[3] both: after kill -9 of both the next run works" {
    yours both
    transfer_for_ever
    kill -KILL "${pid[producer]}" "${pid[consumer]}" 2>/dev/null || true
    ends producer '1|137'
    ends consumer '0|1|137'
    words 1000 >input
    consume
    produce input
    ends producer 0
    ends consumer 0
    tail -n 1000 consumer.out >came
    same input came
    nothing_left
}
