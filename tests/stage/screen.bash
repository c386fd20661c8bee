# screen.bash: what the lecture and watch need of a terminal.

# usable_term: TERM names a terminal that tmux can draw on; one that nobody here knows is taken for
# a vt100.
# unicode is then empty, else what tells tmux that the terminal can show all letters.
usable_term() {
    unicode=-u
    [ "${TERM:-}" = screen ] || tput -T "${TERM:-dumb}" cup 1 1 >/dev/null 2>&1 || {
        export TERM=vt100
        unicode=
    }
}

need() { # COMMAND PACKAGE
    command -v "$1" >/dev/null && return
    echo "${me:-${0##*/}}: needs $1: apt-get install $2" >&2
    exit 1
}

pairs() { # of topics, which have a Makefile
    local pair all=''
    for pair in */*/producer.c; do
        if [ -e "${pair%%/*}/Makefile" ]; then all+=" ${pair%/producer.c}"; fi
    done
    echo "${all# }"
}

is_pair() { # NAME
    [[ $1 == [a-z]*/[a-z]* && $1 != *[!a-z/]* && -e $1/producer.c && -e ${1%%/*}/Makefile ]]
}
