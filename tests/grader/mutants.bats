# The grader finds the mistakes of mutants.md, each at the check that is about it.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# run_checks FOLDER PATIENCE: as grade does, of its plan; for the background
run_checks() {
    exec env -i PATH="$PATH" BASH_ENV="$TESTS/builtins.bash" LC_ALL=C HOME="$PWD/$1" TMPDIR="$PWD/$1/bats" SUITE="$SUITE" PAIR="$PAIR" WORK="$PWD/$1" OURS="$SUITE" \
        TOOLS="$TOOLS" RANDOM_WORDS="$PWD/words" STUDENT_ID= AS_STUDENT= PROTOCOL=ours SUBMISSION=mine PATIENCE="$2" \
        ${QUEUES:+QUEUES="$QUEUES"} ${idle:+idle="$idle"} bash "$TESTS/grader/checks.bash" checks "$1/plan" alone </dev/null >"$1.tap" 2>&1 3>&-
}

# mutants PAIR: each of the pair's mistakes, built, and sent through the check that is about it, and no other. What
# grade does besides for a submission (its user, its namespaces, its limits) is tested with whole gradings.
mutants() {
    local n=0 row file mistake check script side folder line number each
    local -a rows jobs=() lines numbers=() before after
    local -A asked=()
    PAIR=$1
    mapfile -t rows < <(grep "^| $PAIR |" "$TESTS/grader/mutants.md")
    head -c 720000 /dev/urandom | base64 -w 24 >words
    awk -v list=all -f "$TESTS/grader/checks.awk" "$TESTS/grader/grade.bats" >checks
    mapfile -t lines <all
    for row in "${rows[@]}"; do # as grade lays it out
        IFS='|' read -r _ _ file mistake _ check script _ <<<"$row"
        read -r file <<<"$file"
        read -r check <<<"$check"
        side=${check%%:*}
        for line in "${lines[@]}" none; do [[ $line != *"] $check"* ]] || break; done
        [ "$line" != none ] || { echo "no such check: $check" && return 1; }
        number=${line%%$'\t'*} numbers+=("$number")
        asked[$number]=$number$'\t'${line##*$'\t'}
        script=${script#*\`} script=${script%\`*}
        folder=$PWD/$((++n))/mix/$side/$PAIR
        mkdir -p {ours,"$n"}/{bats/file,bats/"$number",box/"$number"} "$folder"
        echo "${asked[$number]}" >$n/plan
        sed "$script" "$SUITE/$PAIR/$file" >"$folder/$file"
        mapfile -d '' before <"$SUITE/$PAIR/$file"
        mapfile -d '' after <"$folder/$file"
        [ "${before[0]}" != "${after[0]}" ] || { echo "$mistake: the script changes nothing" && return 1; }
        [ "$file" != protocol.h ] || cp "$SUITE/$PAIR/care.h" "$folder" # which includes it from beside itself
        case $side in
        producer) ln -s "$SUITE/$PAIR/consumer" "$folder" ;;
        consumer) ln -s "$SUITE/$PAIR/producer" "$folder" ;;
        esac
        for each in producer consumer; do
            if [ "$side" = both ] || [ "$side" = $each ]; then
                [ -e "$folder/$each.c" ] || (cat "$SUITE/$PAIR/$each.c" >"$folder/$each.c")
                echo "all: $folder/$each"
            fi
        done >>Makefile
    done
    cat >>Makefile <<<"%: %.c; @cc -std=gnu17 -O0 -w -iquote $SUITE/$PAIR -o \$@ \$< -lrt"
    make -s -j"$(nproc)"
    # our own pass the same checks; they have time, while a mutant that has not got there soon never will
    mkdir ours/mix
    for side in producer consumer both; do ln -s "$SUITE" ours/mix/$side; done
    printf '%s\n' "${asked[@]}" >ours/plan
    run_checks ours "$PATIENCE" &
    jobs[0]=$!
    for ((n = 1; n <= ${#rows[@]}; n++)); do
        ((n < 4)) || wait -n || true # each one's status is asked for below
        run_checks "$n" $((2 * ${SLOWNESS:-1})) &
        jobs[n]=$!
    done
    for n in "${!jobs[@]}"; do
        wait "${jobs[n]}" || true
        if ((n == 0)); then
            if [ "$(grep -c '^ok ' ours.tap)" != ${#asked[@]} ]; then cat ours.tap && return 1; fi
        elif ! has_text "$n.tap" '^not ok 1 ' || [ ! -e "$n/bats/${numbers[n - 1]}.uses-ours" ]; then
            echo "not found: ${rows[n - 1]}" && cat "$n.tap" && return 1
        fi
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
