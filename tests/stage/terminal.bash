# terminal.bash: a terminal of a test's own, of 80 columns and 24 rows, in tmux.

# shellcheck disable=SC2034 # for the tests
SUITE=${TESTS%/*} # not the sanitized programs

teardown() {
    close_terminal
    [ -n "${BATS_TEST_COMPLETED:-}" ] || tail -n 40 err screen
}

terminal() {
    tmux -S "$PWD/terminal" -f /dev/null "$@"
}

close_terminal() { # which may have closed by itself
    if [ -S terminal ]; then terminal kill-server 2>/dev/null || true; fi
}

# run_in_terminal SCRIPT [ARGUMENT]... -- [NAME=VALUE]...: its process in pid, its words in err, at the
# end its status in status
run_in_terminal() {
    local words=()
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift
    if [ -d tmp ]; then rm -f status pid written; else mkdir tmp; fi
    # shellcheck disable=SC2016 # expanded in the terminal
    (
        close_others
        terminal new-session -d -x 80 -y 24 env STARTED_IN="$PWD" TMPDIR="$PWD/tmp" TERM=screen "$@" \
            sh -c 'sh -c '\''echo $$ >pid; exec "$0" "$@" 2>err'\'' "$0" "$@"; echo $? >status' "${words[@]}" \; \
            pipe-pane 'exec cat >>written' # grows whenever there is something new to be seen
    )
    eventually [ -s pid ]
}

# shows PATTERN: on the screen; looked at again when it has changed
shows() {
    local size=0 until=$((SECONDS + PATIENCE))
    while ((SECONDS < until)); do
        terminal capture-pane -p >screen
        if has_text screen "$1"; then return 0; fi
        size=$("$TOOLS/await" 1 grown written "$size" 2>/dev/null) || true
        nap 0.02 # what is being written
    done
    echo "looked for $1, there is:" && cat screen && return 1
}

# draws TEXT: it has been drawn, by now or before: this costs no process, a look at the screen does
draws() {
    eventually has_text written "$1"
}

over() { # STATUS
    local said
    eventually [ -s status ]
    read -r said <status
    [ "$said" = "$1" ]
}

is_empty() { # FOLDER
    ! compgen -G "$1/*" >/dev/null
}
