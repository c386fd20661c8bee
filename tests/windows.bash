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
