# strace.bash: make a program's every system call fail, or be interrupted, in turn.

# system_calls SIDE: of a small run, as "CALL N": its N-th CALL, up to four; from getuid on, which is where
# the program has read its arguments
system_calls() {
    local side=$1 other
    other=$(other_side "$side")
    echo hello >input
    UNDER="strace -qq -o $PWD/trace" start "$side" "$side" "$name" <input
    start "$other" "$other" "$name" <input
    ends "$side" 0 && ends "$other" 0 || return
    sed -E '/^[a-z_0-9]+\(/!d; s/\(.*//' trace | awk '++n[$1] <= 4 { print $1, n[$1] }' |
        sed '1,/^getuid /d; /^exit_group /d; /^get.*id /d; /^brk /d' # they can't fail; malloc's own
}

other_side() {
    if [ "$1" = producer ]; then echo consumer; else echo producer; fi
}

# with_injection WHAT SIDE CALL N: runs the pair, WHAT happening to SIDE at its N-th CALL, under a
# name of its own. Whatever comes of it, a side that is left alone is served
# by a new partner, and in the end nothing is left.
with_injection() {
    local what=$1 side=$2 call=$3 n=$4 other
    other=$(other_side "$side")
    use_name "$side-$call-$n-$$"
    echo hello >input
    UNDER="strace -qq -o $PWD/injected -e trace=$call -e inject=$call:$what:when=$n" \
        start "$side" "$side" "$name" <input
    start "$other" "$other" "$name" <input
    eventually is_gone "$side" || return 99
    start again "$side" "$name" <input
    eventually is_gone "$other" || return 99
    kill -TERM "${pid[again]}" 2>/dev/null
    eventually is_gone again || return 99
    if has keeps && object_exists; then # it holds what `again` sent
        start drain consumer "$name"
        eventually is_gone drain || return 99
    fi
    nothing_left || return 99
    wait "${pid[$side]}" || return "$?"
}

# at_every_call WHAT SIDE CHECK: with_injection at each system call, several at a time (with
# message queues one: a user may have nine, and other tests use some); then CHECK CALL STATUS in
# the folder of that run, if it came to that call
at_every_call() {
    local what=$1 side=$2 check=$3 at_once=10 call n job
    local -A jobs=()
    ! has keeps || at_once=1
    system_calls "$side" >calls || return
    while read -r call n; do
        while (($(jobs -rp | wc -l) >= at_once)); do sleep 0.01; done
        (
            mkdir "$side-$call-$n" && cd "$side-$call-$n" && exec >log 2>&1 || exit
            status=0
            with_injection "$what" "$side" "$call" "$n" || status=$?
            echo "status $status"
            ((status != 99)) || exit 1
            if grep -Eq 'INJECTED|--- SIG' injected; then # else it made fewer calls this time
                $check "$call" "$status" && touch checked
            fi
        ) &
        jobs[$!]="$side-$call-$n"
    done <calls
    for job in "${!jobs[@]}"; do
        wait "$job" || { echo "$what at ${jobs[$job]}:" && tail -n 3 "${jobs[$job]}"/{log,*.err} && return 1; }
    done
    [ "$(find . -path "./$side-*/checked" | wc -l)" -gt 10 ]
}
