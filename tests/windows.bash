# windows.bash: what the tests of the Windows pairs share: programs that are none of theirs.

holder() { # its path; built at the first call
    local folder=$BATS_FILE_TMPDIR/$PAIR
    if [ ! -e "$folder/holder.exe" ]; then
        mkdir -p "$folder"
        x86_64-w64-mingw32-gcc -static -s -DWIN32_LEAN_AND_MEAN -o "$folder/holder.exe" "$TESTS/tools/holder.c"
    fi
    echo "$folder/holder.exe"
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
    printf 'one\ntwo\n' | cmp - "$(output)"
    nothing_left
}
