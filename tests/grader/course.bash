# course.bash: what the grading of one submission and that of a class both have to know.

known_formats=' text tap junit gradescope prairielearn vpl json csv '

# read_course NAME: of the file that COURSE names, if it does: sets course to its path (or /dev/null), extra to the files
# with checks of the course's own, VISIBILITY. If something is not there it says so, as NAME, and ends the script with 2.
read_course() {
    local from
    course=/dev/null extra=()
    if [ -z "${COURSE:-}" ]; then return; fi
    [ -r "$COURSE" ] || { echo "$1: $COURSE: there is no such course file" >&2 && exit 2; }
    course=$(realpath "$COURSE")
    from=$(sed -n 's/^checks[ \t]*//p' "$course")
    case $from in
    '') ;;
    /*) extra=("$from"/*.bats) ;;
    *) extra=("${course%/*}/$from"/*.bats) ;;
    esac
    [ -z "$from" ] || [ -e "${extra[0]:-}" ] ||
        { echo "$1: $COURSE: there are no *.bats in the folder of checks, $from" >&2 && exit 2; }
    VISIBILITY=$(sed -n 's/^visibility[ \t]*//p' "$course") && export VISIBILITY
}
