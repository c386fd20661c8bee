# The grader with our own programs, its formats, and what its users may do wrong.
# Mistakes of students: mutants.bats; submissions that want to cheat: hostile.bats.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

@test "our own POSIX pairs and the ALPC model get all points" {
    need jq jq
    for pair in shm/posix mqueue/posix pipes/posix fifo/posix alpc/model; do
        grade $pair "$SUITE/$pair" >result || { cat result && return 1; }
        run ! grep $'^ *[-0]/' result
        [[ "$(tail -n 1 result)" =~ ^([0-9]+)\ of\ ([0-9]+)\ points$ ]]
        [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
    done
}

@test "our own Windows pairs get all points" {
    need wine wine
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    for pair in shm/windows mailslot/windows pipes/windows fifo/windows; do
        CHECKS='builds|random words|calls of the slide|INT and TERM while' grade $pair "$SUITE/$pair" >result ||
            { cat result && return 1; }
    done
}

@test "our own Mach pair gets all points" {
    PAIR=mach/gnumach need_mach
    grade mach/gnumach "$SUITE/mach/gnumach" >result || { cat result && return 1; }
}

# one submission without a fault, one with
two_submissions() {
    need jq jq
    mkdir one two
    cp "$SUITE/mqueue/posix/"*.[ch] one
    cp one/* two
    sed -i '/has_name() && is_empty() && mq_unlink/,+1d' two/consumer.c
    export CHECKS='builds|random words|consumer: at the end'
}

results() { # FORMAT: in one.FORMAT and two.FORMAT
    grade mqueue/posix one "$1" >"one.$1"
    status=0
    grade mqueue/posix two "$1" >"two.$1" || status=$?
    [ "$status" = 1 ]
}

@test "text: the points, what was left behind, and how to repeat it by hand" {
    two_submissions
    results text
    grep -q $'^  0/5\tconsumer: at the end nothing is left$' two.text
    grep -q 'left behind: /grade-' two.text
    grep -q 'by hand' two.text
    [ "$(tail -n 1 one.text)" = "33 of 33 points" ]
    [ "$(tail -n 1 two.text)" = "28 of 33 points" ]
}

@test "TAP and JUnit are well-formed and say the same" {
    two_submissions
    results tap
    [ "$(head -n 1 two.tap)" = 1..6 ]
    need prove perl
    prove --ignore-exit -Q -e cat one.tap # a reader of TAP that comes with Perl
    run ! prove --ignore-exit -Q -e cat two.tap
    [ "$(grep -c '^ok ' two.tap)" = 5 ] && [ "$(grep -c '^not ok ' two.tap)" = 1 ]
    results junit
    need xmllint libxml2-utils
    xmllint --noout one.junit two.junit
    [ "$(xmllint --xpath 'count(//testcase)' two.junit)" = 6 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' two.junit)" = 1 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' one.junit)" = 0 ]
}

@test "Gradescope and PrairieLearn: the fields that they read" {
    two_submissions
    results gradescope
    jq -e '(.tests | map(.score) | add) == 28 and (.tests | map(.max_score) | add) == 33' two.gradescope
    jq -e '.tests | all(has("name") and has("output") and (.status == "passed" or .status == "failed"))' two.gradescope
    results prairielearn
    jq -e '.gradable and .score == 1' one.prairielearn
    jq -e '(.score * 33 | round) == 28 and (.tests | map(.points) | add) == 28' two.prairielearn
}

@test "VPL and GitHub Classroom: a grade at the end, a result in base64" {
    two_submissions
    results vpl
    [ "$(tail -n 1 one.vpl)" = "Grade :=>> 100" ]
    [ "$(tail -n 1 two.vpl)" = "Grade :=>> 84.85" ]
    run ! grep -v '^Comment :=>>\|^Grade :=>>' two.vpl
    results classroom
    sed 's/^result=//' two.classroom | base64 -d >classroom.json
    jq -e '.version == 1 and .status == "fail" and .max_score == 33 and (.tests | map(.score) | add) == 28' classroom.json
}

@test "a folder of ten submissions in one table, twice the same" {
    two_submissions
    mkdir class
    for i in 0 1 2 3 4 5 6 7 8 9; do
        if ((i % 3)); then cp -R one class/s$i; else cp -R two class/s$i; fi
    done
    rm class/s4/producer.c && echo 'int main(void) { return }' >class/s5/consumer.c
    grade --all mqueue/posix class >table
    grade --all mqueue/posix class >again
    cmp table again
    cat table
    [ "$(wc -l <table)" = 11 ]
    grep -q '^"submission","points","of","producer.c builds",' table
    grep -q '^"s0",28,33,3,3,2,10,10,0$' table
    grep -q '^"s1",33,33,3,3,2,10,10,5$' table
    grep -q '^"s4",20,33,0,3,2,0,10,5$' table
    grep -q '^"s5",13,33,3,0,0,10,0,0$' table
}

@test "a missing program costs its own points alone" {
    two_submissions
    rm one/consumer.c
    run -1 grade mqueue/posix one
    [[ "$output" == *"the submission has no consumer.c"* && "$output" == *"first mend: consumer.c builds"* ]]
    [[ "$output" == *"15 of 33 points"* ]]
}

@test "a program that does not build is one message, the compiler's" {
    two_submissions
    echo 'int main(void) { retrun 0; }' >one/producer.c
    run -1 grade mqueue/posix one
    [ "$(grep -c retrun <<<"$output")" -le 4 ]
    [[ "$output" == *"first mend: producer.c builds"* ]]
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
    cp two/*.c autograder/submission && cp two/protocol.h autograder/submission
    echo mqueue/posix >autograder/source/pair.txt
    cp -R "$TESTS/grader/gradescope" .
    AUTOGRADER_ROOT=$PWD/autograder as_from_a_shell gradescope/run_autograder
    jq -e '.tests | map(.score) | add == 28' autograder/results/results.json
}
