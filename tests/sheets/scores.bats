# What the grader says of the naive programs is in the lab sheets as it says it.

# shellcheck disable=SC2016 # the backticks of Markdown
PAIR=none
load ../helper
load handouts
load ../grader/grading

# all at once: a grading mostly waits for what does not happen
@test "the sheets quote the grader on the naive programs: the score, and each check that fails" {
    local sheet checks=()
    need jq jq
    for sheet in shm mqueue pipes fifo; do
        scores "$SHEETS/$sheet.md" &
        checks+=($!)
    done
    for sheet in "${checks[@]}"; do wait "$sheet" || echo wrong; done >wrong
    cat ./*.md.wrong wrong # to write the sheets anew: tests/sheets/scores handouts/shm.md ...
    [ ! -s wrong ]
}

@test "a wrong score is found" {
    need jq jq
    sed 's,^.*  \(producer: wrong usage.*\),9/9  \1,' "$SHEETS/pipes.md" >pipes.md
    CHECKS='producer.*(builds|wrong usage)' run ! scores pipes.md
    grep -q '^> 0/1  producer: wrong usage' pipes.md.wrong && grep -q '^< 9/9  producer: wrong usage' pipes.md.wrong
}
