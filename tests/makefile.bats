# The door: what users hand to make is data, one topic's failure stops no other, and how the suite
# came to this machine changes nothing.

load helper

setup() {
    unset "${!MAKE@}" MFLAGS PAIR SUBMISSION ALL RESULTS FORMAT DIR PAUSE STEP ONLY SANITIZE FOR CC CFLAGS MINGW
    cd "$BATS_TEST_TMPDIR" || return
}
teardown() { :; }

# A suite of the Makefile and stand-ins, which say how they were called
stand_ins() {
    mkdir -p suite/tests/{grader,stage} && cp "$SUITE/Makefile" suite
    tee suite/tests/{deps,bench,grader/{grade,class,exercise},stage/{demo,lecture,watch,why}} >suite/tests/run <<'END'
#!/bin/sh
{
    printf '%s\0' "$0" "$@"
    for name in PAIR SUBMISSION ALL RESULTS FORMAT DIR PAUSE STEP ONLY SANITIZE WITH FOR; do
        eval "[ -z \"\${$name-}\" ] || printf '%s=%s\\0' $name \"\$$name\""
    done
} >call
END
    chmod +x suite/tests/{run,deps,bench,*/*}
}

called() { # SCRIPT [ARGUMENT]... [NAME=VALUE]...: so it was called, and with that in its environment
    local call
    mapfile -d '' call <suite/call
    [ "${call[*]@Q}" = "${*@Q}" ] || { printf '%s\n' "${call[@]}" && return 1; }
    rm suite/call
    [ ! -e suite/ran ] && [ ! -e ran ]
}

topic() { # NAME RECIPE: one more in the suite of stand-ins
    mkdir -p "suite/$1/posix" && : >"suite/$1/posix/producer.c"
    printf 'all:\n\t@%s\nclean:\n\t@echo %s clean\n' "$2" "$1" >"suite/$1/Makefile"
}

in_suite() { # MAKE-ARGUMENT...
    make -C suite -s "$@" >output 2>&1 || { cat output && return 1; }
}

# shellcheck disable=SC2016,SC1003 # as a user types it
names=("O'Brien" "x'; touch ran; echo '" '$HOME' 'a$b$$c' '$(shell touch ran)' '${PATH}' '`touch ran`' 'a b  c'
    '"; touch ran; "' 'a#b' 'a\' '*' 'ünï' '-n' $'two\nlines' '%' 'x=y' ':=' '| touch ran &')

# Each name once, and all of them in one through each door: starting make costs some eight processes.
@test "make grade hands on any name as it was typed" {
    local name
    stand_ins
    for name in "${names[@]}"; do
        in_suite grade PAIR=shm/posix SUBMISSION="$name" FORMAT="$name"
        called tests/grader/grade shm/posix "$name" "$name" PAIR=shm/posix "SUBMISSION=$name" "FORMAT=$name"
        in_suite grade PAIR="$name" ALL="$name" RESULTS="$name" FORMAT="$name"
        called tests/grader/class "$name" "$name" "$name" "$name" "PAIR=$name" "ALL=$name" "RESULTS=$name" "FORMAT=$name"
    done
}

@test "make exercise, demo, test, deps and grade for a class hand on any name as it was typed" {
    local name="${names[*]}"
    stand_ins
    in_suite grade PAIR="$name" ALL="$name" RESULTS="$name" FORMAT="$name"
    called tests/grader/class "$name" "$name" "$name" "$name" "PAIR=$name" "ALL=$name" "RESULTS=$name" "FORMAT=$name"
    in_suite exercise PAIR="$name" DIR="$name"
    called tests/grader/exercise "$name" "$name" "PAIR=$name" "DIR=$name"
    in_suite demo PAIR="$name" STEP="$name" PAUSE="$name"
    called tests/stage/lecture "$name" "PAIR=$name" "PAUSE=$name" "STEP=$name"
    in_suite test SANITIZE="$name" ONLY=x
    called tests/run x ONLY=x "SANITIZE=$name"
    in_suite deps FOR="$name"
    called tests/deps "FOR=$name"
}

@test "make watch and why hand on any name as it was typed" {
    local name
    stand_ins
    for name in "${names[@]:0:6}"; do # the others go the same way as above
        in_suite watch PAIR="$name" WITH="$name"
        called tests/stage/watch "$name" "$name" "PAIR=$name" "WITH=$name"
        in_suite why WITH="$name"
        called tests/stage/why "$name" "WITH=$name"
    done
}

@test "a name from the environment is data, too" {
    local name="${names[*]}"
    stand_ins
    SUBMISSION=$name in_suite grade PAIR=shm/posix
    called tests/grader/grade shm/posix "$name" PAIR=shm/posix "SUBMISSION=$name"
}

@test "a name does not reach the makes that a script starts" {
    stand_ins
    printf '#!/bin/sh\nmake -s -f inner\n' >suite/tests/grader/grade
    printf 'all:\n\t@echo inner\n' >suite/inner
    # shellcheck disable=SC2016
    in_suite grade PAIR=shm/posix SUBMISSION='$(shell touch ran)' GRADE_LIMIT='$(shell touch ran)'
    [ ! -e suite/ran ]
}

# README: make deps test
# shellcheck disable=SC2016 # expanded there
@test "make deps test installs what the tests need, then runs them" {
    stand_ins
    printf '#!/bin/sh\necho "$0" "$@" >>calls\n' | tee suite/tests/deps >suite/tests/run
    in_suite deps test
    [ "$(<suite/calls)" = $'tests/deps\ntests/run' ]
}

# README: make help
@test "make help lists every command of the Makefile, and what is missing here" {
    local command listed=()
    stand_ins
    in_suite help
    called tests/deps --missing
    while read -r _ command _; do listed+=("$command"); done <output
    for command in $(make -C suite -pq help 2>/dev/null | sed -n 's/^\.PHONY: //p'); do
        case $command in
        runnable | programs) ;; # parts of others
        *) [[ " ${listed[*]} " == *" $command "* ]] || { echo "not listed: $command" && return 1; } ;;
        esac
    done
    ((${#listed[@]} > 15))
}

# shellcheck disable=SC2016
@test "make test ONLY=... gives each word to the runner, and expands no pattern" {
    stand_ins
    in_suite test ONLY='shm/posix  *.bats tests/* $(touch ran)'
    called tests/run shm/posix '*.bats' 'tests/*' '$(touch' 'ran)' 'ONLY=shm/posix  *.bats tests/* $(touch ran)'
}

@test "the settings of a user's shell do not reach the scripts" {
    stand_ins
    printf '#!/bin/sh\nenv\n' >suite/tests/deps
    : >elsewhere
    BASH_ENV=$PWD/elsewhere ENV=$PWD/elsewhere CDPATH=/ POSIXLY_CORRECT=1 in_suite deps
    run ! grep -E '^(BASH_ENV|ENV|CDPATH|POSIXLY_CORRECT)=' output
}

@test "CC and CFLAGS reach each topic" {
    stand_ins
    # shellcheck disable=SC2016
    topic one 'echo "$(CC) $(CFLAGS)"'
    in_suite CC='cc -x' CFLAGS='-O0 -g'
    grep -qx 'cc -x -O0 -g' output
}

@test "a topic that fails stops no other, and make says so in its last line and its status" {
    stand_ins
    topic a 'echo a: built'
    topic b 'echo b is broken; exit 1'
    topic c 'echo c: built'
    run -2 make -C suite -s
    [ "${lines[0]}" = 'a: built' ]
    [[ $output == *$'\n'"c: built"$'\n'* ]]
    [[ $output == *$'\n'"b: not built: the error stands above"$'\n'* ]]
    run -2 make -C suite -s test # the others' tests run, and all is not well
    called tests/run
}

@test "where nothing can be written, one sentence says so" {
    stand_ins
    : >suite/build # as root one may write in all folders
    run -2 make -C suite -s test
    [ "${lines[0]}" = 'make: nothing can be written in this folder: copy it to one of yours, and go on there' ]
    [ ! -e suite/call ]
}

@test "a folder that a user puts beside the topics is none" {
    stand_ins
    topic a 'echo a: built'
    mkdir -p suite/class/alice suite/exercise 'suite/my class/bob' 'suite/made/with'
    : >suite/class/alice/producer.c
    touch suite/exercise/{producer.c,Makefile} 'suite/my class/bob/producer.c' 'suite/my class/Makefile.bak'
    printf 'all:\n\t@echo foreign\n' | tee suite/made/Makefile >suite/exercise/Makefile
    run -0 make -C suite -s
    [ "$output" = 'a: built' ]
    run -0 make -C suite -s clean
    [ "$output" = 'a clean' ]
}

# without COMMAND...: a PATH that has all else
without() {
    local file
    mkdir -p tools
    ln -sf /usr/sbin/* /usr/bin/* tools
    for file; do rm -f "tools/$file"; done
}

# README: make
@test "what this machine cannot build is one line a topic, with the package to install" {
    local topics=("$SUITE"/*/Makefile)
    need gcc gcc
    mkdir suite && cp -R "$SUITE/Makefile" "${topics[@]%/Makefile}" suite
    rm -rf suite/mach/build
    make -C suite -s clean >/dev/null
    without x86_64-w64-mingw32-gcc x86_64-w64-mingw32-widl
    PATH=$PWD/tools run -0 make -C suite -s
    [ ${#lines[@]} = 7 ]
    [[ $output == *'mailslot: not built: needs x86_64-w64-mingw32-gcc (package gcc-mingw-w64-x86-64)'* ]]
    [[ $output == *'mach: not built: needs the headers of GNU Mach (make -C mach kernel)'* ]]
    [[ $output == *'shm: posix built; windows not built: needs x86_64'* ]]
    [ -x suite/shm/posix/producer ]
    [ -x suite/alpc/model/consumer ]
    make -C suite -s clean >/dev/null
    without cc gcc clang i686-linux-gnu-gcc x86_64-w64-mingw32-gcc x86_64-w64-mingw32-widl
    PATH=$PWD/tools run -0 make -C suite -s
    [ ${#lines[@]} = 7 ]
    [[ $output == *'mqueue: not built: needs a C compiler (package gcc)'* ]]
    [[ $output == *'mach: not built: needs an i686 compiler (package gcc-i686-linux-gnu)'* ]]
}

@test "make -C TOPIC test runs the topic's tests; a copy of the folder says that it has none" {
    local topic name copy
    stand_ins
    for topic in "$SUITE"/*/Makefile; do
        topic=${topic%/Makefile} name=${topic##*/}
        [ -e "$SUITE/$name/Makefile" ] || continue
        mkdir -p "suite/$name" "suite/my-$name"
        cp "$topic/Makefile" "suite/$name"
        cp "$topic/Makefile" "suite/my-$name"
        make -s -C "suite/$name" test >output
        called tests/run "$name" "ONLY=$name"
        copy=suite/my-$name
        [ "$name" != shm ] || { mv "$copy" "$name" && copy=$name; } # elsewhere, not only beside the original
        run -2 make -s -C "$copy" test
        [ "${lines[0]}" = "$name: this is a copy: its tests are in the suite that it came from" ]
    done
}

# README: copy `shm/` anywhere, type `make`, and it works
@test "a topic copied to a folder with any name builds there, and works" {
    local folder="O'Brien's \$HOME; touch ran #1"
    need gcc gcc
    mkdir "$folder" && cp -R "$SUITE"/{shm,pipes} "$folder"
    make -s -C "$folder/shm" clean
    mv "$folder/shm" "$folder/my shm"
    [[ $(make -s -C "$folder/my shm") == 'my shm: posix built; '* ]]
    mv "$folder/my shm" "$folder/shm"
    (close_others && exec "$folder/shm/posix/producer" "/copy-$$" <<<hello) &
    [ "$("$folder/shm/posix/consumer" "/copy-$$" 2>/dev/null)" = hello ]
    wait $!
    make -s -C "$folder/pipes" clean && make -s -C "$folder/pipes" && [ -x "$folder/pipes/posix/twoway" ]
}

@test "scripts that lost their x bits on the way get them back" {
    stand_ins
    mkdir -p suite/mach/gnumach suite/.ci
    printf '#!/bin/sh\n' | tee suite/mach/gnumach/run >suite/tests/isolate
    printf '#! not a script\n' >suite/tests/notes
    chmod -x suite/tests/grader/grade
    in_suite deps
    [ -x suite/tests/isolate ]
    [ -x suite/tests/grader/grade ]
    [ -x suite/mach/gnumach/run ]
    [ ! -x suite/tests/notes ] && [ ! -x suite/Makefile ]
}

@test "a clone with core.autocrlf=true has LF" {
    need git git
    git -C "$SUITE" rev-parse -q --verify HEAD >/dev/null 2>&1 || skip "this is no clone"
    git -c safe.directory='*' clone -q -c core.autocrlf=true "$SUITE" clone
    run ! grep -rlI $'\r' clone --exclude-dir=.git
    [ -z "$(git -C clone status --porcelain)" ]
}

# --- make deps, with an apt that says what it is told and a system that has few packages

fake_apt() { # PACKAGE...: those that the system has; install gives a command each
    printf '%s\n' "$@" >has
    mkdir -p bin new
    cat >bin/apt-get <<END
#!/bin/sh
echo "apt-get \$*" >>"$PWD/calls"
case " \$* " in *' install '*) ;; *) exit 0 ;; esac
while [ "\$1" != install ]; do shift; done
shift
for package; do
    grep -qx "\$package" "$PWD/has" || { echo "E: Unable to locate package \$package" >&2; exit 100; }
    [ ! -e "$PWD/broken-\$package" ] || { echo "E: broken" >&2; exit 100; }
done
for package; do printf '#!/bin/sh\n' >"$PWD/new/\$package"; chmod +x "$PWD/new/\$package"; done
END
    cat >bin/apt-cache <<END
#!/bin/sh
shift
for package; do
    if grep -qx "\$package" "$PWD/has"; then
        printf '%s:\n  Installed: (none)\n  Candidate: 1.0\n' "\$package"
    elif [ "\$package" = jq ]; then
        printf '%s:\n  Installed: (none)\n  Candidate: (none)\n' "\$package"
    fi
done
END
    printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
    chmod +x bin/*
    : >calls
}

deps() { # [ARGUMENT]...: with our apt, and only what stands in tools
    (
        export PATH=$PWD/bin:$PWD/new:$PWD/tools MACH_KERNEL=/x MACH_HEADERS=/x
        exec sh "$SUITE/tests/deps" "$@"
    )
}

@test "make deps installs what the system has, and names what it has not" {
    without strace jq cppcheck
    fake_apt strace
    run -0 deps
    [[ $output == *'deps: this system has no package cppcheck'* ]]
    [[ $output == *'deps: this system has no package jq'* ]]
    [[ $output == *'missing: jq, for make grade (package jq)'* ]]
    [ -x new/strace ]
    run ! grep -E 'install.* (jq|cppcheck)' calls
}

@test "make deps: one package that cannot be installed leaves the others, and the status says so" {
    without strace jq
    fake_apt strace jq
    : >broken-jq
    run -1 deps
    [ -x new/strace ]
    [[ $output == *'missing: jq, for make grade (package jq)'* ]]
}

@test "make deps FOR=grade asks for nothing that only others need" {
    without strace jq cppcheck qemu-system-i386 wine pandoc
    fake_apt strace jq cppcheck qemu-system-x86 wine pandoc
    FOR=grade run -0 deps
    [ -x new/strace ]
    [ -x new/jq ]
    [ ! -e new/pandoc ]
    [ ! -e new/wine ]
    [ ! -e new/cppcheck ]
    run -2 env FOR=something sh "$SUITE/tests/deps"
}

@test "make deps without apt or sudo names what is missing" {
    without strace apt-get sudo
    fake_apt
    rm bin/apt-get
    run -1 deps
    [[ $output == *'no apt'*'missing: strace,'*'(package strace)'* ]]
}

@test "a bats that is too old is told, with the way to a newer one" {
    without strace
    fake_apt strace
    printf '#!/bin/sh\necho "Bats 1.2.1"\n' >bin/bats
    chmod +x bin/bats
    run -0 deps
    [[ $output == *'bats 1.2.1 is too old: '*'npm install -g bats'* ]]
    run -0 deps --missing
    [[ $output == *'bats 1.2.1 is too old: '* ]]
    printf '#!/bin/sh\necho "Bats 1.11.0"\n' >bin/bats
    run -0 deps --missing
    [[ $output != *'too old'* ]]
}
