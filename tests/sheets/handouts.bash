# handouts.bash: what the tests of the lab sheets share.

ROOT=${TESTS%/*} # not $SUITE: the sheets are about the programs as they are, not sanitized ones
SHEETS=$ROOT/handouts

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() { :; }

# Plays the sheet's transcripts beside a copy of its topic; nothing may be left afterwards.
play() { # TOPIC [KIND [SHEET]]
    need python3 python3
    [ -n "${QUEUES:-}" ] || [[ $1 != mqueue ]] || skip "no message queues to be seen here: mount -t mqueue none /dev/mqueue"
    mkdir -p build handouts
    cp -Rp "$ROOT/$1" .
    cp -Rp "$ROOT/build/naive" build # built by make, as the topics are
    ln -s "$SHEETS/naive" handouts
    own_default_name "$1"
    (close_others && exec timeout -k 5 240 "$TESTS/sheets/transcript" "${3:-$SHEETS/$1.md}" ${2:+"$2"}) </dev/null
    [ -z "${ISOLATED:-}" ] || { ! compgen -G '/dev/shm/*' && ! compgen -G "$QUEUES/*"; } # nobody else's can be there
}

# Wine for transcripts: the small Wine of the tests has no console, so it sees no terminal
play_windows() { # SHEET
    PAIR=$1/windows
    start_wine
    mkdir bin
    cat >bin/wine <<END
#!/bin/bash
[ ! -t 0 ] || exec </dev/null
exec ${WINE[*]} "\$@" > >(trap '' INT; exec cat) 2> >(trap '' INT; exec cat >&2)
END
    chmod +x bin/wine
    PATH=$PWD/bin:$PATH play "$1" windows
}

# Compares what the sheet quotes of the grader with what it says; needs ../grader/grading
scores() { # SHEET [PATIENCE]
    GRADE_LIMIT=3000 PATIENCE=$((${2:-10} * ${SLOWNESS:-1})) as_from_a_shell "$TESTS/sheets/scores" --check "$1" >"${1##*/}.wrong" 2>&1
}
