# What is special to ordinary pipes.

PAIR=pipes/posix
load helper

@test "a child that can't be started: the producer says why and fails" {
    seq 1000000 >input
    for file in input /dev/null; do
        start producer producer ./no-such-program <"$file"
        ends producer 1
        says producer '^producer: exec ./no-such-program: No such file or directory$'
        says producer '^producer: ./no-such-program: ended with status 127$'
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

@test "a failing pipe, fork, poll, read, write or waitpid is named, and so is the child's dup2" {
    can_strace
    echo hello >input
    for failure in pipe2:pipe clone:fork poll:poll read:read:2 write:write:1 wait4:waitpid; do
        IFS=: read -r call name n <<<"$failure"
        # from a pipe: for a file it need not poll
        UNDER="strace -qq -o /dev/null -e inject=$call:error=EIO${n:+:when=$n}" \
            start producer producer < <(close_others && exec cat input)
        ends producer 1
        says producer "^producer: $name( .*)?: Input/output error\$"
        nothing_left
    done
    UNDER="strace -f -qq -o /dev/null -e inject=dup2:error=EIO" start producer producer <input
    ends producer 1
    says producer "^producer: dup2: Input/output error\$"
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
