# tests/run itself, in a copy that has tests of its own.

load helper
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    [ -x "$TOOLS/await" ] || build_tools
    mkdir suite
    cp -Rp "$TESTS" suite # with their times, or the tools would be built again
    rm suite/tests/*.bats suite/tests/*/*.bats
}
teardown() { :; }

# a file of tests in the copy, from standard input
file_of_tests() { # NAME
    { printf 'load helper\nsetup() { :; }\nteardown() { :; }\n' && sed 's,^TEST ,@test ,'; } >"suite/tests/$1" # bats would take those here for its own
}

run_copy() { # [NAME=VALUE]... JOB...
    (
        close_others
        PATH=$(tr : '\n' <<<"$PATH" | grep -v 'bats-core$' | paste -sd :)
        mapfile -t bats_own < <(compgen -v BATS_)
        exec env "${bats_own[@]/#/--unset=}" -u TEST -u SUITE "$@"
    ) </dev/null >output 2>&1
}

@test "a job that stands still is ended, says which test stood, and the others go on" {
    file_of_tests stands.bats <<'END'
TEST "passes" { :; }
TEST "stands" { while :; do nap 1; done; }
TEST "is never come to" { :; }
END
    file_of_tests passes.bats <<'END'
TEST "passes" { :; }
END
    run ! run_copy STANDSTILL=$((3 * ${SLOWNESS:-1})) bash suite/tests/run stands.bats passes.bats
    cat output
    grep -q '^stands.bats  *1 passed, 2 FAILED in ' output
    grep -q '^    not ok 0 stands # none of the tests has ended for [0-9]* seconds$' output
    grep -qx "      make test ONLY=stands.bats TEST='stands'" output
    grep -q '^passes.bats  *1 passed in ' output
    [ "$(tail -n 1 output)" = '2 passed, 2 failed, 0 skipped' ]
}

@test "what fails is told with the command that runs it alone, and that runs it alone" {
    file_of_tests fails.bats <<'END'
TEST "it's (not) .* right" { false; }
TEST "is right" { :; }
TEST "is skipped" { skip "no reason"; }
END
    run ! run_copy bash suite/tests/run fails.bats
    cat output
    command=$(sed -n 's/^ *make test ONLY=fails.bats //p' output)
    [ "$command" = "TEST='it'\\''s (not) .* right'" ]
    grep -q 'is skipped: no reason$' output
    [ "$(tail -n 1 output)" = '1 passed, 1 failed, 1 skipped' ]
    run ! run_copy TEST="it's (not) .* right" bash suite/tests/run fails.bats
    [ "$(tail -n 1 output)" = '0 passed, 1 failed, 0 skipped' ]
}

@test "tests that end the whole file early are failures, and so is a job that has none" {
    file_of_tests early.bats <<'END'
TEST "ends all" { kill -KILL $PPID; }
TEST "another" { :; }
END
    run ! run_copy bash suite/tests/run early.bats
    cat output
    [[ "$(tail -n 1 output)" =~ ^[01]\ passed,\ [12]\ failed,\ 0\ skipped$ ]]
    file_of_tests none.bats </dev/null
    run ! run_copy bash suite/tests/run none.bats
    [[ "$(tail -n 1 output)" == '0 passed, 1 failed, 0 skipped' ]]
    run -2 run_copy bash suite/tests/run nothing
    grep -q '^run: nothing: no such topic, pair or file of tests$' output
}
