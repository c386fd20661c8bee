# The starting points for students, `make exercise`: a pair's programs without the parts that
# tests/grader/exercises names.

load ../helper
load grading
SUITE=${TESTS%/*} # not the sanitized programs

pairs() { # PATTERN: those that have an exercise
    awk -v pattern="$1" '/^[a-z]+\/[a-z]+ [0-9] / && $1 ~ pattern && !found[$1]++ { print $1; any = 1 }
        END { exit !any }' "$TESTS/grader/exercises"
}

posix='/posix|/model'

# begin PAIR LEVEL: as helper's setup does, but with the starting point as the suite
begin() {
    PAIR=$1
    echo "$PAIR, level $2"
    local text parts marked
    cd "$BATS_TEST_TMPDIR" || return
    SUITE=${TESTS%/*} && setup
    SUITE=$PWD/suite
    start=$SUITE/$PAIR
    LEVEL=$2 "$TESTS/grader/exercise" "$PAIR" "$start" >parts
    mapfile -t parts < <(exec grep "^$PAIR $2 " "$TESTS/grader/exercises")
    mapfile -s 1 -t marked <parts # after what there is to do
    [ ${#parts[@]} = ${#marked[@]} ]
    for text in "${marked[@]}"; do [[ $text =~ :[0-9]+:.*your\ part ]]; done
    has_text "$start/ASSIGNMENT.md" "LEVEL=$2\$"
    IFS= read -rd '' text <"$start/ASSIGNMENT.md" || true
    [[ $text != *$'\n\n\n'* ]]
    [ -e input ] || head -c 1000 /dev/urandom | base64 >input
}

builds_silently() {
    [[ $start == */posix ]] ||
        sed -i 's/-DWIN32_LEAN_AND_MEAN/& -D_X86INTRIN_H_INCLUDED/' "$start/Makefile" # as our Makefile says
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
    local file
    for file in "$start"/*.[ch]; do
        awk '{ text = $0; sub(/^\t*/, "", text) }
            FILENAME == ARGV[1] { hint[text] = 1; next }
            FILENAME == ARGV[2] { original[$0] = 1; line[FNR] = $0; lines = FNR; next }
            $0 != line[FNR] { changed = 1 }
            /your part/ { marked = 1 }
            !($0 in original) && !(text in hint) { print FILENAME ": " $0; strange = 1 }
            END { exit (changed || FNR != lines) && !marked || strange }
        ' "$TESTS/grader/exercises" "${TESTS%/*}/$PAIR/${file##*/}" "$file"
    done
}

# of level 3: what is missing is the care alone
works_in_fair_weather() {
    builds_silently
    consume
    produce input
    ends producer 0
    ends consumer 0
    equal input "$came"
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

# changes: of each mistake in mutants.md what it changes: a line PAIR FILE NUMBER CHECK for each place
changes() {
    local row pair file check script
    while IFS= read -r row; do
        IFS='|' read -r _ pair file _ _ check script _ <<<"$row"
        read -r pair file check <<<"$pair $file $check"
        script=${script#*\`} script=${script%\`*}
        printf '@\t%s\t%s\n' "$pair $file" "${check% }"
        sed "$script" "${TESTS%/*}/$pair/$file" | diff -n "${TESTS%/*}/$pair/$file" - || true
    done < <(grep '^| [a-z]*/' "$TESTS/grader/mutants.md") | awk -F '\t' '
        /^@/ { file = $2; check = $3 }
        sub(/^[ad]/, "") && /^[0-9]+ [0-9]+$/ { sub(/ .*/, ""); print file, $0, check }'
}

@test "in each part of the exercises there is a mistake of mutants.md, and the part's own level has the check that finds it" {
    local level pair
    changes >mistakes
    for pair in $(pairs "$posix"); do
        for level in 1 2 3; do echo "$pair $level $("$TESTS/grader/exercise" --checks $level "$pair")"; done
    done >checks
    grep '^@test' "$TESTS/grader/grade.bats" | cut -d ']' -f 2 >names
    cd "${TESTS%/*}"
    awk '
        FILENAME == ARGV[1] { checks[$1 " " $2] = substr($0, length($1) + 4); next }
        FILENAME == ARGV[2] { mistake[++mistakes] = $0; next }
        FILENAME == ARGV[3] { name[++names] = $0; next }
        FILENAME == ARGV[4] && /^[a-z]+\/[a-z]+ [0-9] / {
            file[++parts] = $1 "/" $3
            level[parts] = $1 " " $2
        }
        FILENAME == ARGV[4] && /^from / { from[parts] = substr($0, 6) }
        FILENAME == ARGV[4] && /^to / { to[parts] = substr($0, 4) }
        FILENAME == ARGV[4] && /not graded/ { graded_not[parts] = 1 }
        FILENAME == ARGV[4] { next }
        {
            indent = $0
            sub(/[^\t].*/, "", indent)
            for (i = 1; i <= parts; i++) {
                if (file[i] != substr(FILENAME, 3)) continue
                if (index(substr($0, length(indent) + 1), from[i]) == 1) {
                    first[i] = FNR
                    its[i] = indent
                }
                if (first[i] && !last[i] && index($0, its[i] to[i]) == 1) last[i] = FNR
            }
        }
        END {
            for (i = 1; i <= parts; i++) {
                if (!(level[i] in checks) || graded_not[i]) continue
                found = 0
                for (j = 1; j <= mistakes; j++) {
                    split(mistake[j], word, " ")
                    if (word[1] "/" word[2] != file[i] || word[3] + 0 < first[i] || word[3] + 0 > last[i]) continue
                    check = substr(mistake[j], length(word[1] word[2] word[3]) + 4)
                    for (k = 1; k <= names; k++) if (index(name[k], check)) break
                    if (name[k] ~ checks[level[i]]) found = 1
                    else print "not in the level " level[i] ": " mistake[j]
                }
                if (!found) print "no mistake in a part of " level[i] ", " file[i] ": " from[i]
            }
        }' "$BATS_TEST_TMPDIR"/{checks,mistakes,names} tests/grader/exercises ./*/{posix,model}/*.[ch] >"$BATS_TEST_TMPDIR/wrong"
    cat "$BATS_TEST_TMPDIR/wrong"
    [ ! -s "$BATS_TEST_TMPDIR/wrong" ]
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
