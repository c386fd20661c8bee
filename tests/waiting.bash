# waiting.bash: waiting without starting a process, for bash programs of all rooms.
# Each wait has a deadline of PATIENCE seconds, which no passing run depends on: tests/run makes it longer where
# starting a process takes long.

PATIENCE=${PATIENCE:-60}

# nap [SECONDS]: a read from a pipe into which nobody writes; the first one makes it. In bash 5.1 (Ubuntu 22.04) such a
# read at times waits forever, in spite of its time limit: there it is a process.
nap() {
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 502)); then
        sleep "${1:-0.01}"
        return
    fi
    [ -p "/dev/fd/${idle:-none}" ] || exec {idle}<> <(:)
    read -rt "${1:-0.01}" -u "$idle" || true
}

# eventually COMMAND...: waits until it succeeds; the command should be of bash's own kind, or better
# let tools/await do it: each try of another one starts a process. gave_up, if there is such a function,
# is called before it fails.
eventually() {
    local until=$((SECONDS + PATIENCE)) pause=0.001
    until "$@"; do
        if ((SECONDS >= until)); then
            if declare -F gave_up >/dev/null; then gave_up; fi
            echo "gave up waiting for: $*"
            return 1
        fi
        nap $pause
        pause=0.01
    done
}

# has_ended PROCESS: its parent, perhaps this very shell, may have to ask for its status yet: it is a zombie. A zombie
# with other threads has not ended: only its first thread has.
has_ended() {
    local stat tasks
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    [[ ${stat##*) } == Z* ]] || return
    tasks=("/proc/$1/task/"*)
    ((${#tasks[@]} == 1))
}

# has_text FILE PATTERN: has a line like it (extended regular expression), the last one perhaps not at its end yet.
# For small files: bash reads line by line, and would never come to the end of one that grows fast.
has_text() {
    local line
    [ -e "$1" ] || return
    # a read that fails leaves the line as it was: so does one in /proc when the process ends
    while line='' && { IFS= read -r line || [ -n "$line" ]; }; do
        if [[ $line =~ $2 ]]; then return 0; fi
    done <"$1" 2>/dev/null
    return 1
}
