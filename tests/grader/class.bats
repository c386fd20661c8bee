# A class: what was handed in, by whatever system, its table, its summary, and going on after an interruption.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

class() {
    PATIENCE=$((20 * ${SLOWNESS:-1})) as_from_a_shell "$TESTS/grader/class" "$@"
}

take() { # HANDED-IN...: into taken/, of a message queue; what it says is in `output`
    rm -rf taken
    run "$TESTS/grader/take" mqueue/posix taken "$@"
}

programs() { # FOLDER: ours
    mkdir -p "./$1"
    cp "$SUITE/mqueue/posix/"*.[ch] "./$1"
}

strange='=1+1 "O'\''Neil", José'

# One class for all: its grading is interrupted once, and goes on.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    export CHECKS='r.c builds|consumer: at the end'
    command -v jq >/dev/null && command -v bsdtar >/dev/null || return 0
    (
        mkdir class && cd class || return
        programs alice
        programs bob/homework/mqueue
        sed -i '/is_last() && count_messages/,+1d' bob/homework/mqueue/{producer,consumer}.c
        programs "$strange"
        echo 'int main(void) { retrun 0; }' >"$strange/producer.c"
        mkdir -- '-rf_123_assignsubmission_file' && bsdtar -cf '-rf_123_assignsubmission_file/my work.zip' --format zip alice
        for file in producer.c consumer.c care.h protocol.h; do # Canvas, handed in twice
            cp alice/$file "doejane_LATE_7_${#file}_${file/./-1.}"
        done
        mkdir submission_9
        printf '%s\n' --- submission_9: '  :submitters:' '  - :name: Ada Lovelace' '    :sid: "1"' >submission_metadata.yml
        head -c 20000000 /dev/zero >zeros.c
        bsdtar -cf zeros.zip --format zip zeros.c && rm zeros.c
    )
    # shellcheck disable=SC2016
    JOBS=1 PATIENCE=$((20 * ${SLOWNESS:-1})) as_from_a_shell sh -c 'echo $$ >class.pid && exec "$@"' sh "$TESTS/grader/class" mqueue/posix class results junit json \
        >output.interrupted 2>&1 &
    local running=$!
    until has_text output.interrupted '^5 of' || has_ended $running; do nap 0.1; done
    kill -TERM "$(<class.pid)"
    wait $running || echo $? >status.interrupted
    mkdir path && printf '#!/bin/sh\nexit 1\n' >path/parallel && chmod +x path/parallel # that of moreutils knows no --version
    PATH=$PWD/path:$PATH JOBS=2 class mqueue/posix class results 'junit json' >output 2>&1 || echo $? >status
}

a_class() {
    need jq jq
    need bsdtar libarchive-tools
    results=$BATS_FILE_TMPDIR/results
    cat "$BATS_FILE_TMPDIR"/output*
}

@test "interrupted it says so, and then goes on where it was, without GNU parallel as well" {
    a_class
    [ "$(cat "$BATS_FILE_TMPDIR/status.interrupted")" = 130 ]
    grep -q '^class: stopping ' "$BATS_FILE_TMPDIR/output.interrupted"
    [[ "$(tail -n 1 "$BATS_FILE_TMPDIR/output.interrupted")" == \
        'class: interrupted after '[56]' of 7; to go on from there, run the same command again' ]]
    grep -q '^class: [1-4] of 7 have been graded before$' "$BATS_FILE_TMPDIR/output"
    grep -q '^1 of 7: submission_9 (Ada Lovelace): nothing found: there is no producer.c' "$BATS_FILE_TMPDIR/output.interrupted"
    grep -q '^[3-6] of 7: zeros: could not be graded: zeros.zip: refused: ' "$BATS_FILE_TMPDIR/output"
    [ "$(cat "$BATS_FILE_TMPDIR"/output* | grep -c ' of 7: ')" = 9 ] # each graded once, the other two said twice
    grep -q '^class: without GNU parallel .* it is one at a time$' "$BATS_FILE_TMPDIR/output"
    grep -q '^7 of 7: ' "$BATS_FILE_TMPDIR/output"
    run ! grep -q '^7 of 7: ' "$BATS_FILE_TMPDIR/output.interrupted"
}

@test "a class: a row a student, sorted, a row of maxima, no cell for what was not run, and a status" {
    a_class
    cat "$results/summary.csv"
    diff - "$results/summary.csv" <<'END'
"submission","status","points","producer.c builds","consumer.c builds","consumer: at the end nothing is left","note"
"(maximum)","",8,2,2,4,""
"'-rf_123","graded",8,2,2,4,"my work.zip: unpacked; taken from its folder alice"
"'=1+1 ""O'Neil"", José","graded",6,0,2,4,""
"alice","graded",8,2,2,4,""
"bob","graded",4,2,2,0,"taken from its folder homework/mqueue"
"doejane_7","graded",8,2,2,4,"consumer-1.c: taken as consumer.c; producer-1.c: taken as producer.c; protocol-1.h: taken as protocol.h; care-1.h: taken as care.h; late"
"submission_9 (Ada Lovelace)","nothing found",,,,,"there is no producer.c and no consumer.c in it"
"zeros","could not be graded",,,,,"zeros.zip: refused: it unpacks to more than 16 MB"
END
    [ "$(cat "$BATS_FILE_TMPDIR/status")" = 3 ]
}

@test "a name that a spreadsheet would change has an apostrophe before it, others stay as they are" {
    need jq jq
    changed=(007 '=1+1' 1e5 1-2 TRUE 12.10.2025 '1,5' 'Jan 5' may12 10:30 '10 pm' 50% '(5)' ' 007' 1234567890123456 -1 @x +49)
    kept=("O'Brien" 'Ünsal Öztürk' alice jan mark12 'Ada Lovelace_12345' 2024_7 1234567 0 3rd)
    for name in "${changed[@]}" "${kept[@]}"; do echo "$name"; done |
        jq -R '{submission: ., status: "graded", points: 0, of: 0, note: "", tests: []}' |
        jq -rs --arg format csv --arg pair mqueue/posix -f "$TESTS/grader/class.jq" | cut -d '"' -f 2 | tail -n +3 >names
    diff names <(printf "'%s\n" "${changed[@]}" && printf '%s\n' "${kept[@]}")
}

@test "each student gets the text report, and the formats asked for, of one grading" {
    a_class
    cd "$results/reports"
    [ "$(find . -type f | wc -l)" = $((5 * 3 + 2)) ]
    [ "$(tail -n 1 alice/report.txt)" = "8 of 8 points" ]
    grep -q '^mqueue/posix, submission -rf_123:$' './-rf_123_assignsubmission_file/report.txt'
    jq -e '.submission == "bob" and .points == 4 and .of == 8 and (.tests | map(.status) == ["passed", "passed", "failed"])' bob/report.json
    grep -q 'errors="0"' "$strange/junit.xml"
    grep -q 'there is no producer.c' submission_9/report.txt
    grep -q 'refused: it unpacks to more than 16 MB' zeros/report.txt
}

@test "the summary: how many failed each check, how many were not run, and the commonest causes" {
    a_class
    grep -q '^mqueue/posix: 7 submissions: 5 graded, 1 with nothing found, 1 could not be graded$' "$results/summary.txt"
    grep -q '^points of 8: mean 6.8, median 8, lowest 4, highest 8$' "$results/summary.txt"
    grep -A 1 "^      1        0  producer.c builds$" "$results/summary.txt" | grep -q "1 x .retrun. undeclared"
    grep -A 1 "^      1        0  consumer: at the end nothing is left$" "$results/summary.txt" | grep -q '1 x left behind: NAME'
    grep -A 1 '^passed by all:$' "$results/summary.txt" | grep -q '^  consumer.c builds$'
    grep -q "^class: all of that: $results/summary.txt$" "$BATS_FILE_TMPDIR/output"
    grep -q '^could not be graded: zeros: zeros.zip: refused' "$results/summary.txt"
}

@test "a second run grades what has changed, and no more; Excel gets a byte order mark and its line ends" {
    a_class
    cp -R "$BATS_FILE_TMPDIR"/{class,results} .
    export CHECKS='r.c builds|consumer: at the end'
    echo '// changed' >>class/alice/producer.c
    JOBS=2 run -3 class mqueue/posix class results 'junit json'
    [[ $output == *'4 of 7 have been graded before'*'7 of 7: alice: 8 of 8 points'* ]]
    [[ $output != *' of 7: bob: '* ]]
    cmp results/summary.csv "$results/summary.csv"
    EXCEL=yes run -3 class mqueue/posix class results 'junit json'
    [[ $output == *'5 of 7 have been graded before'* && $output != *' of 7: alice: '* ]]
    cmp results/summary.csv <(printf '\xef\xbb\xbf' && sed 's/$/\r/' "$results/summary.csv")
    # so do a course's rules, and each of its checks
    mkdir one checks && mv class/alice one && echo 'checks checks' >rules
    own_check() { # POINTS
        printf '# bats test_tags=two\n@test "[%s] consumer: one of the course" {\n    yours consumer\n}\n' "$1" >checks/own.bats
        COURSE=rules CHECKS='r.c builds|of the course' class mqueue/posix one ours
    }
    own_check 3
    run -0 own_check 3
    [[ $output == *'1 of 1 have been graded before'* ]]
    run -0 own_check 5
    [[ $output != *'graded before'* && $output == *'1 of 1: alice: '* ]]
}

@test "no class, no submissions, no such pair, no such format: status 2 and why" {
    mkdir empty class && programs class/alice
    run -2 class
    run -2 class shm/posix none
    [[ $output == *'none: there is no such folder'* ]]
    run -2 class shm/posix empty
    [[ $output == *'there are no submissions in it'* ]]
    run -2 class shm/plan9 class
    [[ $output == *'there is no such pair'* ]]
    run -2 class shm/posix class results 'text nonsense'
    [[ $output == *'nonsense: is no format'* ]]
    run -2 class shm/posix class class/results
    [[ $output == *'lies in the folder of the submissions'* ]]
    COURSE=rules run -2 class shm/posix class
    [[ $output == *'class: rules: there is no such course file'* ]]
}

@test "what was handed in is found a few folders deeper, in archives, and in what __MACOSX is not" {
    need bsdtar libarchive-tools
    programs in/a/b && mkdir in/__MACOSX && echo x >in/__MACOSX/producer.c
    take in
    [ "$output" = "taken from its folder a/b" ]
    [ "$(ls taken)" = "$(cd in/a/b && ls)" ]
    mkdir -p two/{x,y}/posix && cp in/a/b/*.[ch] two/x && cp in/a/b/*.[ch] two/y/posix
    take two
    [ "$output" = "taken from its folder y/posix" ]
    mkdir apart apart/{p,c} && cp in/a/b/producer.c apart/p && cp in/a/b/{consumer.c,care.h} apart/c
    take apart
    [ "$(cd taken && echo *)" = 'care.h consumer.c producer.c' ]
    for archive in zip tar tgz tar.gz; do
        bsdtar -acf my.$archive -C in __MACOSX a
        take my.$archive
        [ "$status" = 0 ]
        [ "$(ls taken)" = "$(cd in/a/b && ls)" ]
    done
    mkdir none && echo hello >none/main.c
    take none
    [ "$status" = 1 ] && [[ $output == *'no producer.c and no consumer.c in it, but '*'main.c'* ]]
}

@test "an archive writes nothing outside its folder, and brings in nothing of this machine" {
    need bsdtar libarchive-tools
    programs in
    echo "secret" >secret.c
    mkdir evil && cd evil
    cp ../in/producer.c .
    ln -s /etc/passwd link.c
    ln -s "$BATS_TEST_TMPDIR" way.c
    ln -s producer.c consumer.c
    mkfifo fifo.c
    echo evil >evil.c
    cp evil.c sneak.c
    [ "$(id -u)" != 0 ] || mknod null.c c 1 3
    for format in ustar zip; do
        take_in() { bsdtar --format $format -cPf ../$format."${format/us/}" "$@"; }
        take_in -s ',^evil.c,../evil.c,' -s ",^sneak.c,$BATS_TEST_TMPDIR/sneak.c," ./*.c evil.c sneak.c
    done
    cd ..
    mv ustar.tar x.tar && mv zip.zip x.zip
    tar --append -Pf x.tar --transform='s,^secret.c,way.c/through.c,' secret.c
    for archive in x.tar x.zip; do
        take $archive
        [ "$status" = 0 ]
        cmp taken/producer.c in/producer.c
        [ ! -e taken/consumer.c ]
        [ ! -e taken/link.c ]
        [ ! -e taken/null.c ]
        [ ! -e taken/fifo.c ]
        [ ! -e evil.c ]
        [ ! -e sneak.c ]
        [ ! -e through.c ]
        [ -z "$(find taken ! -type f ! -type d)" ]
    done
    # bsdtar would take this for an archive with the machine's own file in it
    printf '#mtree\n./producer.c type=file contents=%s\n' "$PWD/secret.c" >list.tar
    gzip -c list.tar >list.tgz
    for archive in list.tar list.tgz; do
        take $archive
        [ "$status" = 3 ]
        [[ $output == *'could not be unpacked'* ]]
        [ ! -e taken/producer.c ]
    done
}

@test "an archive that unpacks to too much, has too many files, or is none, is refused in a sentence" {
    need bsdtar libarchive-tools
    head -c 20000000 /dev/zero >zeros.c
    for archive in bomb.zip bomb.tgz; do
        bsdtar -acf $archive zeros.c
        take $archive
        [ "$status" = 3 ]
        [ "$output" = "$archive: refused: it unpacks to more than 16 MB" ]
        take "$PWD" # as a folder with it in it
        [ "$status" = 3 ]
        rm $archive
    done
    mkdir many && (cd many && printf '%s\n' {1..2001} | xargs touch)
    bsdtar -acf many.zip many
    take many.zip
    [ "$status" = 3 ]
    [ "$output" = "many.zip: refused: it has more than 2000 files" ]
    echo hello >no.zip
    take no.zip
    [ "$status" = 3 ]
    [[ $output == 'no.zip: could not be unpacked: '* ]]
    run -3 grade mqueue/posix no.zip
    [[ $output == *'grade: no.zip: could not be unpacked: '* ]]
}

@test "of files that Canvas has numbered the last one counts" {
    programs in
    echo old >doe_1_2_producer.c && cp in/producer.c doe_1_3_producer-2.c && echo older >doe_1_1_producer-1.c
    cp in/consumer.c doe_1_5_consumer.c
    take ./doe*
    [ "$status" = 0 ] && cmp taken/producer.c in/producer.c && cmp taken/consumer.c in/consumer.c
}

@test "a student's kit, unpacked elsewhere: no solution, a protocol of its SEED, and the grader with our partner" {
    SEED=spring "$TESTS/grader/student-kit" mqueue/posix "$PWD/kit"
    run -1 "$TESTS/grader/student-kit" mqueue/posix "$PWD/kit"
    [[ $output == *'is not empty'* ]]
    SEED=spring run -2 "$TESTS/grader/student-kit" fifo/posix "$PWD/other"
    mkdir elsewhere
    tar -cf - kit | tar -xf - -C elsewhere
    rm -r kit && cd elsewhere/kit
    run ! grep -rF -e 'mq_send(queue, line, length' -e 'mq_receive(queue, message, sizeof' .
    [ ! -e grader/mqueue/posix/producer.c ]
    grep -q '^| 2 | producer.c builds |$' CHECKS.md
    grep -q 'your part' SHEET.md
    grep -qx '    make grade' ASSIGNMENT.md
    run ! grep "suite's folder" ASSIGNMENT.md
    grep -q '^## The ten promises' PROMISES.md
    run -0 as_from_a_shell make -s
    [ -z "$output" ]
    # this SEED's own producer, and a consumer as published: one works with the partner, the other does not
    cp ../../kit-solution/mqueue/posix/*.[ch] . && cp "$SUITE/mqueue/posix/consumer.c" .
    CHECKS='^consumer.c builds|^producer.c builds|random words' PATIENCE=3 as_from_a_shell env -u SURROUNDINGS -u SUITE make -s grade >report 2>&1
    cat report
    grep -Eq '^ *([0-9.]+)/\1	producer: random words' report
    grep -q '^ *0/.*consumer: random words' report
    # what is to be typed by hand, and read, is in the kit
    grep -Eq '\|   .*[| ]grader/mqueue/posix/producer /by-hand' report
    [ -x grader/mqueue/posix/producer ]
    run ! grep -rF handouts/contract.md .
}

@test "the kit of each pair, level and protocol is made, and its starting point builds" {
    # the protocols differ from the published one
    for kit in shm/posix:1:a shm/posix:3:c mqueue/posix:2:d fifo/posix:1: pipes/posix:1: alpc/model:1:; do
        IFS=: read -r pair level seed <<<"$kit"
        SEED=$seed LEVEL=$level "$TESTS/grader/student-kit" "$pair" "$PWD/kit"
        run -0 as_from_a_shell make -s -C kit
        [ -z "$output" ]
        [ -z "$seed" ] || run ! cmp -s kit/protocol.h "$SUITE/$pair/protocol.h"
        rm -r kit*
    done
}
