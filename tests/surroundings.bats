# What surrounds the suite on a user's machine changes no result and no grade: environment, limits, places, names.

load helper
load grader/grading

setup() {
    unset "${!MAKE@}" MFLAGS
    cd "$BATS_TEST_TMPDIR" || return
}
teardown() { :; }

script() { # a script that shows what it gets
    mkdir tests && cp "$TESTS/surroundings.bash" tests && cp "${TESTS%/*}/Makefile" .
    cat >script <<'END'
source tests/surroundings.bash
env | sort
umask
ulimit -S -f
ulimit -S -n
echo "$SHELLOPTS"
type -t ls
kill -TERM $$
END
}

@test "a script gets nothing of a user's settings, and what is meant for it" {
    script
    # shellcheck disable=SC2016,SC2317
    (
        ls() { echo no; }
        export -f ls
        umask 077
        ulimit -S -f 10
        ulimit -S -n 20
        trap '' TERM
        run -143 as_from_a_shell env -u SURROUNDINGS POSIXLY_CORRECT=1 LC_ALL=tr_TR.UTF-8 GREP_OPTIONS=-v CPATH=/x \
            SHELLOPTS=noglob MAKEFLAGS=-n TOOLS=/x SUITE=/x TZ=x GLIBC_TUNABLES=x PATH=":.:bin:$PATH:" \
            SUBMISSION='a  $b'\''c' PROTOCOL=p bash script
        echo "$output" >output
    )
    cat output
    run ! grep -E '^(POSIXLY|GREP|CPATH|MAKEFLAGS|TOOLS|SUITE|TZ|GLIBC|BASH_FUNC)|posix|noglob|function' output
    grep -qx LC_ALL=C output
    grep -qxF "SUBMISSION=a  \$b'c" output
    grep -qx PROTOCOL=p output
    grep -qE '^PATH=/[^:]' output
    run ! grep -E '^PATH=.*(:|:[^/].*)$|^10$|^20$' output
    grep -qx 0022 output
}

@test "a folder for temporary files that is too long or odd is none; where no program runs there, one sentence says so" {
    local folder
    folder=$PWD/$(printf '%0100d' 0)
    mkdir "$folder" 'a b' noexec
    # shellcheck disable=SC2016
    script() { env TMPDIR="$1" SURROUNDINGS=ours bash -c 'source "$1"; choose_tmpdir test; echo "$TMPDIR"' _ "$TESTS/surroundings.bash"; }
    for folder in "$folder" "$PWD/a b" a 'a b' ''; do
        run -0 script "$folder"
        [ "$output" = /tmp ]
    done
    run -3 script /none
    [[ $output == 'test: no file can be made in /none: '* ]]
    # shellcheck disable=SC2016
    run unshare --mount sh -c 'mount -t tmpfs -o noexec none /mnt 2>/dev/null || exit 99
        TMPDIR=/mnt SURROUNDINGS=ours bash -c ". $0; choose_tmpdir test"' "$TESTS/surroundings.bash"
    [ "$status" != 1 ] && [ "$status" != 99 ] || skip "mounting is refused here"
    [ "$status" = 3 ]
    [[ $output == 'test: no program runs in /mnt '* ]]
}

@test "a grade is the same in any surroundings" {
    need jq jq
    cp -R "$SUITE/alpc/model" mine
    mkdir "$(printf '%0110d' 0)"
    (
        umask 077
        ulimit -S -f 10
        CHECKS='builds|random|three' run -0 as_from_a_shell env -u SURROUNDINGS TMPDIR="$PWD/$(printf '%0110d' 0)" POSIXLY_CORRECT=1 \
            LC_ALL=C.UTF-8 CPATH=/x CFLAGS=-Werror=x BASH_ENV=/x TOOLS=/x HOME='' "$TESTS/grader/grade" alpc/model mine text tap=mine.tap
        echo "$output"
        [ "$(stat -c %a mine.tap)" = 600 ]
        [[ $output == *$'\n29 of 29 points' ]]
    )
}

@test "what our own pair fails at as well costs no points: could not grade" {
    need jq jq
    cp -R "$SUITE/shm/posix" mine
    sed -i 's/shm_unlink(name) == -1/0/' mine/consumer.c
    export CHECKS='builds|random|nothing is left'
    run -1 grade shm/posix mine # this is the submission's own fault
    [[ $output == *'left behind: '* ]]
    (
        ulimit -v 1000000 # and here nothing can be built as it should be
        run -3 grade shm/posix mine
        [[ $output == *'grade: could not grade: on this machine our own pair fails, too:'* ]]
    )
    CHECKS='no such check' run -2 grade shm/posix mine
    [[ $output == *'grade: no check has a name like no such check'* ]]
}

@test "a program under another name, or no plain text, is told in a sentence" {
    need jq jq
    local form='{\rtf1 text' side
    mkdir mine
    export CHECKS=builds
    cp "$SUITE/shm/posix/"*.[ch] mine
    mv mine/producer.c mine/Producer.c
    printf '\377\376/\0*\0' >mine/consumer.c
    run -1 grade shm/posix mine
    [[ $output == *'| it has: Producer.c (f, '*'| consumer.c is UTF-16 text: save it as plain text in UTF-8'* ]]
    mv mine/Producer.c 'mine/producer (1).c'
    cp 'mine/producer (1).c' mine/producer.c.txt
    printf '%s' "$form" >mine/consumer.c
    run -1 grade shm/posix mine
    [[ $output == *'| it has: producer (1).c (f, '*'| it has: producer.c.txt '*'| consumer.c is a document in rich text'* ]]
}

# A suite with one pair, whose programs write their first line in halves: each waits for the other one's half
@test "the demo works in any surroundings, and what two programs say at once stands in whole lines" {
    local side other=consumer
    need gcc gcc
    mkdir suite "$(printf '%0110d' 0)"
    cp -R "${TESTS%/*}"/{tests,shm,Makefile,README.md} suite
    rm -f suite/shm/posix/{producer,consumer} suite/shm/windows/*.exe
    make -s -C suite/shm posix/producer posix/consumer
    for side in producer consumer; do
        mv suite/shm/posix/$side suite/shm/posix/real-$side
        cat >suite/shm/posix/$side <<END
#!/usr/bin/env bash
printf '$side: one half' >&2
: >said-$side
exec {idle}<> <(:)
until [ -e said-$other ]; do read -rt 0.01 -u \$idle; done
echo ' and the other' >&2
exec ./real-$side "\$@"
END
        chmod +x suite/shm/posix/$side
        other=producer
    done
    (
        umask 077
        run -0 as_from_a_shell env -u SURROUNDINGS -u HOME TMPDIR="$PWD/$(printf '%0110d' 0)" POSIXLY_CORRECT=1 LC_ALL=tr_TR.UTF-8 \
            CDPATH=/ BASH_ENV=/x MAKEFLAGS=-n GREP_OPTIONS=-v TERM=dumb PATH=".::$PATH" bash suite/tests/stage/demo
        printf '%s\n' "${lines[@]}" >output
    )
    cat output
    for side in producer consumer; do grep -qx "$side: one half and the other" output; done
    grep -qx '  output and README.md are equal' output
}

# README: make demo
@test "make demo sends the README through every pair that runs here" {
    local line pair='' pairs=0 equal=0 not_here=''
    linked_suite {shm,mqueue,mailslot,pipes,fifo,mach,alpc} README.md
    as_from_a_shell env -u SURROUNDINGS -u SUITE make -s -C suite demo >output 2>&1 || { cat output && return 1; }
    while read -r line; do
        case $line in
        '== '*) pair=${line#== } && ((++pairs)) ;;
        'output and README.md are equal') ((++equal)) ;;
        'not here: '*) not_here+=" $pair" ;;
        esac
    done <output
    cat output
    [ $pairs = ${#traits[@]} ]
    [[ $not_here != *[a-z]/posix* && $not_here != *model* ]]
    [[ $not_here == *' alpc/windows'* ]] # nobody but Windows has its calls
    [ $equal = $((pairs - $(wc -w <<<"$not_here"))) ]
}

@test "what a script does at its end it does when a signal comes, too, even as the end begins" {
    local first second expected
    cat >script <<'END'
SURROUNDINGS=ours
source "$TESTS/surroundings.bash"
at_end() {
    local signal=$second
    second=''
    [ -z "$signal" ] || kill "-$signal" $$
    echo ended >>ended
}
at_exit at_end
[ -z "$first" ] || kill "-$first" $$
exit 7
END
    for first in '' INT TERM HUP; do
        for second in '' INT TERM; do
            expected=7
            case ${first:-$second} in INT) expected=130 ;; TERM) expected=143 ;; HUP) expected=129 ;; esac
            echo "first ${first:-none}, then ${second:-none}"
            rm -f ended
            run -$expected env --default-signal=INT TESTS="$TESTS" first=$first second=$second bash script
            [ "$(<ended)" = ended ]
        done
    done
}

@test "every script and tool of ours refuses an argument that begins with -, with status 2" {
    local script line
    [ -x "$TOOLS/await" ] || build_tools
    for script in "${TESTS%/*}"/{.ci/run,mach/gnumach/run} "$TESTS"/{,*/,*/*/}* "$TOOLS"/{await,mq-probe,read-only}; do
        [ -f "$script" ] && [ -x "$script" ] || continue
        for line in --help -x; do
            echo "$script $line"
            status=0
            timeout 60 "$script" $line </dev/null >out 2>err || status=$?
            [ $status = 2 ]
            [ ! -s out ]
            [ -s err ]
        done
    done
    [ "$script" = "$TOOLS/read-only" ]
}

@test "an exercise is the same, however it is made" {
    run -0 sh "$TESTS/grader/exercise" shm/posix "$PWD/one"
    CC=/none CFLAGS=-Wnone MAKEFLAGS=w POSIXLY_CORRECT=1 CDPATH=/ LC_ALL=tr_TR.UTF-8 run -0 make -C "${TESTS%/*}" exercise \
        PAIR=shm/posix DIR="$PWD/two two"
    diff -r one 'two two'
}

# a folder's name that shells, make, QEMU and Wine could take apart
odd="O'Brien's \$HOME; ü #1"

@test "the Mach pair runs in a folder of any name" {
    need_mach
    mkdir -p "$odd/build"
    cp -R "$SUITE/mach/gnumach" "$odd"
    cp "${MACH_KERNEL:-$SUITE/mach/build/gnumach}" "$odd/build/gnumach"
    cd "$odd"
    mkdir -p elsewhere/gnumach
    echo data | CDPATH=$PWD/elsewhere MACH_KERNEL='' MACH_SECONDS=$((20 * ${SLOWNESS:-1})) TMPDIR=$PWD sh gnumach/run >output
    echo data | cmp - output
}

@test "a Windows pair runs in a folder of any name, and with TMPDIR set" {
    mkdir -p "$odd/pipes"
    export TMPDIR=$PWD
    PAIR=pipes/windows
    start_wine
    cp -R "$SUITE/pipes/windows" "$odd/pipes"
    cd "$odd/pipes/windows"
    echo data | (close_others && exec "${WINE[@]}" producer.exe) >output
    echo data | cmp - output
    end_wine
}

# The script comes from standard input: another user may not be able to read it where it lies.
@test "an ordinary user's tests are isolated, too, and still that user's" {
    [ "$(id -u)" = 0 ] || skip "needs root, to become an ordinary user: elsewhere all tests run as one"
    : >"/dev/shm/outside-$$"
    # shellcheck disable=SC2016 # expanded there
    run -0 env -u ISOLATED setpriv --reuid=12345 --regid=12345 --clear-groups \
        sh -s sh -c 'id -u; ls /dev/shm; echo "isolated: $ISOLATED"' <"$TESTS/isolate"
    rm "/dev/shm/outside-$$"
    [[ $output != 'isolate: unshare is refused here'* ]] || skip "unshare is refused to an ordinary user"
    [ "$output" = $'12345\nisolated: 1' ]
}
