#!/usr/bin/env bash
# checks.bash: runs the checks of a grading, each in a shell of its own, and prints what came of each, as TAP, when it
# has ended. bats could do that, too, but starts nine processes for each check and follows every command of it.
# usage: checks.bash CHECKS PLAN [alone]    what checks.awk wrote; a line a check that is to run: NUMBER, a tab, [POINTS] NAME
# A check that fails is tried once more with our own programs: if they fail as well, it is not the submission's fault,
# and there is no grade. With `alone` they are not tried.

set -u
if [ $# -lt 2 ] || [ $# -gt 3 ] || [ "${3:-alone}" != alone ] || [[ $1 == -* ]]; then
    sed -n '/^# usage/s/^# //p' "$0" >&2
    exit 2
fi
BATS_TEST_DIRNAME=${BASH_SOURCE[0]%/*}
[[ $BATS_TEST_DIRNAME == /* ]] || BATS_TEST_DIRNAME=$PWD/$BATS_TEST_DIRNAME
BATS_RUN_TMPDIR=$TMPDIR BATS_FILE_TMPDIR=$TMPDIR/file
# what the checks call, whose names are only known when it runs
# shellcheck disable=SC1090,SC2317
load() { source "$BATS_TEST_DIRNAME/$1.bash" || exit; }
# shellcheck disable=SC2317
skip() {
    BATS_TEST_SKIPPED=yes
    printf '%s' "${1:-}" >"$BATS_TEST_TMPDIR.skipped"
    exit 0
}
# shellcheck disable=SC1090
source "$1" || exit
mapfile -t plan <"$2"
exec {results}>&1 >/dev/null 2>&1
set +u # the checks are written for bats
nap 0  # opens what it waits with, once for all

# one check, in a shell of its own that ends at the first command that fails
check() { # NUMBER NAME [ours]
    exec {results}>&-
    ours=${3:-}
    BATS_TEST_NUMBER=$1 BATS_TEST_DESCRIPTION=$2 BATS_TEST_TMPDIR=$TMPDIR/$1${ours:+-ours}
    BATS_TEST_COMPLETED='' BATS_TEST_SKIPPED=''
    [ -d "$BATS_TEST_TMPDIR" ] || mkdir "$BATS_TEST_TMPDIR" || exit
    exec >"$BATS_TEST_TMPDIR.log" 2>&1
    trap 'status=$?; set +e; teardown; exit "$status"' EXIT
    set -e
    setup
    "check_$1"
    BATS_TEST_COMPLETED=1
}

numbers=("${plan[@]%%$'\t'*}")
[ -d "$BATS_FILE_TMPDIR" ] || mkdir -p "$BATS_FILE_TMPDIR" "${numbers[@]/#/$TMPDIR/}"
ended=0
for line in "${plan[@]}"; do
    number=${line%%$'\t'*} name=${line#*$'\t'}
    (check "$number" "$name")
    status=$? here=$TMPDIR/$number
    if [ "$status" != 0 ] && [ -z "${3:-}" ] && [ -e "$here.uses-ours" ]; then
        (check "$number" "$name" ours)
        ours_status=$?
        if [ "$ours_status" != 0 ]; then
            echo "Bail out! our own programs fail here, too: ${name#* }" >&"$results"
            while IFS= read -r line; do echo "# $line"; done <"$here-ours.log" >&"$results"
            exit 3
        fi
    fi
    if [ -e "$here.skipped" ]; then
        echo "ok $((++ended)) $name # skip $(<"$here.skipped")"
    elif [ "$status" = 0 ]; then
        echo "ok $((++ended)) $name"
    else
        echo "not ok $((++ended)) $name"
        points=0/1
        [ ! -e "$here.points" ] || points=$(<"$here.points")
        echo "# points $points"
        while IFS= read -r line; do echo "# $line"; done <"$here.log"
    fi >&"$results"
done
teardown_file
exit 0
