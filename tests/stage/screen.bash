# screen.bash: what the lecture, watch and why share.

# build_tool NAME...: of tests/tools, into TOOLS. The usual place has a name of its own there, since make
# could not have blanks in its path.
build_tool() {
    local place=$TOOLS
    [ "$TOOLS" != "$PWD/build/tools" ] || place=../../build/tools
    make -s -C tests/tools BUILD="$place" "${@/#/$place/}" >&2
}

# own_folder NAME: sets folder to a new one for temporary files, with a path that is short and plain
own_folder() {
    [[ ${TMPDIR:-} =~ ^/[A-Za-z0-9/._-]{1,49}$ ]] || TMPDIR=/tmp
    export TMPDIR
    folder=$(mktemp -d "$TMPDIR/$1.XXXXXX")
}

# choose_preload FOLDER: sets preload to a path of calls.so; LD_PRELOAD could not have blanks in it
choose_preload() {
    preload=$TOOLS/calls.so
    if [[ $preload == *[!A-Za-z0-9/._-]* ]]; then
        ln -s "$preload" "$1/calls.so"
        preload=$1/calls.so
    fi
}

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

pairs() { # of topics, which have a Makefile; not in a copy of one, as my-shm is
    local pair all=''
    for pair in */*/producer.c; do
        if is_pair "${pair%/producer.c}"; then all+=" ${pair%/producer.c}"; fi
    done
    echo "${all# }"
}

is_pair() { # NAME
    [[ $1 == [a-z]*/[a-z]* && $1 != *[!a-z/]* && -e $1/producer.c && -e ${1%%/*}/Makefile ]]
}
