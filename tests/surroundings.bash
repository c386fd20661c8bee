# surroundings.bash: a script that users start sources it first. It runs that script again with nothing of the user's
# surroundings but what is meant for the script. Other variables would change what shells, compilers and tools do
# (POSIXLY_CORRECT, LC_ALL, CPATH, GREP_OPTIONS, SHELLOPTS, exported functions ...), an ignored signal what ends a
# program, a umask who may read a file, and a limit where a program fails.

# what is meant for our scripts: the names in the Makefile's list `data`, and these
meant_for_us='HOME TERM TMUX TMPDIR CC CFLAGS MINGW MINGW_CFLAGS WIDL MACH_HEADERS STANDSTILL
    SUBMISSION_NAME SSH_AUTH_SOCK'

if [ "${SURROUNDINGS:-}" != ours ]; then
    USERS_UMASK=$(umask) # for reports, which are the user's own
    umask 022
    for limit in d f m n q s t u v x; do # up to what the system allows
        case $limit in
        n) ulimit -S -n 1024 2>/dev/null || ulimit -S -n hard ;;
        s) ulimit -S -s 8192 2>/dev/null || ulimit -S -s hard ;;
        *) ulimit -S -$limit hard 2>/dev/null ;;
        esac
    done
    kept=(SURROUNDINGS=ours LC_ALL=C "USERS_UMASK=$USERS_UMASK" "HOME=${HOME:-/}")
    # shellcheck disable=SC2162 # without -r it joins the lines
    while IFS= read line; do
        [[ $line != 'data := '* ]] || meant_for_us+=" ${line#*:=}"
    done <"${BASH_SOURCE[0]%/*}/../Makefile"
    for name in $meant_for_us; do
        [ -z "${!name:-}" ] || kept+=("$name=${!name}")
    done
    # a folder that is none for sure, "." or a blank, would be another one after each cd
    rest=$PATH: path=
    while [ -n "$rest" ]; do
        [[ $rest != /* ]] || path+=:${rest%%:*}
        rest=${rest#*:}
    done
    for stream in 0 1 2; do # taken for open, as POSIX does
        [ -e /dev/fd/$stream ] || eval "exec $stream<>/dev/null"
    done
    PATH=${path#:}
    exec env -i --default-signal "${kept[@]}" "PATH=$PATH" bash "${BASH_SOURCE[-1]}" "$@"
fi

# at_exit COMMAND [STATUS]: COMMAND runs when the script ends. If a signal ends it, the script's status is STATUS, or else
# 128 and the signal's number. A signal's trap runs COMMAND itself: bash skips the EXIT trap if another trap exits just
# as it begins. So COMMAND may start twice.
# shellcheck disable=SC2064 # expanded now
at_exit() {
    local signal
    trap "$1" EXIT
    for signal in HUP:129 INT:130 TERM:143; do
        trap "trap '' HUP INT TERM; trap - EXIT; $1; exit ${2:-${signal#*:}}" "${signal%:*}"
    done
}

# choose_tmpdir NAME: a folder for temporary files whose path is short (a socket's has at most 107 bytes) and plain,
# where programs run; else says why not, as NAME, and ends the script with 3
choose_tmpdir() {
    local probe
    [[ ${TMPDIR:=/tmp} =~ ^/[A-Za-z0-9/._-]{1,49}$ ]] || TMPDIR=/tmp
    export TMPDIR
    if ! probe=$(mktemp -q "$TMPDIR/probe.XXXXXX"); then
        echo "$1: no file can be made in $TMPDIR: set TMPDIR to a folder where you may write" >&2
        exit 3
    fi
    # shellcheck disable=SC2016 # it removes itself
    printf '#!/bin/sh\nexec rm "$0"\n' >"$probe" && chmod 700 "$probe" && "$probe" 2>/dev/null && return
    rm -f "$probe"
    echo "$1: no program runs in $TMPDIR (is it mounted noexec, or full?): set TMPDIR to another folder" >&2
    exit 3
}
