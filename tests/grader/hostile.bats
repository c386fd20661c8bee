# Submissions that want to cheat, to break the grader, or the machine. As producer.c beside our own consumer.c: the
# grader ends, takes the producer's points and no others, and nothing is left.

load ../helper
load grading

setup() { cd "$BATS_TEST_TMPDIR" || return; }
teardown() { :; }

# submission NAME: with the producer tests/grader/hostile/NAME.c
submission() {
    cp -R "$SUITE/mqueue/posix" "$1"
    rm -f "$1/producer.c"
    [ ! -e "$TESTS/grader/hostile/$1.c" ] || cp "$TESTS/grader/hostile/$1.c" "$1/producer.c"
}

# honest NAME...: what the grader says of each, also in the formats that are asked for
honest() {
    local name status format reports=(text)
    for format in ${formats:-}; do reports+=("$format=$1.$format"); done
    local -A jobs=()
    need jq jq
    for name in "$@"; do
        [ -d "$name" ] || submission "$name"
        install -d -m 711 "$BATS_RUN_TMPDIR-$name"
        TMPDIR=$BATS_RUN_TMPDIR-$name patience=2 CHECKS='builds|random words|both: yours' \
            grade mqueue/posix "$name" "${reports[@]}" >"$name.txt" 2>"$name.err" &
        jobs[$name]=$!
    done
    for name in "$@"; do
        status=0
        wait "${jobs[$name]}" || status=$?
        cat "$name.txt" "$name.err"
        [ "$status" = 1 ]
        has_text "$name.txt" $'^ *[-0]/7\tproducer: random words'
        has_text "$name.txt" $'^ *7/7\tconsumer: random words'
        has_text "$name.txt" $'^ *[-0]/4\tboth'
        rmdir "$BATS_RUN_TMPDIR-$name" # nothing is left in it
        [ ! -e /var/tmp/ipc-grader-left ]
    done
    [ -z "${ISOLATED:-}" ] || run ! pgrep -U 20000-65535
}

@test "a loop without end, sleep without end, deafness to signals" {
    honest loop sleep traps
}

@test "killing its parent, its group, and all it may" {
    [ "$(id -u)" = 0 ] || skip "needs root: else the submission is the same user as the grader"
    honest kills
}

@test "writing the expected words to every descriptor there is" {
    [ "$(id -u)" = 0 ] || skip "needs root: else the submission is the same user as the grader"
    honest descriptors
}

@test "forging results, in each format" {
    formats='tap junit gradescope prairielearn vpl json' honest forges
    run ! grep -q '^Grade' forges.txt
    [ "$(grep -c '^ok' forges.tap)" = 3 ] # both build, the consumer's words
    jq -e '.tests | map(.score) | add == 11' forges.gradescope
    [ "$(grep -c '^Grade' forges.vpl)" = 1 ]
    run ! grep -lP '[\x00-\x08\x0b-\x1f]' forges.*
}

@test "deleting and changing files" {
    local sentinel=/var/tmp/ipc-grader-sentinel
    mkdir $sentinel
    chmod 777 $sentinel
    echo precious >$sentinel/file
    chmod 666 $sentinel/file
    honest deletes || failed=yes
    [ -n "${ISOLATED:-}" ] || skip "unshare is refused: what everybody may delete can be deleted"
    [ "$(cat $sentinel/file)" = precious ]
    rm -r $sentinel
    [ -z "${failed:-}" ]
}

@test "leaving processes, memory, queues and files behind" {
    honest leaves
}

@test "sources that are none: links, a compiler's nightmare, others' files" {
    submission link
    ln -s "$SUITE/mqueue/posix/producer.c" link/producer.c
    honest link compiles reads
    grep -q 'has no producer.c' link.txt
    run ! grep -q root: reads.txt
}

@test "a Makefile of its own is not used" {
    cp -R "$SUITE/mqueue/posix" makefile
    printf 'all %%:\n\ttouch /tmp/ipc-grader-made /var/tmp/ipc-grader-made\n' >makefile/Makefile
    cp makefile/Makefile makefile/GNUmakefile
    CHECKS='builds|random words' grade mqueue/posix makefile
    [ ! -e /tmp/ipc-grader-made ] && [ ! -e /var/tmp/ipc-grader-made ]
}

@test "output without end, all the memory and a fork bomb among eight gradings at the same time: the honest ones get all their points" {
    local i name job
    local -a names=(forks memory output) gradings=()
    [ "$(id -u)" = 0 ] || skip "needs root: else the submissions are the same user"
    for ((i = 0; i < 8; i++)); do
        name=good
        ((i % 3 != 0)) || name=${names[i / 3]}
        if [ "$name" = good ]; then
            cp -R "$SUITE/mqueue/posix" $i
        else
            submission "$name" && mv "$name" $i
        fi
        patience=20 # the hostile ones have less: they never end
        [ "$name" = good ] || patience=2
        CHECKS='builds|random words' grade mqueue/posix $i >$i.txt 2>&1 &
        gradings+=($!)
    done
    for ((i = 0; i < 8; i++)); do
        if ((i % 3 == 0)); then
            wait "${gradings[i]}" || true
            has_text $i.txt $'^ *7/7\tconsumer: random words' || { cat $i.txt && return 1; }
            has_text $i.txt $'^ *[-0]/7\tproducer: random words'
            if has_text $i.txt 'could not'; then return 1; fi
        else
            wait "${gradings[i]}" || { cat $i.txt && return 1; }
        fi
    done
}
