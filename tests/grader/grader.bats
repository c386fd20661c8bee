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
        for format in text tap junit gradescope prairielearn vpl json csv; do
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
    [ "$(<one.status)" = 0 ] && [ "$(<two.status)" = 1 ]
}

# all_points PAIR [CHECKS]
all_points() {
    need jq jq
    CHECKS=${2:-} grade "$1" "$SUITE/$1" >result || { cat result && return 1; }
    has_all_points
}

has_all_points() { # the result
    local lines
    if has_text result '^ *[-0]/'; then return 1; fi
    mapfile -t lines <result
    [[ ${lines[-1]} =~ ^([0-9.]+)\ of\ ([0-9.]+)\ points$ ]]
    [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

@test "our own message queue gets all points" {
    all_points mqueue/posix
}

# of the others the contract's tests have seen most; here what they have not. Alice hands in ours.
# README: make grade PAIR=shm/posix SUBMISSION=alice
@test "our own shared memory, pipe, FIFO and ALPC model get all points" {
    local checks='builds|warning|random words|calls of the slide|something else|wrong usage|own alone|three'
    for pair in pipes/posix fifo/posix alpc/model; do
        all_points $pair "$checks"
    done
    linked_suite
    cp -R "$SUITE/shm/posix" suite/alice
    CHECKS=$checks PATIENCE=$((20 * ${SLOWNESS:-1})) \
        as_from_a_shell make -s -C suite grade PAIR=shm/posix SUBMISSION=alice >result || { cat result && return 1; }
    has_text result '^shm/posix, submission alice:$'
    has_all_points
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
    [ "$(tail -n 1 one.text)" = "24 of 24 points" ]
    [ "$(tail -n 1 two.text)" = "20 of 24 points" ]
}

@test "TAP and JUnit are well-formed and say the same" {
    two_submissions
    [ "$(head -n 1 two.tap)" = 1..6 ]
    need prove perl
    prove --ignore-exit -Q -e cat one.tap # a reader of TAP that comes with Perl
    run ! prove --ignore-exit -Q -e cat two.tap
    [ "$(grep -c '^ok ' two.tap)" = 5 ]
    [ "$(grep -c '^not ok ' two.tap)" = 1 ]
    need xmllint libxml2-utils
    xmllint --noout one.junit two.junit
    [ "$(xmllint --xpath 'count(//testcase)' two.junit)" = 6 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' two.junit)" = 1 ]
    [ "$(xmllint --xpath 'string(//testsuite/@failures)' one.junit)" = 0 ]
}

@test "Gradescope and PrairieLearn: the fields that they read" {
    two_submissions
    jq -e '(.tests | map(.score) | add) == 20 and (.tests | map(.max_score) | add) == 24' two.gradescope
    jq -e '.tests | all(has("name") and has("output") and (.status == "passed" or .status == "failed"))' two.gradescope
    jq -e '.gradable and .score == 1' one.prairielearn
    jq -e '(.score * 24 | round) == 20 and (.tests | map(.points) | add) == 20' two.prairielearn
}

@test "VPL: a grade at the end" {
    two_submissions
    [ "$(tail -n 1 one.vpl)" = "Grade :=>> 100" ]
    [ "$(tail -n 1 two.vpl)" = "Grade :=>> 83.33" ]
    run ! grep -v '^Comment :=>>\|^Grade :=>>' two.vpl
}

@test "where unshare is refused it says so, and grades as elsewhere, though nobody may see the queues" {
    two_submissions
    mkdir path && printf '#!/bin/sh\nexit 1\n' >path/unshare && chmod +x path/unshare
    sed -i 's/0600/0644/' one/producer.c # a check that fails is tried with our own, too
    PATH=$PWD/path:$PATH CHECKS='builds|mode 0600' run -1 grade mqueue/posix one
    [[ "$output" == *'its mode is 644'* && "$output" == *'6 of 8 points'* ]]
    [[ "$output" == *'grade: unshare is refused here'* ]]
}

@test "a missing program costs its own points alone" {
    two_submissions
    rm one/consumer.c
    run -1 grade mqueue/posix one
    [[ "$output" == *"the submission has no consumer.c"* && "$output" == *"first fix: consumer.c builds"* ]]
    [[ "$output" == *"11 of 24 points"* ]]
}

@test "a program that does not build is one message, the compiler's" {
    two_submissions
    echo 'int main(void) { retrun 0; }' >one/producer.c
    run -1 grade mqueue/posix one
    [ "$(grep -c retrun <<<"$output")" -le 4 ]
    [[ "$output" == *"first fix: producer.c builds"* ]]
}

@test "programs that do not speak our protocol: it says what they did instead, and what they keep to" {
    need jq jq
    cp -R "$SUITE/shm/posix" mine
    sed -i 's,shm_open(name,shm_open("/OS",' mine/*.[ch]
    sed -i 's/int main.*/#include <string.h>\n&/;s/wait_for(&segment->full, PRODUCER);/errx(255, "shared memory failed");/' mine/consumer.c
    CHECKS='builds|random words' run -1 grade shm/posix mine
    echo "$output"
    [[ $output == *'your producer has read nothing of its input'* || $output == *'created /dev/shm/OS'* ]]
    [[ $output == *'use argv[1] as it is'* && $output == *'both follow shm/posix/protocol.h'* ]]
    [[ $output == *'consumer (yours) '* && $output == *'your consumer has written nothing'* ]]
}

@test "PROTOCOL=own: what both do together gets the points, whatever lies between them" {
    need jq jq
    cp -R "$SUITE/shm/posix" mine
    sed -i 's/SLOTS = 4/SLOTS = 3/; s/_Atomic int has_consumer;/long magic; &/' mine/protocol.h
    CHECKS='builds|random words|at the end' PROTOCOL=own run -0 grade shm/posix mine
    [[ $output == *'producer: random words'* && $output != *'consumer: random words'* ]]
    CHECKS='random words' PROTOCOL=theirs run -2 grade shm/posix mine
}

@test "a course's file: points, checks that are off or its own, the total, when they are seen" {
    need jq jq
    mkdir own
    # shellcheck disable=SC2016 # for the grader
    printf '%s\n' '@test "[8] producer: it takes three lines of this course" {' '    yours producer' \
        '    seq 3 >input' '    carry input' '}' >own/own.bats
    printf '%s\n' '# ours' '0 without a warning' '6 consumer: at the end' 'total 50' 'visibility hidden' 'checks own' >rules
    COURSE=rules CHECKS='builds|this course|consumer: at the end' run -0 grade mqueue/posix "$SUITE/mqueue/posix" text gradescope=out
    echo "$output"
    [[ $output == *'this course'* && $output != *'warning'* ]]
    jq -e '.tests | all(.visibility == "hidden") and length == 4' out
    # 6 of all that there is, which is 50 now
    jq -e '.tests[] | select(.name | test("at the end")) | .max_score > 2.5 and .max_score < 3' out
    echo '3 no such thing' >>rules
    COURSE=rules run -2 grade mqueue/posix "$SUITE/mqueue/posix"
    [[ $output == *'rules: line 7: no check has this in its name: no such thing'* ]]
    echo 'nonsense' >rules
    COURSE=rules run -2 grade mqueue/posix "$SUITE/mqueue/posix"
    [[ $output == *'line 1: not understood: nonsense'* ]]
    COURSE=none run -2 grade mqueue/posix "$SUITE/mqueue/posix"
}

@test "the example of a course's file is one, and the points of each pair add up to 100" {
    local pair protocol course
    awk -v list=all -f "$TESTS/grader/checks.awk" "$TESTS/grader/grade.bats" >checks
    for pair in "${!traits[@]}"; do
        for protocol in '' ' again protocol'; do
            for course in /dev/null "$TESTS/grader/course.example"; do
                echo "= $pair$protocol, $course"
                awk -v traits="${traits[$pair]}$protocol" -f "$TESTS/grader/plan.awk" "$course" all
            done
        done
    done >plans
    awk -F '[][]' '
        function check() { if (sum < all - 0.001 || sum > all + 0.001) { print plan ": " sum; wrong = 1 } }
        /^=/ { check(); plan = $0; all = /course.example/ ? 50 : 100; sum = 0; next }
        { sum += $2 }
        END { check(); exit wrong || !all }' plans
}

@test "what stands there to do by hand does what it says when it is typed" {
    two_submissions
    cp -R "$SUITE/mqueue" .
    mkdir -p mqueue/posix
    make -s -C two -f - <<<'all: producer consumer'$'\n''LDLIBS = -lrt' 2>/dev/null
    grep -A 3 'by hand' two.text | sed -n 's/^\t|   //p' | sed "s,/by-hand,/by-hand-$$," >typed
    cat typed
    [ "$(wc -l <typed)" = 3 ]
    bash -c "$(sed -n 1p typed)" 3>&- # it does not wait for a consumer
    bash -c "$(sed -n 2p typed)" 3>&- | cmp - <(seq 5)
    [ "$(sed -n 3p typed)" = "ls -l /dev/mqueue/by-hand-$$" ]
    run -0 "$TOOLS/mq-probe" /by-hand-$$ # it was left behind, as the report says
    "$TOOLS/mq-probe" --unlink /by-hand-$$
}

# to_type CHECK: what the result says to do by hand of it, in `lines`
to_type() {
    mapfile -t lines < <(awk -F '\t' -v check="$1" '
        /^ *[-0-9.]+\/[0-9.]+\t/ { mine = index($2, check); by_hand = 0 }
        mine && by_hand && sub(/^\t\|   /, "")
        mine && /^\t\| by hand/ { by_hand = 1 }' result)
    lines=("${lines[@]//\/by-hand//by-hand-$$}")
    lines=("${lines[@]/\/dev\/mqueue/${QUEUES:-/dev/mqueue}}")
    printf '%s\n' "$1:" "${lines[@]}"
}

# a line in a terminal of its own, where Ctrl-C ends it: the last one's process in `terminal`, its session in `sessions`
terminal() { # LINE
    (close_others && exec env --default-signal=INT setsid --wait bash -c "echo \$\$ >>sessions; $1") >>out 2>>err &
    terminal=$!
    eventually has_sessions $((++terminals))
}

has_sessions() { # NUMBER
    local sessions
    mapfile -t sessions 2>/dev/null <sessions && ((${#sessions[@]} == $1))
}

made() {
    PAIR=$1 object_exists
}

@test "by hand shows what failed: Ctrl-C, NUL bytes, a typed line, the mode, kill -9" {
    need jq jq
    local name=/by-hand-$$ object=/dev/shm/by-hand-$$ terminal terminals=0
    cp -R "$SUITE/mqueue" "$SUITE/shm" .
    for pair in mqueue shm; do
        cp -R "$TESTS/../handouts/naive/$pair-posix" my-$pair
        make -s -C my-$pair -f - <<<"all: producer consumer"$'\n'"CFLAGS = -I../$pair/posix"$'\n''LDLIBS = -lrt -pthread'
    done
    export CHECKS='builds|producer.*(INT and|UTF-8|nine lines)|consumer: a typed|mode'
    patience=5 grade mqueue/posix my-mqueue >result || [ $? = 1 ]

    to_type 'producer: after INT'
    [ "${lines[*]:1:1}" = '# press Ctrl-C in the terminal of the producer' ]
    [ ${#lines[@]} = 3 ]
    terminal "${lines[0]}"
    eventually made mqueue/posix
    to_type '(mode 0600)'
    [[ "${lines[0]}" = *"my-mqueue/producer $name" && "$(bash -c "${lines[1]}")" == -rw-r--r--* ]]
    kill -INT -- "-$(tail -n 1 sessions)"
    wait "$terminal" || true
    to_type 'producer: after INT'
    [[ "$(bash -c "${lines[2]}")" == *"by-hand-$$" ]]
    PAIR=mqueue/posix remove_object

    to_type 'nine lines'
    [ "${#lines[0]}" -lt 100 ]
    [ "$(bash -c "${lines[0]%|*}" | wc -lc | tr -s ' ')" = ' 9 73728' ]
    [ "$(bash -c "${lines[0]%|*}" | sort -u | wc -lc | tr -s ' ')" = ' 1 8192' ]

    to_type UTF-8
    terminal "${lines[0]}"
    bash -c "${lines[1]}" 3>&-
    wait "$terminal"
    [[ "${lines[1]}" == *'\000'*"my-mqueue/producer $name" ]]
    [ ! -s out ]

    to_type 'a typed line'
    [ "${lines[0]}" = "my-mqueue/consumer $name | cat" ]
    [ "${lines[1]}" = "mqueue/posix/producer $name    # and type two lines" ]

    CHECKS='builds|kill -9' patience=5 grade shm/posix my-shm >result || [ $? = 1 ]
    to_type 'kill -9'
    [[ "${lines[2]}" == "pkill -STOP -f '^"*"consumer $name'" ]]
    [ "${lines[3]}" = "pkill -KILL -f '^my-shm/producer $name'" ]
    terminal "${lines[0]}"
    terminal "${lines[1]}"
    eventually made shm/posix
    mapfile -t sessions < <(tail -n 2 sessions)
    kill -KILL -- "${sessions[@]/#/-}"
    wait
    run -1 bash -c "${lines[6]}"
    [[ $output == *'File exists'* ]]
    PAIR=shm/posix remove_object
}

@test "by hand: programs that are older than one of their sources are to be built first" {
    two_submissions
    make -s -C two -f - <<<'all: producer consumer'$'\n''LDLIBS = -lrt'
    CHECKS='r.c builds|consumer: at the end'
    run -1 grade mqueue/posix two
    [[ $output == *'by hand'* && $output != *'first type'* ]]
    touch -d '+1 hour' two/care.h
    run -1 grade mqueue/posix two
    [[ $output == *'(first type make -B -C two producer consumer)'* ]]
    echo 'all: producer consumer' >two/Makefile
    run -1 grade mqueue/posix two
    [[ $output == *'(first type make -C two)'* ]]
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
    mkdir -p suite/news/posix # a topic that is new
    ln -s "$SUITE"/* suite 2>/dev/null || true
    cp -R "$SUITE/mqueue/posix/." suite/news/posix
    rm suite/tests && cp -R "$TESTS" suite/tests
    run -2 as_from_a_shell env -u SURROUNDINGS suite/tests/grader/grade news/posix suite/news/posix
    [[ "$output" == *"news/posix: not gradable: "*"traits"* ]]
}

@test "Gradescope's run script grades what lies in its folders" {
    two_submissions
    mkdir -p autograder/{source,submission}
    ln -s "$SUITE" autograder/suite
    cp two/*.[ch] autograder/submission
    echo mqueue/posix >autograder/source/pair.txt
    cp -R "$TESTS/grader/gradescope" .
    AUTOGRADER_ROOT=$PWD/autograder as_from_a_shell gradescope/run_autograder
    jq -e '.tests | map(.score) | add == 20' autograder/results/results.json
}

@test "Classroom 50: the fields of its result.json, in whole points" {
    two_submissions
    need python3 python3
    mkdir -p bundle/suite/tests/grader checkout
    cp "$TESTS/grader/classroom50/"* bundle
    # what a grading has written, in halves of points
    jq -c '.tests[0].points = 1.5 | .tests[0].max = 2.5' two.json >grade.json
    # shellcheck disable=SC2016
    printf 'cp %q "${4#json=}"\ncat %q\n' "$PWD/grade.json" "$PWD/two.text" >bundle/suite/tests/grader/grade
    export CLASSROOM=os ASSIGNMENT=mqueue SUBMISSION_TAG=submit/1 COMMIT_URL=c RELEASE_URL=r OWNER=ada ASSIGNMENT_TYPE=individual
    (cd checkout && PATH=$PATH:/usr/sbin python3 ../bundle/autograder.py) || [ "$(id -u)" != 0 ]
    [ -e checkout/result.json ] || skip "not root: it would call sudo"
    jq -e --slurpfile graded grade.json '
        .schema == "classroom50/result/v1" and .classroom == "os" and .assignment == "mqueue" and .owner == "ada"
        and .assignment_type == "individual" and .submission == "submit/1" and .commit == "c" and .release == "r" and .review == "c"
        and ([.tests[].score] | add) == .score and ([.tests[]["max-score"]] | add) == .["max-score"]
        and .tests[0] == {"test-name": $graded[0].tests[0].name, passed: true, score: 3, "max-score": 5, output: ""}
        and all(.tests[] | .score, .["max-score"]; . == floor)' checkout/result.json
    grep -q 'left behind' checkout/release-body.md
    echo 'exit 3' >bundle/suite/tests/grader/grade
    (cd checkout && run -3 python3 ../bundle/autograder.py)
}

@test "the files for GitHub Actions and GitLab call the grader as it is" {
    for file in "$TESTS"/grader/ci/*.yml; do
        grep -qF "tests/grader/grade \"\$PAIR\" " "$file"
        run ! grep -P '\t' "$file"
    done
    while read -r format; do
        grep -q "^# FORMAT:.* $format," "$TESTS/grader/grade"
    done < <(grep -ho '[a-z]*=[a-z]*[.]' "$TESTS"/grader/ci/*.yml | cut -d = -f 1)
}
