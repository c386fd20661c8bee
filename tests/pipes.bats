# What is special to ordinary pipes.

PAIR=pipes/posix
load helper

@test "a child that can't be started: the producer says why and fails" {
    seq 1000000 >input
    for file in input /dev/null; do
        start producer producer ./no-such-program <"$file"
        ends producer 1
        says producer '^producer: exec ./no-such-program: No such file or directory$'
        if [ $file = input ]; then # it fills the pipe, and its reader is gone
            says producer '^producer: write: Broken pipe$'
        else
            says producer '^producer: ./no-such-program: ended with status 127$'
        fi
    done
}

@test "a child that fails makes the producer fail" {
    start producer producer false </dev/null
    ends producer 1
    says producer '^producer: false: ended with status 1$'
}

@test "a child that ends early, however well: Broken pipe" {
    seq 1000000 >input
    start producer producer true <input
    ends producer 1
    says producer '^producer: write: Broken pipe$'
}

@test "any program can be the consumer" {
    printf 'b\na\n' >input
    start producer producer sort <input
    ends producer 0
    printf 'a\nb\n' | cmp - producer.out
}

@test "a child that dies of a signal: the producer says of which" {
    mkfifo keyboard
    exec 9<>keyboard
    produce keyboard
    child=$(child)
    kill -KILL "$child"
    exec 9>&- # the end of its input is all that it meets
    ends producer 1
    says producer '^producer: ./consumer: died: Killed$'
}

@test "the child dies while the producer waits for input: its next write says so" {
    typing
    child=$(child)
    kill -KILL "$child"
    eventually has_ended "$child"
    run ! is_gone producer
    echo second >&9
    ends producer 1
    says producer '^producer: write: Broken pipe$'
    exec 9>&-
}

@test "plain cat and wc are consumers, too" {
    seq 100000 >input
    start producer producer cat <input
    ends producer 0
    cmp input producer.out
    start producer producer wc <input
    ends producer 0
    [ "$(xargs <producer.out)" = "$(wc <input | xargs)" ]
}

@test "stopped and continued in the middle, either side: nothing is lost" {
    head -c 20000000 /dev/urandom >input
    for side in producer consumer; do
        mkfifo sink
        exec 9<>sink
        OUT=$PWD/sink produce input
        if [ $side = producer ]; then process=${pid[producer]}; else process=$(child); fi
        (close_others && exec cat >came) <sink &
        pid[sink]=$!
        for _ in {1..20}; do
            kill -STOP "$process" 2>/dev/null || break
            kill -CONT "$process" 2>/dev/null || break
        done
        exec 9>&-
        ends producer 0
        ends sink 0
        cmp input came
        rm sink came
    done
}

@test "KILL at any system call of the producer: the child ends, and the next pair works" {
    can_strace
    echo hello >input
    head -c 1000000 /dev/urandom >large
    strace -qq -o trace "$SUITE/$PAIR/producer" cat <input >/dev/null
    sed -n '/^pipe/,$s/(.*//p' trace | awk '/^[a-z_0-9]+$/ { print $1, ++n[$1] }' | grep -v exit_group >calls
    [ "$(wc -l <calls)" -ge 8 ]
    while read -r call n; do
        UNDER="strace -qq -o /dev/null -e inject=$call:signal=SIGKILL:when=$n" start producer producer <input
        ends producer 137
        nothing_left
        carry large
    done <calls
}

@test "the child holds the read end alone, the parent the write end alone" {
    mkfifo keyboard
    exec 9<>keyboard
    produce keyboard
    child=$(child)
    ends_of() { find "/proc/$1/fd" -lname 'pipe:*' -printf '%f ' ; }
    [ "$(ends_of "$child")" = '0 ' ]
    [ "$(ends_of "${pid[producer]}" | wc -w)" = 1 ]
    exec 9>&-
    ends producer 0
}

@test "a failing pipe, fork, read, write or waitpid is named, and so is the child's dup2" {
    can_strace
    echo hello >input
    for failure in pipe2:pipe clone:fork read:read:2 write:write:1 wait4:waitpid; do
        IFS=: read -r call name n <<<"$failure"
        UNDER="strace -qq -o /dev/null -e inject=$call:error=EIO${n:+:when=$n}" start producer producer <input
        ends producer 1
        says producer "^producer: $name( .*)?: (Input/output|I/O) error\$"
        nothing_left
    done
    # with an input to write, write may say first that nobody reads
    UNDER="strace -f -qq -o /dev/null -e inject=dup2:error=EIO" start producer producer </dev/null
    ends producer 1
    says producer "^producer: dup2: (Input/output|I/O) error\$"
    says producer "^producer: ./consumer: ended with status 1\$"
}

@test "two-way: a killed child is noticed with the next line" {
    mkfifo keyboard
    exec 9<>keyboard
    start twoway twoway <keyboard
    echo hello >&9
    eventually has_text twoway.out HELLO
    kill -KILL "$(pgrep -P "${pid[twoway]}")"
    echo again >&9
    ends twoway 1
    says twoway '^twoway: (write: Broken pipe|read: the child has died)$'
    exec 9>&-
    nothing_left
}
