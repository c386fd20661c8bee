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

close_terminal() { # as tmux kill-server does; it may have closed by itself
    local server=''
    read -r server 2>/dev/null <terminal.pid || return 0
    kill "$server" 2>/dev/null || return 0
    eventually has_ended "$server"
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
    if [ -d tmp ]; then rm -f status pid written screen; else mkdir tmp; fi
    # shellcheck disable=SC2016 # expanded in the terminal
    (
        close_others
        exec tmux -S "$PWD/terminal" -f /dev/null new-session -d -P -F '#{pid}' -x 80 -y 24 \
            env STARTED_IN="$PWD" TMPDIR="$PWD/tmp" TERM=screen "$@" \
            sh -c 'sh -c '\''echo $$ >pid; exec "$0" "$@" 2>err'\'' "$0" "$@"; echo $? >status' "${words[@]}" \; \
            pipe-pane 'exec cat >>written' # grows whenever there is something new to be seen
    ) >terminal.pid
    eventually [ -s pid ]
    : >>written
    exec {written}<written
}

# shows PATTERN: on the screen, which is looked at when there is something new to be seen
shows() {
    local until=$((SECONDS + PATIENCE))
    until has_text screen "$1"; do
        if ((SECONDS >= until)) || ! eventually has_grown; then
            echo "looked for $1, there is:" && cat screen
            return 1
        fi
        nap 0.02 # what is being written
        while has_grown; do :; done
        terminal capture-pane -p >screen
    done
}

has_grown() { # what is written
    local more
    IFS= read -rd '' -u "$written" more || [ -n "$more" ]
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
