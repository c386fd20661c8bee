# strace.bash: make a program's every system call fail, or be interrupted, in turn.

# system_calls SIDE: of a small run, as "CALL N": its N-th CALL, up to four; from getuid on, which is where
# the program has read its arguments
system_calls() {
    local side=$1 other
    other_side "$side"
    echo hello >input
    UNDER="strace -qq -o $PWD/trace" start "$side" "$side" "$name" <input
    start "$other" "$other" "$name" <input
    ends "$side" 0 && ends "$other" 0 || return
    awk '/^[a-z_0-9]+\(/ { sub(/\(.*/, "") }
        /[^a-z_0-9]/ || ++n[$0] > 4 { next }
        after && !/^(exit_group|get.*id|brk)$/ { print $0, n[$0] } # they cannot fail; malloc has its own way
        /^getuid$/ { after = 1 }' trace
}

other_side() { # SIDE: sets other
    other=producer
    if [ "$1" = producer ]; then other=consumer; fi
}

# with_injection WHAT SIDE CALL N: runs the pair, WHAT happening to SIDE at its N-th CALL, under a
# name of its own. Whatever comes of it, a side that is left alone is served
# by a new partner, and in the end nothing is left.
with_injection() {
    local what=$1 side=$2 call=$3 n=$4 other status=0
    other_side "$side"
    use_name "$side-$call-$n-$$"
    echo hello >input
    UNDER="strace -qq -o $PWD/injected -e trace=$call -e inject=$call:$what:when=$n" \
        start "$side" "$side" "$name" <input
    start "$other" "$other" "$name" <input
    eventually is_gone "$side" || return 99
    wait "${pid[$side]}" || status=$?
    start again "$side" "$name" <input
    eventually is_gone "$other" || return 99
    kill -TERM "${pid[again]}" 2>/dev/null
    eventually is_gone again || return 99
    if [ "$what" = signal=SIGKILL ]; then # something may be left, but never in the way
        ! has keeps || remove_object # except for messages, which are for the next consumer
        consume
        produce ../big
        ends producer 0 && ends consumer 0 && cmp ../big consumer.out || return 99
    elif has keeps && object_exists; then # it holds what `again` sent
        start drain consumer "$name"
        eventually is_gone drain || return 99
    fi
    nothing_left || return 99
    return $status
}

# at_every_call WHAT SIDE CHECK: with_injection at each system call, several at a time (with
# message queues one: a user may have nine, and other tests use some); then CHECK CALL STATUS in
# the folder of that run, if it came to that call
at_every_call() {
    local what=$1 side=$2 check=$3 at_once=10 running=0 checked=0 call job where
    local -a calls
    local -A jobs=()
    ! has keeps || at_once=1
    system_calls "$side" >calls || return
    mapfile -t calls <calls
    calls=("${calls[@]/ /-}")
    seq -s ' ' 150000 | fold -w 4000 >big # 1 MB, in lines of less than the longest message
    mkdir "${calls[@]/#/$side-}"
    for call in "${calls[@]}"; do
        [[ $what != error=* || $call != rt_sig* ]] || continue # they cannot fail
        ((++running <= at_once)) || wait -n || true # each one's status is asked for below
        (
            cd "$side-$call" && exec >log 2>&1 || exit
            status=0
            with_injection "$what" "$side" "${call%-*}" "${call#*-}" || status=$?
            echo "status $status"
            ((status != 99)) || exit 1
            if ((status == 137)) || has_text injected 'INJECTED|--- SIG'; then # else it made fewer calls this time
                $check "${call%-*}" "$status" && : >checked
            fi
        ) &
        jobs["$side-$call"]=$!
    done
    for where in "${!jobs[@]}"; do
        wait "${jobs[$where]}" || { echo "$what at $where:" && tail -n 3 "$where"/{log,*.err} && return 1; }
        if [ -e "$where/checked" ]; then ((++checked)); fi
    done
    if grep -q ld-musl "$SUITE/$PAIR/producer"; then fewest=5; fi # which makes fewer calls
    [ $checked -gt "${fewest:-10}" ]
}
