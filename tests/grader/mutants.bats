# The grader finds the mistakes of mutants.md, each at the check that is about it.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# mutants PAIR: grades each of the pair's, some at a time
mutants() {
    local pair=$1 n=0 job file mistake check script
    local -A jobs=()
    need jq jq
    while IFS='|' read -r _ _ file mistake _ check script _; do
        read -r file <<<"$file"
        read -r mistake <<<"$mistake"
        read -r check <<<"$check"
        script=${script#*\`} script=${script%\`*}
        cp -R "$SUITE/$pair" $((++n))
        sed -i "$script" "$n/$file"
        ! cmp -s "$n/$file" "$SUITE/$pair/$file" || { echo "$mistake: the script changes nothing" && return 1; }
        ((n <= 3)) || wait -n || true # each one's status is asked for below
        (
            close_others
            status=0
            patience=5 CHECKS="builds|$check" grade "$pair" $n >$n.txt || status=$?
            [ "$status" = 1 ] && ! has_text $n.txt 'grading was ended' &&
                has_text $n.txt "^ *[-0]/[0-9]+"$'\t'"$check"
        ) >/dev/null 2>&1 &
        jobs[$!]="$n $mistake"
    done < <(grep "^| $pair |" "$TESTS/grader/mutants.md")
    for job in "${!jobs[@]}"; do
        wait "$job" || { echo "not found: ${jobs[$job]}" && cat "${jobs[$job]%% *}.txt" && return 1; }
    done
    ((n > 2))
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
