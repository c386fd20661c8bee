# What is special to anonymous pipes on Windows.
# Wine gives 0 as the exit status of a killed child, so that its death shows by the broken pipe alone.

PAIR=pipes/windows
load helper
load windows

@test "a child that can't be started: the producer names CreateProcess, error 2" {
    seq 100000 >input
    for file in input /dev/null; do
        start producer producer no-such-program.exe <"$file"
        ends producer 1
        says producer '^producer: CreateProcess no-such-program\.exe: error 2: '
    done
    nothing_left
}

@test "a file that is no program: the producer names CreateProcess and the error's number" {
    echo "not a program" >text.exe
    start producer producer "$(windows "$PWD/text.exe")" </dev/null
    ends producer 1
    says producer '^producer: CreateProcess .*text\.exe: error [1-9][0-9]*: '
}

@test "a child that fails makes the producer fail, with its status" {
    start producer producer "$(windows "$TOOLS/probe.exe")" </dev/null
    ends producer 1
    says producer '^usage: probe'
    says producer '^producer: .*probe\.exe: ended with status 2$'
    nothing_left
}

@test "a child that ends early, however well: the producer names WriteFile, error 109 or 232" {
    seq 1000000 >input
    start producer producer "$(windows "$(holder)")" <input
    ends producer 1
    says producer '^producer: WriteFile: error (109|232): '
    nothing_left
}

@test "a child that ends early while the producer waits for input: noticed with the next line" {
    keyboard typed 9
    start producer producer "$(windows "$(holder)")" <typed
    eventually has_text producer.out '^pipes: '
    type_on # the child ends a moment after its line
    ends producer 1
    says producer '^producer: WriteFile: error (109|232): '
    exec 9>&-
    nothing_left
}

@test "a path with spaces is one path: no program is tried whose name ends at a space" {
    mkdir "a folder"
    cp "$(holder)" a.exe
    cp "$SUITE/pipes/windows/consumer.exe" "a folder/my own consumer.exe"
    printf 'b\na' >input
    start producer producer "$(windows "$PWD/a folder/my own consumer.exe")" <input
    ends producer 0
    cmp input producer.out
    nothing_left
}

@test "the child inherits the read end alone" {
    : >input # a file: our own standard input is no pipe
    start producer producer "$(windows "$(holder)")" <input
    eventually has_text producer.out '^pipes: 1.*$'
    ends producer '0|1' # 1 if the child had ended before the end of the input was known
}

@test "the producer is killed while it waits for input: the child sees the end and ends" {
    for signal in KILL TERM; do
        rm -f typed
        keyboard typed 9
        produce typed
        echo hello >&9
        eventually has_text producer.out hello
        send $signal producer
        died producer $signal
        eventually no_process
        exec 9>&-
    done
}

@test "two producers at once, each with its child: the end of one does not end the other" {
    keyboard typed1 8
    keyboard typed2 9
    start first producer <typed1
    start second producer <typed2
    echo one >&8
    echo two >&9
    eventually has_text first.out one
    eventually has_text second.out two
    exec 8>&-
    ends first 0
    run ! is_gone second
    exec 9>&-
    ends second 0
    nothing_left
}

@test "two-way: a killed child is noticed with the next line" {
    keyboard typed 9
    start twoway twoway <typed
    echo hello >&9
    eventually has_text twoway.out HELLO
    kill -KILL "$(twoway_child)"
    echo again >&9
    ends twoway 1
    says twoway '^twoway: (WriteFile: error (109|232): |ReadFile: the child has died: error 109: )'
    exec 9>&-
    nothing_left
}

twoway_child() {
    local process
    while read -r process; do
        process=${process#/proc/}
        process=${process%%/*}
        [ "$process" = "${pid[twoway]}" ] || echo "$process"
    done < <(grep -lszx "STARTED_IN=$PWD" /proc/[0-9]*/environ)
}

@test "two-way: a killed parent ends the child" {
    keyboard typed 9
    start twoway twoway <typed
    echo hello >&9
    eventually has_text twoway.out HELLO
    kill -KILL "${pid[twoway]}"
    ends twoway 137
    eventually no_process
    exec 9>&-
}

@test "a write of 0 bytes into the input is not its end" {
    carry_around_nothing
}
