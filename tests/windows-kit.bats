# make windows-kit, and the self-check in it, under Wine: there it can only show that it works itself.

PAIR=shm/windows # any of Windows: setup then starts a Wine
load helper
load windows

# Letters of several alphabets, and spaces: what the folder of a user may be called
strange='Ünï cödé 進/my kit'

setup_file() {
    command -v x86_64-w64-mingw32-gcc >/dev/null && command -v zip >/dev/null || return 0
    command -v x86_64-w64-mingw32-widl >/dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return
    linked_suite {shm,mailslot,pipes,fifo,alpc,LICENSE}
    GIT_DIR=/nonexistent SOURCE_DATE_EPOCH=1700000000 make -s -C suite windows-kit
    mv suite/build/ipc-suite-windows.zip .
}

pack() { # TESTS FOLDER: not named after a commit: a copy has none
    GIT_DIR=/nonexistent SOURCE_DATE_EPOCH=1700000000 sh "$1/windows-kit/pack" "$2"
}

# unpack FOLDER: the kit, in that folder of this test
unpack() {
    need zip zip
    need unzip unzip
    need x86_64-w64-mingw32-widl mingw-w64-tools
    mkdir -p "$1"
    unzip -q "$BATS_FILE_TMPDIR/ipc-suite-windows.zip" -d "$1"
    kit=$1/ipc-suite
    # what a console takes: Ctrl-C comes from there
    cp -n /usr/lib/*/wine/x86_64-windows/{conhost.exe,{gdi32,user32,win32u,zlib1,version}.dll} \
        "$WINEPREFIX/drive_c/windows/system32" || true
}

# check STATUS [PAIR]...: runs the kit's check.exe; what it says is in `said`
check() {
    local expected=$1 line lines gone deadlock='' status=0
    shift
    said=''
    rm -f report && mkfifo report
    (close_others && cd "$kit" && LC_ALL=C.UTF-8 exec "${WINE[@]}" ./check.exe "$@") </dev/null >report 2>check.err &
    pid[check]=$!
    exec {lines}<report
    while ((status == 0)); do
        gone=''
        ! is_gone check || gone=yes
        IFS= read -rt 2 -u "$lines" line || status=$?
        said+=$line
        [[ $line != *$'\r' ]] || said+=$'\n'
        ((status > 128)) || continue
        # it has said nothing for two seconds; it ends what hangs, and nobody could tell afterwards why it did
        wine_has_deadlock && deadlock=yes
        [ -n "$gone" ] || status=0 # else one of Wine's own may have the other end yet
    done
    status=0
    exec {lines}<&-
    wait "${pid[check]}" || status=$?
    unset "pid[check]"
    printf %s "$said" >check.out
    said=${said//$'\r'/}
    [ "$status" = "$expected" ] && return
    not_without_wine '' "$status"
    [ -z "$deadlock" ] || wines_fault "Wine's own deadlock in a process that ends"
    echo "check.exe ended with status $status"
    echo "$said"
    cat check.err
    return 1
}

wine_has_deadlock() {
    local process
    for process in /proc/[0-9]*; do
        ! wine_deadlock "$process" 2>/dev/null || return 0
    done
    return 1
}

# README: make windows-kit
@test "the kit has each Windows pair with its sources, and text with Windows' line ends" {
    unpack .
    for pair in "$SUITE"/*/windows "$SUITE"/*/rpc; do
        [ -e "$pair/producer.c" ] || continue
        pair=${pair#"$SUITE"/}
        for file in {producer,consumer}.{c,exe}; do [ -s "$kit/$pair/$file" ]; done
        for file in "$SUITE/$pair/"*.h; do equal "$file" "$kit/$pair/${file##*/}"; done
        has_text "$kit/check/check.c" "\"$pair\"" # it is checked, too
        has_text "$kit/README.txt" "^    ${pair/\//\\\\} "
    done
    run ! grep -v $'\r$' "$kit"/{README.txt,build.cmd,LICENSE.txt}
    [ -s "$kit/pipes/windows/twoway.exe" ]
    [ -s "$kit/alpc/rpc/lines_c.c" ]
    run ! grep -rl "${TESTS%/*}" "$kit" # nothing says where it was built
    [ -z "$(find "$kit" -name '*.o')" ]
}

@test "the kit is the same, byte for byte, when it is built again elsewhere" {
    unpack .
    mkdir copy copy/tests
    cp -a "$TESTS/../LICENSE" "$SUITE"/{shm,mailslot,pipes,fifo,alpc} copy
    cp -a "$TESTS/windows-kit" copy/tests
    rm copy/mailslot/windows/*.exe # the linker writes another time into these
    umask 077
    TZ=America/New_York pack copy/tests "$PWD"
    cmp ipc-suite-windows.zip "$BATS_FILE_TMPDIR/ipc-suite-windows.zip"
}

@test "make windows-kit says in one line what is missing" {
    local file
    mkdir tools
    ln -sf /usr/sbin/* /usr/bin/* tools
    for file in zip x86_64-w64-mingw32-widl x86_64-w64-mingw32-gcc; do
        rm -f "tools/$file"
        PATH=$PWD/tools run ! make -s -C "$TESTS/.." windows-kit
        [[ ${lines[0]} == "windows-kit: not made: needs $file (package "* ]]
    done
}

@test "the self-check passes on all pairs, in a folder with spaces and foreign letters, and writes a report" {
    unpack "$strange"
    (PAIR=alpc/windows && use_stand_in && cp "$SUITE/$PAIR/"*.exe "$kit/$PAIR") # with the tests' stand-in for ALPC
    check 0
    [[ $said == *"; in fact Wine "* ]]
    [[ $said == *$'\n'[1-9]*" passed, 0 failed, "* ]]
    run ! grep '^skip' <(echo "$said" | grep -v 'console')
    for pair in shm/windows mailslot/windows pipes/windows fifo/windows alpc/rpc alpc/windows; do
        for promise in '1 MB comes out' 'a typed line' 'the consumer is killed at work' 'Ctrl-C to the producer'; do
            [[ $said =~ $'\n'"ok    $pair "\ *"$promise" ]]
        done
    done
    # the report says the same, and neither where it is nor who we are
    printf '\xef\xbb\xbf' | cmp -n 3 - "$kit/check-report.txt"
    cmp <(sed '$d' check.out) <(tail -c +4 "$kit/check-report.txt")
    run ! grep -i 'my kit\|Z:' "$kit/check-report.txt"
    [ -z "$(find "$WINEPREFIX/drive_c" -iname 'ipc-check*')" ]
}

@test "where Windows' calls for ALPC are missing, the self-check says so and goes on" {
    unpack .
    check 0 alpc/windows
    [[ $said == *"skip  alpc/windows      all else: producer: GetProcAddress NtAlpcCreatePort: error 127: no ALPC here"* ]]
    [[ $said == *" passed, 0 failed, 1 skipped"* ]]
}

@test "a broken pair is red, a missing program too, and a wrong argument is wrong usage" {
    unpack .
    # a consumer that writes text, as Windows' C does if nobody tells it not to
    sed '/for (DWORD/,/err(/c\fwrite(block, 1, length, stdout), fflush(stdout);' "$kit/pipes/windows/consumer.c" >"$kit/pipes/windows/broken.c"
    run ! cmp -s "$kit/pipes/windows/"{consumer,broken}.c
    x86_64-w64-mingw32-gcc -std=c17 -DWIN32_LEAN_AND_MEAN -D_X86INTRIN_H_INCLUDED -static -s -o "$kit/pipes/windows/consumer.exe" "$kit/pipes/windows/broken.c"
    rm "$kit/fifo/windows/consumer.exe"
    check 1 pipes/windows fifo/windows
    [[ $said == *"FAIL  pipes/windows     1 MB comes out byte for byte: 1000000 bytes went in, "* ]]
    [[ $said == *"FAIL  fifo/windows      its programs: consumer.exe is missing (error 2)"* ]]
    [[ $said =~ [1-9][0-9]*\ failed ]]
    check 2 no/such-pair
    has_text check.err '^usage: check '
}

@test "build.cmd calls cl with midl, else gcc, for every program, and says what is missing" {
    unpack .
    cp -n /usr/lib/*/wine/x86_64-windows/{cmd.exe,{shell32,shlwapi,shcore}.dll} \
        "$WINEPREFIX/drive_c/windows/system32" || true
    run "${WINE[@]}" cmd.exe /c 'exit 7'
    [ "$status" = 7 ] || skip "this Wine's cmd.exe needs more than our small Wine has"
    # no compiler: it writes down how it was called, and makes what it was to make
    cat >compiler.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char *argv[])
{
	FILE *calls = fopen(getenv("CALLS"), "ab");

	for (int i = 0; i < argc; i++) {
		fprintf(calls, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
		if (strncmp(argv[i], "/Fe:", 4) == 0)
			fclose(fopen(argv[i] + 4, "w"));
		if (strcmp(argv[i], "-o") == 0)
			fclose(fopen(argv[i + 1], "w"));
	}
	return fclose(calls) == EOF;
}
END
    mkdir -p cl gcc
    x86_64-w64-mingw32-gcc -static -s -o cl/cl.exe compiler.c
    cp cl/cl.exe cl/midl.exe
    cp cl/cl.exe gcc/gcc.exe
    build 1 none
    [[ $output == *"needs gcc or cl"* ]]
    build 1 cl x86
    [[ $output == *'needs the "x64 Native Tools'* ]]
    [ ! -e calls ]
    build 0 gcc
    [[ $output == *"all is built, with gcc"* ]]
    [ "$(grep -c '^gcc -std=c17 .* -o [a-z]*\.exe [a-z]*\.c' calls)" = 14 ]
    grep -q ' -o consumer.exe consumer.c lines_s.c -lrpcrt4 -ladvapi32$' calls
    build 0 cl x64
    [[ $output == *"all is built, with cl"* ]]
    [ "$(grep -c '^cl /nologo /std:c17 .* /Fe:[a-z]*\.exe [a-z]*\.c' calls)" = 14 ]
    [ "$(grep '^midl' calls)" = 'midl /nologo /env x64 lines.idl' ]
    grep -q ' /Fe:consumer.exe consumer.c lines_s.c rpcrt4.lib advapi32.lib$' calls
}

# build STATUS FOLDER [MACHINE]: build.cmd, from another folder, with that FOLDER in Windows' PATH
build() {
    rm -f calls
    CALLS=$(windows "$PWD/calls") WINEPATH=$(windows "$PWD/$2") VSCMD_ARG_TGT_ARCH=${3:-} \
        run -"$1" timeout "$PATIENCE" "${WINE[@]}" cmd.exe /c "$(windows "$PWD/$kit/build.cmd")"
}
