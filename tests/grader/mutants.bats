# The grader finds the mistakes of mutants.md, each at the check that is about it.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# mutants PAIR: each of the pair's mistakes, built, and sent through the check that is about it, and no other. What
# grade does besides for a submission (its user, its namespaces, its limits) is tested with whole gradings.
mutants() {
    local pair=$1 n=0 row file mistake check script side folder
    local -a rows jobs=()
    mapfile -t rows < <(grep "^| $pair |" "$TESTS/grader/mutants.md")
    head -c 720000 /dev/urandom | base64 -w 24 >words
    for row in "${rows[@]}"; do # as grade lays it out
        IFS='|' read -r _ _ file mistake _ check script _ <<<"$row"
        read -r file <<<"$file"
        read -r side _ <<<"${check%%:*}" # the check's: producer, consumer or both
        for each in producer consumer; do
            if [ "$side" != both ] && [ "$side" != $each ]; then continue; fi
            echo "$((n + 1))/mix/both/${pair%/*} ${pair#*/}/$each -k"
        done >>sides
        script=${script#*\`} script=${script%\`*}
        folder=$((++n))/mix/both/${pair%/*}
        mkdir -p "$folder" $n/{bats,box/{1..60},mix/{producer,consumer}/"$pair"}
        cp -R "$SUITE/${pair%/*}/Makefile" "$SUITE/$pair" "$folder"
        rm -f "$folder/${pair#*/}"/{producer,consumer}
        sed -i "$script" "$folder/${pair#*/}/$file"
        ! cmp -s "$folder/${pair#*/}/$file" "$SUITE/$pair/$file" ||
            { echo "$mistake: the script changes nothing" && return 1; }
        ln -s "$PWD/$n/mix/both/$pair/producer" "$SUITE/$pair/consumer" "$n/mix/producer/$pair"
        ln -s "$PWD/$n/mix/both/$pair/consumer" "$SUITE/$pair/producer" "$n/mix/consumer/$pair"
    done
    xargs -P "$(nproc)" -n 3 make CFLAGS=-O0 -s -C <sides 2>warnings
    for ((n = 1; n <= ${#rows[@]}; n++)); do
        IFS='|' read -r _ _ _ _ _ check _ <<<"${rows[n - 1]}"
        read -r check <<<"$check"
        ((n <= 4)) || wait -n || true # each one's status is asked for below
        (
            export PAIR=$pair WORK=$PWD/$n RANDOM_WORDS=$PWD/words STUDENT_ID='' AS_STUDENT='' ISOLATED=''
            export PATIENCE=$((5 * ${SLOWNESS:-1})) TMPDIR=$PWD/$n/bats
            as_from_a_shell bats -F tap -f "$check" "$TESTS/grader/grade.bats" >$n.tap 2>&1 || true
            has_text $n.tap "^not ok [0-9]+ \[[0-9]+\] $check"
        ) &
        jobs[n]=$!
    done
    for n in "${!jobs[@]}"; do
        wait "${jobs[n]}" || { echo "not found: ${rows[n - 1]}" && cat "$n.tap" && return 1; }
    done
    [ ${#rows[@]} -gt 2 ]
}

@test "each mistake in shared memory costs its points" {
    mutants shm/posix
}

@test "each mistake with a message queue costs its points" {
    mutants mqueue/posix
}

@test "each mistake with an ordinary pipe costs its points" {
    mutants pipes/posix
}

@test "each mistake with a FIFO costs its points" {
    mutants fifo/posix
}

@test "each mistake in the ALPC model costs its points" {
    mutants alpc/model
}
