# For the tests of the grader itself.

# as from a shell: what this bats tells its own parts is not for the one that the grader starts
grade() {
    (
        close_others
        unset "${!BATS_@}"
        PATH=$(tr : '\n' <<<"$PATH" | grep -v 'bats-core$' | paste -sd :)
        exec "$TESTS/grade" "$@"
    ) </dev/null
}
