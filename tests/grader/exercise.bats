# The starting points for students, `make exercise`: a pair's programs without the parts that
# tests/grader/exercises names.

load ../helper
load grading
SUITE=${TESTS%/*} # not the sanitized programs

pairs() { # PATTERN: those that have an exercise
    awk '/^[a-z]+\/[a-z]+ [0-9] / { print $1 }' "$TESTS/grader/exercises" | sort -u | grep "$1"
}

posix='/posix\|/model'

# begin PAIR LEVEL: as helper's setup does, but with the starting point as the suite
begin() {
    PAIR=$1
    echo "$PAIR, level $2"
    cd "$BATS_TEST_TMPDIR" || return
    SUITE=${TESTS%/*} && setup
    SUITE=$PWD/suite
    start=$SUITE/$PAIR
    LEVEL=$2 "$TESTS/grader/exercise" "$PAIR" "$start" >parts
    [ "$(grep -c ':[0-9]*:.*your part' parts)" = "$(grep -c "^$PAIR $2 " "$TESTS/grader/exercises")" ]
    has_text "$start/ASSIGNMENT.md" "LEVEL=$2\$"
    head -c 1000 /dev/urandom | base64 >input
}

builds_silently() {
    make -s -C "$start" >messages 2>&1 || { cat messages && return 1; }
    [ ! -s messages ] || { cat messages && return 1; }
}

unfinished() {
    has_text producer.err 'not written yet' || has_text consumer.err 'not written yet'
}

is_unfinished() {
    builds_silently
    consume
    produce input
    eventually unfinished
    for label in "${!pid[@]}"; do kill -KILL "${pid[$label]}" 2>/dev/null || true; done
    wait
    ! cmp -s input "$came" || { echo "the starting point carries all the same" && return 1; }
    remove_object
    pid=()
    rm -f ./*.err ./*.out
}

# Beside the hints of tests/grader/exercises it has the original's lines and no others; so with the parts put back it is
# the original, which is tested elsewhere.
is_the_original_but_for_its_parts() {
    local file original
    for file in "$start"/*.[ch]; do
        original=${TESTS%/*}/$PAIR/${file##*/}
        cmp -s "$file" "$original" && continue
        grep -q 'your part' "$file"
        grep -vxFf "$original" "$file" | sed 's/^\t*//' >hints
        run ! grep -vxFf <(sed 's/^\t*//' "$TESTS/grader/exercises") hints
    done
}

# of level 3: what is missing is the care alone
works_in_fair_weather() {
    builds_silently
    consume
    produce input
    ends producer 0
    ends consumer 0
    cmp input "$came"
    remove_object
    rm -f ./*.err ./*.out
}

each_level() { # PATTERN
    local pair level
    for pair in $(pairs "$1"); do
        for level in 1 2 3; do
            begin "$pair" $level
            is_the_original_but_for_its_parts
            if [ $level = 3 ]; then works_in_fair_weather; else is_unfinished; fi
            rm -rf suite
        done
    done
}

@test "starting points have the original's lines and hints, build without a warning; of levels 1 and 2 they carry nothing, of level 3 they work in fair weather" {
    each_level "$posix"
}

@test "those of the Windows pairs likewise" {
    each_level /windows
}

# that it takes none off the completed one, which is the original, grader.bats sees
@test "the grader takes points off a starting point, of each level its own" {
    need jq jq
    begin pipes/posix 1
    SUITE=${TESTS%/*} CHECKS='builds|random words' run -1 grade "$PAIR" "$start"
    [[ $output == *' 2/2'*'producer.c builds'* && $output == *' 0/'*': random words'*'not written yet'* ]]
    rm -rf suite
    begin mqueue/posix 3
    SUITE=${TESTS%/*} CHECKS='builds|producer.*(a big input|INT and TERM)' run -1 grade "$PAIR" "$start"
    [[ $output == *' 3/3'*'a big input'*' 0/4'*'INT and TERM'* ]]
}

@test "each of the grader's checks belongs to a level, and an unknown level is wrong usage" {
    local checks
    checks=$(for level in 1 2 3; do "$TESTS/grader/exercise" --checks $level; done | paste -sd '|')
    run ! grep -Ev "^@test \"\[[^]]*\] .*($checks)" <(grep '^@test' "$TESTS/grader/grade.bats")
    run -2 "$TESTS/grader/exercise" --checks 4
    LEVEL=4 run -2 "$TESTS/grader/exercise" shm/posix "$PWD/mine"
    [ ! -e mine ]
}

@test "FROM=naive gives the naive programs with the pair's own agreement: they build" {
    local folder
    for folder in shm/posix pipes/posix mailslot/windows; do
        FROM=naive "$TESTS/grader/exercise" $folder "$PWD/$folder" >output
        start=$PWD/$folder
        builds_silently
        cmp "$folder/producer.c" "${TESTS%/*}/handouts/naive/${folder/\//-}/producer.c"
    done
    [ -e shm/posix/protocol.h ]
    [ ! -e shm/posix/care.h ]
    [ -e mailslot/windows/err.h ]
    has_text shm/posix/ASSIGNMENT.md 'LEVEL=3.: The care'
    FROM=naive run -2 "$TESTS/grader/exercise" alpc/model "$PWD/other"
    FROM=home run -2 "$TESTS/grader/exercise" shm/posix "$PWD/other"
    [ ! -e other ]
}

@test "there is a starting point for each pair that runs on this system itself" {
    for pair in "$SUITE"/*/posix "$SUITE"/*/model; do
        pairs "^${pair#"$SUITE/"}\$"
    done
}

@test "a folder that is not empty is left alone" {
    mkdir mine
    echo precious >mine/producer.c
    run -1 "$SUITE/tests/grader/exercise" shm/posix "$PWD/mine"
    [ "$output" = "exercise: $PWD/mine: is not empty: name another, or remove it" ]
    [ "$(cat mine/producer.c)" = precious ]
    run -2 "$SUITE/tests/grader/exercise" shm/solaris "$PWD/other"
    [[ $output == *'one of alpc/model '*' shm/posix '* ]]
    [ ! -e other ]
}

@test "a part that no longer fits the program is an error" {
    mkdir suite
    cp -R "$SUITE/tests" "$SUITE/mqueue" suite
    sed -i 's/ssize_t length = mq_receive/long length = mq_receive/' suite/mqueue/posix/consumer.c
    run -1 suite/tests/grader/exercise mqueue/posix "$PWD/mine"
    [[ $output == *'mqueue/posix/consumer.c: not once: ssize_t length = mq_receive'* ]]
}
