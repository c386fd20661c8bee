# The sources, checked by every compiler and checker that is installed: `make lint`. Linters have
# opinions that change with their version, so `make test` leaves them out; .ci/run has both.

load helper

setup() { cd "$SUITE" || return; }
teardown() { :; }

warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wwrite-strings -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2 -Wundef)

# files KIND: those that are the suite's, one a line; what a user has put beside them is not
files() {
    local makefile topics=()
    for makefile in */Makefile; do topics+=("${makefile%/*}"); done
    case $1 in
    posix) find "${topics[@]}" -path '*/posix/*.c' -o -path '*/model/*.c' ;;
    windows) find "${topics[@]}" -path '*/windows/*.c' -o -path '*/rpc/*.c' ! -name 'lines_?.c' ;;
    layout) find "${topics[@]}" tests handouts -path '*/build' -prune -o -name '*.[ch]' ! -path '*/rpc/lines*' -print ;;
    shell) # by name, or by the interpreter in the first line
        find "${topics[@]}" tests handouts .ci .devcontainer -path '*/build' -prune -o -type f \
            \( -name '*.bats' -o -name '*.bash' -o -name '*.sh' -o ! -name '*.*' \) -print |
            while read -r file; do
                [[ $file =~ [.](bats|bash)$ ]] || head -n 1 "$file" | grep -Eaq '^#!.*[/ ](ba)?sh$' || continue
                echo "$file"
            done
        ;;
    tools) printf '%s\n' tests/tools/{probe,holder}.c tests/windows-kit/check.c ;;
    esac
}

# on_each NUMBER KIND COMMAND...: on so many of the files at a time, on all processors at once
on_each() {
    local number=$1 list
    list=$(files "$2") # none: a broken pattern, not a clean suite
    [ "$(wc -l <<<"$list")" -gt 1 ] || { echo "no files of kind $2" && return 1; }
    shift 2
    xargs -r -d '\n' -n "$number" -P "$(nproc)" "$@" <<<"$list"
}

# -fsyntax-only would leave out the warnings that need the optimizer
compile() { # COMPILER [FLAG]...
    on_each 1 posix "$@" -std=gnu17 -O2 "${warnings[@]}" -Werror -c -o /dev/null
}

@test "gcc has nothing to say" {
    need gcc gcc
    compile gcc -Wlogical-op -Wduplicated-cond -Wjump-misses-init
}

@test "gcc's analyzer has nothing to say" {
    need gcc gcc
    # gcc 14 takes the result of dup2 for a descriptor of its own; valgrind looks for lost ones
    compile gcc -fanalyzer -Wno-analyzer-fd-leak
}

@test "clang has nothing to say" {
    need clang clang
    compile clang
}

@test "gcc has nothing to say of the naive programs" {
    need gcc gcc
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    make -s -C handouts/naive BUILD="$BATS_TEST_TMPDIR" CFLAGS="-O2 ${warnings[*]} -Werror" \
        MINGW_CFLAGS="-O2 ${warnings[*]} -Werror"
}

@test "gcc with musl's headers has nothing to say" {
    need musl-gcc musl-tools
    compile musl-gcc
}

# All branches, where this version asks; and mmap, MapViewOfFile fail otherwise than by NULL from malloc
check() { # KIND [FLAG]...
    local kind=$1 thorough=()
    shift
    ! cppcheck --help | grep -q -- --check-level= || thorough=(--check-level=exhaustive --suppress=nullPointerOutOfMemory)
    on_each 1 "$kind" cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr \
        --error-exitcode=1 "${thorough[@]}" "$@"
}

@test "cppcheck has nothing to say" {
    need cppcheck cppcheck
    check posix --library=posix
}

windows() { # COMPILER [FLAG]...
    local kind compiler=$1
    shift
    for kind in windows tools; do
        on_each 1 $kind "$compiler" -std=c17 -O2 "${warnings[@]}" -Wconversion -Werror -DWIN32_LEAN_AND_MEAN "$@"
    done
}

@test "mingw gcc and its analyzer have nothing to say" {
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    windows x86_64-w64-mingw32-gcc -fanalyzer -c -o /dev/null
}

@test "clang for Windows has nothing to say" {
    need clang clang
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    # the kit's fail, skip and say hand on a format; an attribute that says so would be nothing for Microsoft's compiler
    windows clang --target=x86_64-w64-mingw32 -fsyntax-only -Wno-format-nonliteral
}

# mingw's headers serve each processor; no other part of a compiler for ARM64 is needed
@test "clang for Windows on ARM64 has nothing to say, GNU extensions included" {
    need clang clang
    headers=/usr/share/mingw-w64/include
    [ -e $headers/windows.h ] || skip "needs $headers: apt-get install mingw-w64-common"
    windows clang --target=aarch64-w64-mingw32 -isystem $headers -Wgnu -fsyntax-only -Wno-format-nonliteral
}

@test "cppcheck for Windows has nothing to say" {
    need cppcheck cppcheck
    check windows --platform=win64 --library=windows
}

@test "clang-format agrees with the layout" {
    need clang-format clang-format
    on_each 20 layout clang-format --dry-run -Werror
}

@test "shellcheck has nothing to say" {
    need shellcheck shellcheck
    on_each 1 shell shellcheck -x -P tests
}

prose() { # the files that people read as text
    find . -path ./build -prune -o -path './*/build' -prune -o -path './.git' -prune -o -name '*.md' -print
}

@test "proselint has nothing to say" {
    need proselint python3-proselint
    # not its opinions on typography, which code does not follow, nor on style, which change with its version, nor on
    # words that stand twice: in a transcript they do, at the end of a line and at the beginning of the next
    prose | xargs -d '\n' proselint |
        grep -vE ' (typography|archaism|cliches|misc\.|hyperbole|weasel|industrial|leonard|lexical_illusions)' >"$BATS_TEST_TMPDIR/said" || true
    cat "$BATS_TEST_TMPDIR/said" && [ ! -s "$BATS_TEST_TMPDIR/said" ]
}

@test "codespell knows every word" {
    need codespell codespell
    { prose && files layout && files shell; } | xargs -d '\n' codespell -L retrun,fo,nd,nin
}

@test "no words that readers stumble over" {
    local words
    words=$(grep -v '^#' tests/words | cut -f 1 | paste -sd '|')
    { prose && files layout && files shell; } | xargs -d '\n' grep -nwE "$words" >"$BATS_TEST_TMPDIR/found" || true
    cat "$BATS_TEST_TMPDIR/found" && [ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "no word stands twice in a row" {
    prose | xargs -d '\n' grep -nE '(^|[ (*])([a-z]{2,}) \2($|[ ,;)*]|[.]($|[ )]))' >"$BATS_TEST_TMPDIR/found" || true
    cat "$BATS_TEST_TMPDIR/found" && [ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "lines end before column 100" {
    # in Markdown, a table's row or what is typed cannot be broken
    # shellcheck disable=SC2016 # expanded by awk
    { prose && files layout; } | xargs -d '\n' awk '
        FNR == 1 { fenced = 0 }
        FILENAME ~ /md$/ && /^ *```/ { fenced = !fenced }
        FILENAME ~ /md$/ && (fenced || /^\|/ || /https:/) { next }
        { line = $0; gsub(/\t/, "        ", line) }
        length(line) > 99 { print FILENAME ":" FNR ": " length(line); found = 1 }
        END { exit found }'
}

# every interleaving of the steps of both sides, deaths and interruptions included: what is left out stands in the models
@test "spin finds no error in the models of the protocols" {
    need spin spin
    mkdir "$BATS_TEST_TMPDIR/models" && cp tests/models/*.pml "$BATS_TEST_TMPDIR/models" && cd "$BATS_TEST_TMPDIR/models"
    for model in 'shm ' 'shm -DALONE' 'mqueue '; do
        # shellcheck disable=SC2086 # no option is no word
        spin -a ${model#* } "${model% *}.pml"
        gcc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c
        ./pan -m1000000 >verdict
        cat verdict
        grep -q 'errors: 0$' verdict
        run ! grep -i 'search was not completed\|max search depth too small\|out of memory' verdict
    done
}
