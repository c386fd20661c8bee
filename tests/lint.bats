# The sources, checked by every compiler and checker that is installed: `make lint`.

load helper

setup() { cd "$SUITE" || return; }
teardown() { :; }

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wwrite-strings -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2 -Wundef"

compile() { # COMPILER [FLAG]...
    local source
    for source in */{posix,model}/*.c; do
        [ -e "$source" ] || continue
        # -fsyntax-only leaves out the warnings that need the optimiser
        # shellcheck disable=SC2086 # the warnings are words
        "$@" -std=gnu17 -O2 $warnings -Werror -c -o /dev/null "$source"
    done
}

@test "gcc has nothing to say" {
    need gcc gcc
    compile gcc -Wlogical-op -Wduplicated-cond -Wjump-misses-init
}

@test "gcc's analyzer has nothing to say" {
    need gcc gcc
    compile gcc -fanalyzer
}

@test "clang has nothing to say" {
    need clang clang
    compile clang
}

@test "cppcheck has nothing to say" {
    need cppcheck cppcheck
    cppcheck -q --std=c11 --library=posix --enable=warning,performance,portability \
        --inline-suppr --error-exitcode=1 ./*/posix ./*/model
}

windows() { # COMPILER [FLAG]...
    local source
    for source in ./*/windows/*.c ./*/rpc/{producer,consumer}.c tests/tools/probe.c tests/tools/holder.c; do
        # shellcheck disable=SC2086 # the warnings are words
        "$@" -std=c17 -O2 $warnings -Wconversion -Werror -DWIN32_LEAN_AND_MEAN "$source"
    done
}

@test "mingw gcc and its analyzer have nothing to say" {
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    windows x86_64-w64-mingw32-gcc -fanalyzer -c -o /dev/null
}

@test "clang for Windows has nothing to say" {
    need clang clang
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    windows clang --target=x86_64-w64-mingw32 -fsyntax-only
}

@test "cppcheck for Windows has nothing to say" {
    need cppcheck cppcheck
    cppcheck -q --std=c11 --platform=win64 --library=windows --error-exitcode=1 \
        --enable=warning,performance,portability --inline-suppr ./*/windows ./*/rpc/{producer,consumer}.c
}

@test "clang-format agrees with the layout" {
    need clang-format clang-format
    git ls-files '*.[ch]' 2>/dev/null | xargs -r clang-format --dry-run -Werror
}

@test "shellcheck has nothing to say" {
    need shellcheck shellcheck
    shellcheck -x -P tests tests/run tests/deps tests/stage/demo tests/stage/lecture tests/grader/exercise tests/bench \
        tests/isolate .ci/run tests/*.bats tests/*/*.bats tests/*.bash tests/*/*.bash tests/grader/grade tests/grader/gradescope/{run_autograder,setup.sh}
}
