# For the tests of the grader itself.

# as_from_a_shell COMMAND...: what this bats tells its own parts is not for the one that the grader starts
as_from_a_shell() {
    (
        close_others
        # a later bats has variables that are read-only: env takes them away
        PATH=$(tr : '\n' <<<"$PATH" | grep -v 'bats-core$' | paste -sd :)
        mapfile -t bats_own < <(compgen -v BATS_)
        exec env "${bats_own[@]/#/--unset=}" "$@"
    ) </dev/null
}

# grade ...: with a patience of its own, or $patience seconds; more where the machine is slow
grade() {
    PATIENCE=$((${patience:-20} * ${SLOWNESS:-1})) as_from_a_shell "$TESTS/grader/grade" "$@"
}
