# What is special to Mach: mach/gnumach/run boots a real kernel, so a producer and a consumer are
# not started one by one, and most of what can go wrong goes wrong in a machine of its own.

PAIR=mach/gnumach
load helper
whole=$SUITE

setup() {
    declare -gA pid=()
    need qemu-system-i386 qemu-system-x86
    if ! [ -x "$SUITE/$PAIR/producer" ] && [ ! -e "$whole/mach/build/include/mach/syscall_sw.h" ]; then
        skip "the programs need Mach's headers: make -C mach kernel, then make"
    fi
    if [ -n "${MACH_KERNEL:-}" ]; then
        MACH_KERNEL=$(realpath "$MACH_KERNEL") && export MACH_KERNEL
    fi
    [ -s "${MACH_KERNEL:-$whole/mach/build/gnumach}" ] ||
        skip "needs a GNU Mach kernel: make -C mach kernel"
    cd "$BATS_TEST_TMPDIR" && mkdir tmp
}

teardown() {
    local label
    for label in "${!pid[@]}"; do # TERM, as it ends QEMU, too
        kill -TERM "${pid[$label]}" 2>/dev/null && eventually is_gone "$label"
    done
    if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
        tail -n 5 ./*.err 2>/dev/null
    fi
    return 0
}

# boot LABEL [ARGUMENT]...: starts mach/gnumach/run, on our standard input
boot() {
    local label=$1
    shift
    TMPDIR=$PWD/tmp start "$label" run "$@"
}

nothing_left() {
    eventually no_process || return
    [ -z "$(ls -A tmp)" ] || { echo "left behind:" tmp/* && return 1; }
}

# copy: from now on we test a copy of mach/, which may be broken
copy() {
    rm -rf copy && mkdir copy && cp -Rp "$whole/mach" copy && SUITE=$PWD/copy
}

# broken PROGRAM SED-SCRIPT: a copy in which the source is edited so
broken() {
    copy && sed -i -E "$2" "copy/$PAIR/$1.c" && rm "copy/$PAIR/$1" || return
    if cmp -s "$whole/$PAIR/$1.c" "copy/$PAIR/$1.c"; then
        echo "nothing to be edited so: $2"
        return 1
    fi
    make -s -C copy/mach CFLAGS=-O2
}

# instead_of_qemu COMMAND: what the runner finds under QEMU's name
instead_of_qemu() {
    mkdir -p bin
    printf '#!/bin/sh\n%s\n' "$1" >bin/qemu-system-i386
    chmod +x bin/qemu-system-i386
    PATH=$PWD/bin:$PATH
}

contents() { # NAME: writes an input of that kind
    case $1 in
    'what the console means something by') printf '1>00\n2>x\n$?=1\npanic x\n\033[K' ;;
    'all 256 bytes') all_bytes ;;
    '50 KB of random bytes') head -c 50000 /dev/urandom ;;
    'as much as it takes') yes 'a line of a long input' | head -c 61440 ;;
    esac
}

all_bytes() {
    local octal
    printf -v octal '\\0%o' {0..255}
    printf '%b' "$octal"
}

# beside those of the contract
@test "inputs come out byte for byte" {
    for kind in 'what the console means something by' 'all 256 bytes' '50 KB of random bytes' 'as much as it takes'; do
        echo "input: $kind"
        contents "$kind" >input
        boot run <input
        ends run 0
        equal input run.out
    done
    nothing_left
}

@test "four boots write the same, narration included; so does each lesson" {
    all_bytes >input
    for i in 1 2; do # two at once, for two cores
        boot "run$i" <input
        boot "again$i" <input
        for label in "run$i" "again$i"; do
            ends "$label" 0
            equal input "$label.out"
            equal run1.err "$label.err"
        done
    done
    printf '%s\n' 'consumer: receives from port 4' 'producer: sends to port 1000' 'consumer: no sender is left' >said
    equal said run1.err
    for lesson in full-mailbox ports; do
        boot $lesson-1 $lesson
        boot $lesson-2 $lesson
        ends $lesson-1 0
        ends $lesson-2 0
        equal $lesson-1.out $lesson-2.out
    done
}

# told LABEL: what it wrote, without the times
told() {
    sed -E 's/ after [0-9]+ ms$//' "$1.out"
}

@test "full-mailbox: the four choices, in the order of the slide, each with its code" {
    boot run full-mailbox
    ends run 0
    [ "$(grep -Ec 'MACH_[A-Z_]+ after [0-9]+ ms$' run.out)" = 5 ]
    diff - <(told run) <<'END'
letters 1 to 5 are in the mailbox: it is full
receiver: takes 1 of the letters
wait indefinitely: letter 6, no option: MACH_MSG_SUCCESS
wait at most n milliseconds: letter 7, MACH_SEND_TIMEOUT 100: MACH_SEND_TIMED_OUT
return immediately: letter 8, MACH_SEND_TIMEOUT 0: MACH_SEND_TIMED_OUT
temporarily cache a message: letter 9, MACH_SEND_NOTIFY: MACH_SEND_WILL_NOTIFY
cache one more: letter 10, MACH_SEND_NOTIFY: MACH_SEND_NOTIFY_IN_PROGRESS
receiver: takes 6 of the letters
MACH_NOTIFY_MSG_ACCEPTED: port 1000 has taken the cached letter
receiver: letter 1 has come
receiver: letter 2 has come
receiver: letter 3 has come
receiver: letter 4 has come
receiver: letter 5 has come
receiver: letter 6 has come
receiver: letter 9 has come
END
    nothing_left
}

@test "full-mailbox: a choice that turns out otherwise is an error" {
    broken full-mailbox 's/number < MACH_PORT_QLIMIT_DEFAULT/number < 2/' # it is not full
    boot run full-mailbox
    ends run 1
    says run '^full-mailbox: mach_msg: MACH_MSG_SUCCESS, not the MACH_SEND_TIMED_OUT of the book$'
    nothing_left
}

@test "ports: what a task has at birth, and the notifications of no senders and of a death" {
    boot run ports
    ends run 0
    diff - <(told run) <<'END'
at the beginning, port 1: a send right, the Kernel port, from mach_task_self()
at the beginning, port 2: a receive right, for the kernel's replies
at the beginning, port 1000: a send right, from the receiver
at the beginning, port 1001: a send right, from the receiver
task_get_special_port 1, TASK_KERNEL_PORT: KERN_SUCCESS, port 1
task_get_special_port 2, the Notify port of Mach 2.5: KERN_INVALID_ARGUMENT
task_get_special_port 3, TASK_EXCEPTION_PORT: KERN_SUCCESS, port 3
task_get_special_port 4, TASK_BOOTSTRAP_PORT: KERN_SUCCESS, port 3
mach_port_allocate, a message to port 1: port 5, a receive right
a send right to port 5 made and given back
MACH_NOTIFY_NO_SENDERS: a message to port 5 itself
port 1000: a send right
letters 1 to 5 are in the mailbox: it is full
receiver: leaves
letter 6, while the receiver ends: MACH_MSG_SUCCESS
MACH_NOTIFY_DEAD_NAME: port 1000
letter 7, to a dead name: MACH_SEND_INVALID_DEST
port 1000: a dead name, 2 references
mach_port_type of port 1000: KERN_INVALID_NAME
END
    nothing_left
}

@test "a line that is too long is skipped and named, all others arrive" {
    line() { printf '%*s\n' "$1" ''; } # so many blanks, and a newline
    { echo one && line 4094 && line 4095 && echo four && line 9000 && printf six; } >input
    boot run <input
    ends run 1
    sed '3d;5d' input | cmp - run.out
    says run '^producer: line 3: mach_msg port 1000: Message too long$'
    says run '^producer: line 5: mach_msg port 1000: Message too long$'
    run ! grep '^run: ' run.err # the status is the producer's own
    nothing_left
}

@test "an input that is too large is refused before the boot, an endless one as well" {
    instead_of_qemu "touch '$PWD/booted'"
    head -c 61441 /dev/zero >input
    boot run <input
    ends run 1
    says run '^run: input: longer than 61440 bytes: File too large$'
    head -c 20481 /dev/zero >input
    boot run -p 3 <input
    ends run 1
    says run '^run: input: longer than 20480 bytes: File too large$'
    boot run < <(close_others && exec yes)
    ends run 1
    says run '^run: input: longer than 61440 bytes: File too large$'
    [ ! -s run.out ]
    [ ! -e booted ]
    nothing_left
}

@test "three producers, one consumer: every line arrives once, in each one's order" {
    seq 500 >input
    boot run -p 3 <input
    ends run 0
    [ "$(wc -l <run.out)" = 1500 ]
    # each line goes to a producer that has just said the one before
    awk -v producers=3 'BEGIN { at[0] = producers }
        at[$1 - 1]-- < 1 { exit 1 } { at[$1]++ } END { exit at[500] != producers }' run.out
    [ "$(grep -c '^producer: sends to port 1000$' run.err)" = 3 ]
    nothing_left
}

@test "two runs at once do not meet" {
    seq 1 3000 >input1
    seq 3001 6000 >input2
    boot one <input1
    boot two <input2
    ends one 0
    ends two 0
    cmp input1 one.out
    cmp input2 two.out
    nothing_left
}

@test "-v shows the kernel's own words, on standard error" {
    echo hello >input
    boot run -v <input
    ends run 0
    equal input run.out
    says run '^kernel: GNU Mach'
    says run '^consumer: no sender is left$'
}

@test "wrong usage: a usage line and status 2" {
    for arguments in -x --help -p '-p 0' '-p 8' '-p x' '-p 2 ports' nonsense 'producer two' 'ports -v'; do
        echo "run $arguments"
        # shellcheck disable=SC2086 # the arguments are words
        boot run $arguments </dev/null
        ends run 2
        says run '^usage: run '
        [ ! -s run.out ]
    done
    nothing_left
}

@test "a producer that crashes is an error that says where; what it had sent arrives" {
    broken producer 's/^(.*)check\("mach_port_deallocate"/\1*(volatile int *)64 = 0;\n&/'
    echo hello >input
    boot run <input
    ends run 1
    says run '^init: producer crashed: EXC_BAD_ACCESS at address 0x40$'
    equal input run.out
    nothing_left
}

@test "a consumer that crashes is an error, and its producer is not waited for" {
    broken consumer 's/^.*say\("receives/__builtin_trap();\n&/'
    echo hello >input
    boot run <input
    ends run 1
    says run '^init: consumer crashed: EXC_BAD_INSTRUCTION$'
    [ ! -s run.out ]
    nothing_left
}

@test "a task that is killed is an error that says so" {
    broken producer 's/^.*say\("sends to/task_terminate(mach_task_self());\n&/'
    boot run </dev/null # so that nothing but init can tell
    ends run 1
    says run '^init: producer was terminated$'
    nothing_left
}

@test "a consumer that does not receive, or does not write, is an error" {
    echo hello >input
    broken consumer '/^\tfor \(;;\) \{/,/^\t\}/d; s/struct message message/int message __attribute__((unused))/'
    boot run <input
    ends run 1
    says run '^producer: mach_msg: MACH_SEND_INVALID_DEST$|^run: the consumer wrote 0 bytes of 6$'

    broken consumer 's/output\(.*\);/(void)0;/'
    boot run <input
    ends run 1
    says run '^run: the consumer wrote 0 bytes of 6$'
    nothing_left
}

@test "tasks that wait forever or run forever are stopped, and it is an error" {
    echo hello >input
    broken consumer 's/mailbox, MACH_MSG_TIMEOUT_NONE/mach_reply_port(), MACH_MSG_TIMEOUT_NONE/'
    boot run <input
    ends run 1
    says run '^init: consumer has not ended after 60 seconds$'

    broken producer 's/^.*say\("sends to/for (;;) ;\n&/'
    MACH_SECONDS=1 boot run <input
    ends run 1
    says run '^run: the kernel or a task hangs: stopped after 1 seconds$'
    nothing_left
}

@test "a kernel that panics is an error with its last words" {
    copy
    echo "no program" >"copy/$PAIR/producer"
    boot run </dev/null
    ends run 1
    says run '^run: the kernel stopped: .*Cannot load user executable module.*: producer$'
    nothing_left
}

@test "no kernel, or a file that is none: an error that names it" {
    MACH_KERNEL=$PWD/nowhere boot run </dev/null
    ends run 1
    says run "^run: $PWD/nowhere: no kernel there: make -C mach kernel"
    echo 'not a kernel' >text
    head -c 100000 "${MACH_KERNEL:-$whole/mach/build/gnumach}" >half
    : >empty
    for kernel in text half empty; do
        MACH_KERNEL=$PWD/$kernel boot run </dev/null
        ends run 1
        says run "^run: qemu-system-i386: .*$PWD/$kernel: .* \(status 1\)\$"
        [ ! -s run.out ]
    done
    nothing_left
}

@test "MACH_KERNEL names a kernel; a packed one will do" {
    gzip -c "${MACH_KERNEL:-$whole/mach/build/gnumach}" >kernel.gz
    copy && rm -rf copy/mach/build
    echo hello >input
    MACH_KERNEL=$PWD/kernel.gz boot run <input
    ends run 0
    equal input run.out
    unset MACH_KERNEL
    boot run <input
    ends run 1
    says run '^run: .*/copy/mach/build/gnumach: no kernel there: make -C mach kernel'
    nothing_left
}

@test "programs that are not built: an error that says how to build them" {
    copy && rm "copy/$PAIR/consumer"
    boot run </dev/null
    ends run 1
    says run '^run: consumer: is not built: make -C mach$'
}

@test "without QEMU: an error that names its package" {
    mkdir tools && ln -s /usr/bin/* tools && rm tools/qemu-*
    PATH=$PWD/tools boot run </dev/null
    ends run 1
    says run '^run: qemu-system-i386: not found: install the package qemu-system-x86$'
    nothing_left
}

@test "a QEMU that fails, ends early or gives nonsense is an error, never success" {
    instead_of_qemu 'echo "no memory" >&2; exit 3'
    boot run </dev/null
    ends run 1
    says run '^run: qemu-system-i386: .*no memory \(status 3\)$'
    instead_of_qemu 'echo "consumer: 2>"'
    boot run </dev/null
    ends run 1
    says run '^run: the machine stopped before its tasks had ended$'
    instead_of_qemu 'echo "1>4"; echo "\$?=0"'
    boot run </dev/null
    ends run 1
    says run '^run: the output came damaged$'
    instead_of_qemu 'echo "1>6869"; echo "\$?=0"' # it says well done, but two bytes came from none
    boot run </dev/null
    ends run 1
    says run '^run: the consumer wrote 2 bytes of 0$'
    nothing_left
}

@test "output that can't be written: it says so and fails" {
    [ -w /dev/full ] || skip "needs /dev/full"
    echo hello >input
    OUT=/dev/full boot run <input
    ends run 1
    says run 'No space left on device'
    says run '^run: write: failed$'
    nothing_left
}

@test "input that can't be read: it says so and fails" {
    boot run </
    ends run 1
    says run 'Is a directory'
    says run '^run: read: failed$'
    nothing_left
}

runs() { # COMMAND: our run gets so far that it runs this
    "$TOOLS/await" "$PATIENCE" running "STARTED_IN=$PWD" "$1" >/dev/null
}

# interrupted HOW: INT, TERM, or INT to the whole group, as Ctrl-C at a terminal does it
interrupted() {
    case $1 in
    Ctrl-C) kill -INT -- "-${pid[run]}" && ends run 130 ;;
    *) kill "-$1" "${pid[run]}" && died run "$1" ;;
    esac && nothing_left
}

@test "INT, TERM and Ctrl-C while it reads, runs or writes: no process and no file is left" {
    mkfifo keyboard sink
    exec 8<>keyboard 9<>sink # both ends, so that no open waits for the other
    broken producer 's/^.*say\("sends to/for (;;) ;\n&/'
    export UNDER=setsid # a group of its own, as from an interactive shell
    for signal in INT TERM Ctrl-C; do
        boot run <keyboard
        runs head
        interrupted $signal

        boot run </dev/null
        runs qemu-system-i386
        interrupted $signal
    done

    SUITE=$whole
    echo hello >input
    dd if=/dev/zero of=sink bs=4096 oflag=nonblock conv=notrunc status=none || true # until it is full
    for signal in INT TERM Ctrl-C; do
        OUT=sink boot run <input
        runs cat
        interrupted $signal
    done
    exec 8>&- 9>&-
}
