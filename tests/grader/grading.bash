# For the tests of the grader itself.

# as_from_a_shell COMMAND...: what this bats tells its own parts is not for the one that the grader starts
as_from_a_shell() {
    (
        close_others
        PATH=${PATH//"$BATS_LIBEXEC:"/}
        # a later bats has variables that are read-only: env takes them away
        bats_own=("${!BATS_@}")
        exec env "${bats_own[@]/#/--unset=}" "$@"
    ) </dev/null
}

# grade ...: with a patience of its own, or $patience seconds; more where the machine is slow
grade() {
    PATIENCE=$((${patience:-20} * ${SLOWNESS:-1})) as_from_a_shell "$TESTS/grader/grade" "$@"
}
