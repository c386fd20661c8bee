# The starting points for students, `make exercise`: a pair's programs without the parts that
# tests/grader/exercises names.

load ../helper
load grading
SUITE=${TESTS%/*} # not the sanitized programs

pairs() { # PATTERN: those that have an exercise
    awk '/^[a-z]+\/[a-z]+ / { print $1 }' "$TESTS/grader/exercises" | sort -u | grep "$1"
}

posix='/posix\|/model'

# begin PAIR: as helper's setup does, but with the starting point as the suite
begin() {
    PAIR=$1
    echo "$PAIR"
    cd "$BATS_TEST_TMPDIR" || return
    SUITE=${TESTS%/*} && setup
    SUITE=$PWD/suite
    start=$SUITE/$PAIR
    "$TESTS/grader/exercise" "$PAIR" "$start" >parts
    [ "$(grep -c ':[0-9]*:.*your part' parts)" = "$(grep -c "^$PAIR " "$TESTS/grader/exercises")" ]
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

@test "starting points have the original's lines and hints, build without a warning, say what is not written, and carry nothing" {
    for pair in $(pairs "$posix"); do
        begin "$pair"
        is_the_original_but_for_its_parts
        is_unfinished
        rm -rf suite
    done
}

# that it takes none off the completed one, which is the original, grader.bats sees
@test "the grader takes points off a starting point" {
    need jq jq
    export CHECKS='builds|random words'
    for pair in $(pairs "$posix"); do
        begin "$pair"
        patience=4 run -1 grade "$pair" "$start"
        [[ $output == *' 3/3'*'producer.c builds'* && $output == *' 0/10'*': random words'*'not written yet'* ]]
        rm -rf suite
    done
}

@test "those of the Windows pairs have them, too, build, say what is not written, and carry nothing" {
    for pair in $(pairs /windows); do
        begin "$pair"
        is_the_original_but_for_its_parts
        is_unfinished
        rm -rf suite
    done
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
