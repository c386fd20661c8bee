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

# windows PATH: as a Windows program is to be told it
windows() {
    echo "Z:${1//\//\\}"
}

# a producer whose input is a pipe into which somebody writes 0 bytes in the middle
carry_around_nothing() {
    holder >/dev/null
    consume
    SUITE=$BATS_FILE_TMPDIR start producer holder feed "$(windows "$SUITE/$PAIR/producer.exe")${name:+ $name}"
    ends producer 0
    ends consumer 0
    printf 'one\ntwo\n' | cmp - "$came"
    nothing_left
}
