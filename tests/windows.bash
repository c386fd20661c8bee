# windows.bash: what the tests of the Windows pairs share: programs that are none of theirs.

holder() { # its path, in a folder where start finds it
    if [ ! -e "$BATS_FILE_TMPDIR/$PAIR" ]; then
        mkdir -p "$BATS_FILE_TMPDIR/${PAIR%/*}"
        ln -s "$TOOLS" "$BATS_FILE_TMPDIR/$PAIR"
    fi
    echo "$BATS_FILE_TMPDIR/$PAIR/holder.exe"
}

# hold KIND NAME: somebody else's object, until let_go
hold() {
    holder >/dev/null
    SUITE=$BATS_FILE_TMPDIR start holder holder "$@"
    says holder '^holding'
}

let_go() {
    kill -KILL "${pid[holder]}"
    ends holder 137
}

# a typed input: what is written to descriptor 9 (8, 7 for more) arrives at once
keyboard() { # NAME DESCRIPTOR
    mkfifo "$1"
    eval "exec $2<>$1" # both ends, so that no open waits for the other
}
