# The grader with our own programs, its formats, and what its users may do wrong.
# Mistakes of students: mutants.bats; submissions that want to cheat: hostile.bats.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# Two submissions for most of what follows, one without a fault, one with, and all that can be said of them:
# one grading of each writes it
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    command -v jq >/dev/null || return 0
    mkdir one two
    cp "$SUITE/mqueue/posix/"*.[ch] one
    cp one/* two
    sed -i '/is_last() && count_messages/,+1d' two/{producer,consumer}.c
    export CHECKS=$some_checks
    local submission format status
    for submission in one two; do
        local reports=()
        for format in text tap junit gradescope prairielearn vpl classroom csv; do
            reports+=("$format=$submission.$format")
        done
        status=0
        grade mqueue/posix $submission "${reports[@]}" >$submission.output 2>&1 || status=$?
        echo $status >$submission.status
    done
}
some_checks='builds|random words|consumer: at the end'

two_submissions() {
    need jq jq
    cp -R "$BATS_FILE_TMPDIR"/{one,two}* .
    export CHECKS=$some_checks
    [ "$(cat one.status)" = 0 ] && [ "$(cat two.status)" = 1 ]
}

# all_points PAIR [CHECKS]
all_points() {
    need jq jq
    CHECKS=${2:-} grade "$1" "$SUITE/$1" >result || { cat result && return 1; }
    run ! grep $'^ *[-0]/' result
    [[ "$(tail -n 1 result)" =~ ^([0-9.]+)\ of\ ([0-9.]+)\ points$ ]]
    [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

@test "our own message queue gets all points" {
    all_points mqueue/posix
}

# of the others the contract's tests have seen most; here what they have not
@test "our own shared memory, pipe, FIFO and ALPC model get all points" {
    for pair in shm/posix pipes/posix fifo/posix alpc/model; do
        all_points $pair 'builds|warning|random words|calls of the slide|something else|wrong usage|own alone|three'
    done
}

@test "our own Windows pairs get all points" {
    need wine wine
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    all_points mailslot/windows 'builds|random words|calls of the slide|INT and TERM while'
    for pair in shm/windows pipes/windows fifo/windows; do
        all_points $pair 'builds|random words|calls of the slide'
    done
}

@test "our own Mach pair gets all points" {
    PAIR=mach/gnumach need_mach
    all_points mach/gnumach 'builds|warning|random words|calls of the slide|too long'
}

@test "text: the points, what was left behind, and how to repeat it by hand" {
    two_submissions
    grep -q $'^  0/4\tconsumer: at the end nothing is left$' two.text
    grep -q 'left behind: /grade-' two.text
    grep -q 'by hand' two.text
    grep -Eq ' two/consumer /by-hand$' two.text
    grep -Eq ' seq 5 | mqueue/posix/producer /by-hand$' two.text
    [ "$(tail -n 1 one.text)" = "25 of 25 points" ]
    [ "$(tail -n 1 two.text)" = "21 of 25 points" ]
}

@test "TAP and JUnit are well-formed and say the same" {
    two_submissions
    [ "$(head -n 1 two.tap)" = 1..6 ]
    need prove perl
    prove --ignore-exit -Q -e cat one.tap # a reader of TAP that comes with Perl
    run ! prove --ignore-exit -Q -e cat two.tap
    [ "$(grep -c '^ok ' two.tap)" = 5 ] && [ "$(grep -c '^not ok ' two.tap)" = 1 ]
    need xmllint libxml2-utils
    xmllint --noout one.junit two.junit
    [ "$(xmllint --xpath 'count(//testcase)' two.junit)" = 6 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' two.junit)" = 1 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' one.junit)" = 0 ]
}

@test "Gradescope and PrairieLearn: the fields that they read" {
    two_submissions
    jq -e '(.tests | map(.score) | add) == 21 and (.tests | map(.max_score) | add) == 25' two.gradescope
    jq -e '.tests | all(has("name") and has("output") and (.status == "passed" or .status == "failed"))' two.gradescope
    jq -e '.gradable and .score == 1' one.prairielearn
    jq -e '(.score * 25 | round) == 21 and (.tests | map(.points) | add) == 21' two.prairielearn
}

@test "VPL and GitHub Classroom: a grade at the end, a result in base64" {
    two_submissions
    [ "$(tail -n 1 one.vpl)" = "Grade :=>> 100" ]
    [ "$(tail -n 1 two.vpl)" = "Grade :=>> 84" ]
    run ! grep -v '^Comment :=>>\|^Grade :=>>' two.vpl
    sed 's/^result=//' two.classroom | base64 -d >classroom.json
    jq -e '.version == 1 and .status == "fail" and .max_score == 25 and (.tests | map(.score) | add) == 21' classroom.json
}

@test "a missing program costs its own points alone" {
    two_submissions
    rm one/consumer.c
    run -1 grade mqueue/posix one
    [[ "$output" == *"the submission has no consumer.c"* && "$output" == *"first fix: consumer.c builds"* ]]
    [[ "$output" == *"11.5 of 25 points"* ]]
}

@test "a program that does not build is one message, the compiler's" {
    two_submissions
    echo 'int main(void) { retrun 0; }' >one/producer.c
    run -1 grade mqueue/posix one
    [ "$(grep -c retrun <<<"$output")" -le 4 ]
    [[ "$output" == *"first fix: producer.c builds"* ]]
}

@test "wrong usage, no such pair, no such folder, a pair that is not gradable: status 2 and why" {
    run -2 grade
    run -2 grade mqueue/posix . nonsense
    run -2 grade shm/plan9 .
    [[ "$output" == *"there is no such pair"* ]]
    run -2 grade mqueue/posix none
    [[ "$output" == *"there is no such folder"* ]]
    run -2 grade alpc/windows .
    [[ "$output" == *"not gradable"* ]]
}

@test "Gradescope's run script grades what lies in its folders" {
    two_submissions
    mkdir -p autograder/{source,submission}
    ln -s "$SUITE" autograder/suite
    cp two/*.[ch] autograder/submission
    echo mqueue/posix >autograder/source/pair.txt
    cp -R "$TESTS/grader/gradescope" .
    AUTOGRADER_ROOT=$PWD/autograder as_from_a_shell gradescope/run_autograder
    jq -e '.tests | map(.score) | add == 21' autograder/results/results.json
}
