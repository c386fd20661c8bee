# The grader finds the mistakes of mutants.md, each at the check that is about it.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# mutants PAIR: each of the pair's mistakes, built, and sent through the check that is about it, and no other. What
# grade does besides for a submission (its user, its namespaces, its limits) is tested with whole gradings.
mutants() {
    local pair=$1 n=0 row file mistake check script side folder line number
    local -a rows jobs=() lines folders=()
    mapfile -t rows < <(grep "^| $pair |" "$TESTS/grader/mutants.md")
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
        number=${line%%$'\t'*} line=${line##*$'\t'}
        script=${script#*\`} script=${script%\`*}
        folder=$PWD/$((++n))/mix/$side/$pair
        mkdir -p "$n/bats" "$n/box/$number" "$folder"
        printf '%s\t%s\n' "$number" "$line" >$n/plan
        sed "$script" "$SUITE/$pair/$file" >"$folder/$file"
        [ "$(<"$folder/$file")" != "$(<"$SUITE/$pair/$file")" ] || { echo "$mistake: the script changes nothing" && return 1; }
        [ "$file" != protocol.h ] || cp "$SUITE/$pair/care.h" "$folder" # which includes it from beside itself
        case $side in
        producer) ln -s "$SUITE/$pair/consumer" "$folder" ;;
        consumer) ln -s "$SUITE/$pair/producer" "$folder" ;;
        esac
        for each in producer consumer; do
            if [ "$side" = both ] || [ "$side" = $each ]; then
                [ -e "$folder/$each.c" ] || (cat "$SUITE/$pair/$each.c" >"$folder/$each.c")
                echo "all: $folder/$each"
            fi
        done >>Makefile
    done
    cat >>Makefile <<<"%: %.c; @cc -std=gnu17 -O0 -w -iquote $SUITE/$pair -o \$@ \$< -lrt"
    make -s -j"$(nproc)"
    for ((n = 1; n <= ${#rows[@]}; n++)); do
        ((n <= 4)) || wait -n || true # each one's status is asked for below
        env -i PATH="$PATH" LC_ALL=C HOME="$PWD/$n" TMPDIR="$PWD/$n/bats" SUITE="$SUITE" PAIR="$pair" WORK="$PWD/$n" \
            OURS="$SUITE" TOOLS="$TOOLS" RANDOM_WORDS="$PWD/words" STUDENT_ID= AS_STUDENT= PROTOCOL=ours SUBMISSION=mine \
            PATIENCE=$((6 * ${SLOWNESS:-1})) ${QUEUES:+QUEUES="$QUEUES"} \
            bash "$TESTS/grader/checks.bash" checks $n/plan </dev/null >$n.tap 2>&1 3>&- &
        jobs[n]=$!
    done
    for n in "${!jobs[@]}"; do
        wait "${jobs[n]}" || true
        # and our own have passed the same check
        if ! has_text "$n.tap" "^not ok 1 " || [ ! -e "$n/bats/$(cut -f 1 "$n/plan").uses-ours" ]; then
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
