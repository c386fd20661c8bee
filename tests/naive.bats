# The naive programs of the lab sheets: straight from the slide, without care. In fair weather they
# work; what goes wrong otherwise is in the sheets, which are tested in sheets/.

load helper
SUITE=${TESTS%/*} # not the sanitized programs

# naive PAIR: as helper's setup does, but with the naive programs as the suite
naive() {
    PAIR=$1
    echo "$PAIR"
    setup
    SUITE=$PWD/suite
    mkdir -p "suite/${PAIR%/*}"
    ln -sf "${TESTS%/*}/build/naive/${PAIR//\//-}" "suite/$PAIR"
}

# who must come first does, and has time enough
in_fair_weather() { # SIDE, which comes first
    seq 2000 >input
    if [ "$1" = producer ]; then
        produce input
        ! has two || eventually object_exists
        consume
    else
        consume
        is_windows || eventually object_exists
        produce input
    fi
    ends producer 0
    ends consumer 0
    cmp input "$came"
    nothing_left
}

@test "in fair weather the naive programs carry their input, and leave nothing" {
    for pair in shm mqueue pipes fifo; do
        naive $pair/posix
        in_fair_weather producer
    done
}

@test "in fair weather the naive programs of Windows carry their input, too" {
    for pair in shm mailslot fifo; do
        naive $pair/windows
        if [ $pair = shm ]; then in_fair_weather producer; else in_fair_weather consumer; fi
    done
}

@test "the seven naive pairs have at most 30 lines a program" {
    local program lines
    for program in "${TESTS%/*}"/handouts/naive/*/*.c; do
        mapfile -t lines <"$program"
        ((${#lines[@]} <= 30)) || { echo "$program: ${#lines[@]} lines" && return 1; }
    done
    [ "$(printf '%s\n' "${TESTS%/*}"/handouts/naive/*/{producer,consumer}.c | wc -l)" = 14 ]
}
