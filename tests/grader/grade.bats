# The grader's checks, with the points of each: what handouts/contract.md promises of a pair, seen from outside.
# `tests/grader/grade` runs them. "Ours" are the suite's own programs, "yours" those of the submission. The points of
# a pair add up to 100: what the other checks leave goes to the two of random words, half to each.
# One mistake costs points in one check: only the checks about clean-up look at what is left behind, for example.
# Tags: a pair needs the traits that they name, and lacks that of not-TRAIT. `again` and `protocol` are not for programs
# that have a protocol of their own, since they repeat what another check sees there, or need our other side.

load ../helper

setup() {
    declare -gA pid=() # of what runs
    declare -gi status=0 lost=0
    hopeless=''
    cd "$BATS_TEST_TMPDIR" || return
    box=$WORK/box/$BATS_TEST_NUMBER # where a submission's programs may make files
    use_name "grade-$$-$BATS_TEST_NUMBER${ours:+-ours}"
    known=(/proc/[0-9]*)
    came=consumer.out
    has two || came=producer.out
    case $PAIR in
    fifo/posix | alpc/model) name=$box/${name##*/} object=$name shown=$name ;;
    */windows | */rpc) start_wine ;;
    mach/*) need qemu-system-i386 qemu-system-x86 ;;
    esac
    # the processes of the submission's user; if it has none of its own, those that tests/helper.bash marks
    if [ -n "$STUDENT_ID" ] && [ -n "$AS_STUDENT" ]; then mark=user=$STUDENT_ID; else mark=STARTED_IN=$PWD; fi
}

# no process with the mark runs, as bash sees it; of a user's mark it sees only whether there is any new process
none_runs() {
    none_new "${mark##user=*}"
}

# helper's start calls it: what was started, to be repeated by hand
before_start() { # SIDE [ARGUMENT]...
    local file
    input=none
    for file in input* all-kinds empty keyboard / /dev/null; do
        if [[ /proc/self/fd/0 -ef $file ]]; then input=$file; fi
    done
    [[ ! -p /proc/self/fd/0 || $input != none ]] || input=yes
    [[ ${UNDER:-} != */short-write ]] || input=short-write:$input
    printf '%s\t%s\t%s\n' "$input" "${OUT:--}" "$*" >>commands
}

# note LINE: what else is typed, to see it by hand
note() {
    printf 'note\t-\t%s\n' "$*" >>commands
}

send() { # SIGNAL SIDE
    printf 'signal\t%s\t%s\n' "$1" "$2" >>commands
    if [ "$2" = consumer ] && ! has two; then
        kill "-$1" "$(child)"
    else
        kill "-$1" "${pid[$2]}"
    fi
}

# where a program lies, seen from the suite's folder or the kit's, as a shell reads it
place() { # SIDE: sets place
    place=${FROM_HERE:-}$PAIR/$1
    if is_yours "$1"; then place=$SUBMISSION/$1; fi
    ! is_windows || place+=.exe
    printf -v place %q "$place"
    ! is_windows || place="wine $place"
}

# by hand, a line a terminal, to be typed as it is: each is one that a shell takes
by_hand() {
    local input out side arguments line place typed='' short
    [[ $PAIR != mach/* ]] || return 0
    if has_text commands '^keyboard'; then typed=consumer; fi # a terminal would show each line at once
    [ -z "$typed" ] || has two || typed=producer
    while IFS=$'\t' read -r input out arguments; do
        arguments=${arguments//"${name:-no name}"/$by_hand_name}
        side=${arguments%% *}
        case $input:$out in
        note:*) echo "$arguments" && continue ;;
        signal:INT) echo "# press Ctrl-C in the terminal of the $side" && continue ;;
        signal:*)
            place "$side"
            if has two && [[ $place =~ ^[a-zA-Z0-9_./-]+$ ]]; then
                echo "pkill -$out -f '^$place $by_hand_name'"
            else
                echo "# kill -$out the $side: ps shows its number"
            fi
            continue
            ;;
        esac
        arguments=${arguments#"$side"}
        if ! has two; then place consumer && arguments=" $place"; fi
        place "$side"
        short=''
        if [[ $input == short-write:* ]]; then
            # shellcheck disable=SC2016 # $PWD is for the shell that the line is typed in
            printf -v short 'LD_PRELOAD=$PWD/%q ' "${FROM_HERE:-}build/tools/short-write.so"
        fi
        input=${input#short-write:}
        line=$short$place$arguments
        case $out in
        /dev/full) line+=" >/dev/full" ;;
        */sink) line+=" >/dev/null" ;;
        */held) line+=" | (read -r _ </dev/tty; wc -c)    # it reads when you press Enter" ;;
        esac
        case $input in
        none) ;;
        keyboard)
            [ "$typed" != producer ] || line+=" | cat"
            line+="    # and type two lines"
            ;;
        yes) line="yes | $line" ;;
        / | /dev/null) line+=" <$input" ;;
        *) line="$(printed "$input") | $line" ;;
        esac
        if [ "$side" = consumer ]; then
            line=${line% </dev/null}
            [ "$typed" != consumer ] || line+=" | cat"
        fi
        echo "$line"
    done <commands
}

# Of a check with several parts, how to repeat the first that fails; now, while its inputs are there
keep_by_hand() {
    local by_hand_name=/by-hand
    if [ -e by-hand ] || [ ! -s commands ]; then return; fi
    case $PAIR in
    fifo/posix | alpc/model) by_hand_name=/tmp/by-hand ;;
    */windows | */rpc) by_hand_name=by-hand ;;
    esac
    by_hand >by-hand
}

# printed FILE: the command that prints it, or something of the same kind
printed() {
    local size lines LC_ALL=C
    mapfile -t lines <"$1"
    size=$(exec stat -L -c %s "$1")
    if ((size <= 120)); then
        printf "printf '%s'" "$(od -An -v -to1 -w1 "$1" | while read -r byte; do
            case $byte in
            012) printf '\\n' ;;
            015) printf '\\r' ;;
            134 | 045 | 047 | [01][0123]? | 177 | [23]??) printf '\\%s' "$byte" ;;
            *) printf '%b' "\\0$byte" ;;
            esac
        done)"
    elif ((${#lines[0]} > 1000)); then # lines of the same length
        printf "printf '%%0${#lines[0]}d\\\\n'"
        printf ' 0%.0s' "${lines[@]}"
        echo
    elif ((size > 8000 * ${#lines[@]})); then
        printf '%s\n' "printf 'one\\n%0${size}d\\nthree\\n' 2"
    else
        echo "seq ${#lines[@]}"
    fi
}

# what a failed check has to say: each line has a bar before it, others are ours alone
say() {
    local text line
    mapfile -t text <<<"$*"
    for line in "${text[@]}"; do
        clean "${line:0:200}"
        echo "| $cleaned"
    done
}

say_file() { # FILE LINES [WIDTH]
    local text line
    mapfile -n "$2" -t text <"$1"
    for line in "${text[@]}"; do
        clean "${line:0:${3:-160}}"
        echo "|   $cleaned"
    done
}

# what a terminal, or a format, could take for something else
clean() { # TEXT: sets cleaned
    cleaned=${1//$'\xc2'[$'\x80'-$'\x9f']/?}
    cleaned=${cleaned//[[:cntrl:]]/?}
}

# lose POINTS WHY...: some of this check's; the check goes on
lose() {
    lost+=$1
    keep_by_hand
    shift
    [ $# = 0 ] || say "$@"
}

# out_of POINTS: the end of a check that may give some of its points
out_of() {
    ((lost > 0)) || return 0
    ((lost >= $1)) || echo "$(($1 - lost))/$1" >"$BATS_TEST_TMPDIR.points"
    return 1
}

still_running() {
    local label
    for label in "${!pid[@]}"; do
        named "$label"
        is_gone "$label" || say "$named is still running, $(doing "${pid[$label]}")"
    done
}

teardown() {
    local label
    if [ -z "${BATS_TEST_COMPLETED:-}" ] && [ -z "${BATS_TEST_SKIPPED:-}" ]; then
        still_running
        for label in *.err; do
            [ -s "$label" ] || continue
            named "${label%.err}"
            say "$named said:"
            say_file "$label" 3
        done
        keep_by_hand
        if [ -s by-hand ]; then
            say "by hand, each line in a terminal of its own${BUILD_BY:+ (first type $BUILD_BY)}:"
            say_file by-hand 8 600
        fi
    fi
    for label in "${!pid[@]}"; do
        kill -KILL "${pid[$label]}" 2>/dev/null
    done
    none_runs || "$TOOLS/await" kill "$mark"
    left_behind
    [ ${#left[@]} = 0 ] || rm -rf "${left[@]}"
    remove_object
    return 0
}

# what may not be there between two checks: sets left
left_behind() {
    local file
    left=()
    shopt -s nullglob dotglob
    for file in "$box"/* ${ISOLATED:+/dev/shm/* "$QUEUES"/*}; do
        [ "$file" = "${QUEUES:-}" ] || left+=("$file")
    done
    shopt -u nullglob dotglob
}

is_yours() { # LABEL
    [ "${who:-both}" = both ] || [[ $1 == "$who"* ]]
}

named() { # LABEL: sets named, the program in words
    named=$1
    case $1 in
    build*) ;;
    *) if is_yours "$1"; then named+=" (yours)"; else named+=" (ours)"; fi ;;
    esac
}

# soon CONDITION...: one of await's comes to hold; or it never will, since nothing moves any more
soon() {
    local -a unless=()
    ! has posix || unless=(or stuck "$mark")
    "$TOOLS/await" "$PATIENCE" "$@" "${unless[@]}" >awaited 2>&1 || return
    if [ "${#unless[@]}" = 0 ] || ! has_text awaited '^stuck '; then return 0; fi
    hopeless=yes
    return 1
}

nothing_left() {
    none_runs || soon none "$mark" . || { say "left behind: a process that is still running" && return 1; }
    if object_exists; then
        is_windows || note "ls -l ${object:-/dev/mqueue$name}"
        say "left behind: ${object:-$name} (who removes it? handouts/contract.md, promise 7)" && return 1
    fi
    left_behind
    [ ${#left[@]} = 0 ] || { say "left behind: ${left[*]}" && return 1; }
}

# doing PID: what it waits in, by the kernel's word
doing() {
    local state call first
    read -r state call first < <(exec "$TOOLS/await" look "$1")
    case $state in
    R) echo "busy: a loop that does not end?" && return ;;
    T) echo "stopped by a signal" && return ;;
    esac
    case $call in
    read) echo "in read() on $(descriptor "$1" "$first"): nothing comes, and no end of file" ;;
    write) echo "in write() on $(descriptor "$1" "$first"): nobody reads" ;;
    open | openat) echo "in open(): nobody has opened the other end" ;;
    futex) echo "probably in sem_wait(): nobody posts the semaphore" ;;
    mq_timedsend) echo "in mq_send(): the queue is full" ;;
    mq_timedreceive) echo "in mq_receive(): the queue is empty" ;;
    wait4 | waitid) echo "in waitpid(): its child has not ended" ;;
    *nanosleep) echo "asleep" ;;
    poll | ppoll) echo "in poll()" ;;
    accept | accept4) echo "in accept(): nobody connects" ;;
    recvfrom | recvmsg) echo "in recvmsg(): no message comes" ;;
    *) echo "waiting" ;;
    esac
}

descriptor() { # PID NUMBER
    local file
    file=$(readlink "/proc/$1/fd/$(($2))")
    case $(($2))-$file in
    0-*) echo "its standard input" ;;
    *pipe:*) echo "a pipe" ;;
    *) echo "${file##*/}" ;;
    esac
}

# yours WHO: the producer, the consumer or both are the submission's; not if it fails a check that comes before, which
# is the one to fix first
yours() {
    local side
    who=$1
    [ "$PROTOCOL" != own ] || who=both
    SUITE=$WORK/mix/$who
    for side in producer consumer; do
        if is_yours "$side"; then
            [ ! -s "$WORK/first-$side" ] || skip "first fix: $(<"$WORK/first-$side")"
        fi
    done
    if [ -n "$ours" ]; then
        SUITE=$OURS who=nobody
    else
        : >"$BATS_TEST_TMPDIR.uses-ours"
    fi
    case $PAIR in
    mach/*) UNDER=setsid ;; # a machine of its own, with its own limits
    *) UNDER="setsid ${AS_STUDENT:-prlimit} --cpu=20 --core=0 --fsize=67108864" ;;
    esac
    ! has posix || UNDER+=" --as=1073741824 --nofile=64"
}

# first SIDE: until this check has passed, the others of that side make no sense
first() {
    [ -n "$ours" ] || echo "${BATS_TEST_DESCRIPTION#* }" >"$WORK/first-$1"
}

passed() {
    : >"$WORK/first-$1"
}

# is_source FILE...: else the compiler would have a hundred words, and none of them helps
is_source() {
    local file start what
    for file; do
        IFS= LC_ALL=C read -rn 5 -d '' start <"$file"
        case $start in
        $'\xff\xfe'* | $'\xfe\xff'* | ?) what='UTF-16 text' ;;
        '{\rtf') what='a document in rich text' ;;
        $'PK\3\4'*) what='an archive or an office document' ;;
        $'\x7fELF'* | MZ*) what='a program, not its source' ;;
        '<!DOC' | '<html') what='a web page' ;;
        *) continue ;;
        esac
        say "${file##*/} is $what: save it as plain text in UTF-8" && return 1
    done
}

build() { # SIDE
    local file=${PAIR#*/}/$1 like theirs=$WORK/theirs log=$WORK/warnings-$1
    ! is_windows || file+=.exe
    first "$1"
    if [ -n "$ours" ]; then # would it build?
        theirs=$box log=build.log
        # shellcheck disable=SC2086 # $AS_STUDENT is words
        (close_others && exec $AS_STUDENT cp -R "$OURS/${PAIR%/*}" "$box") </dev/null
    elif [ ! -e "$theirs/$PAIR/$1.c" ]; then
        say "the submission has no $1.c (a plain file of at most 1 MB; its name is exactly that)"
        while IFS= read -r like; do say "it has: $like"; done <"$WORK/like-$1"
        return 1
    else
        is_source "$theirs/$PAIR"/*.[ch] || return
        : >"$BATS_TEST_TMPDIR.uses-ours"
    fi
    # shellcheck disable=SC2086 # $AS_STUDENT is words
    if ! (close_others && exec timeout -k 1 60 ${AS_STUDENT:-prlimit} --fsize=67108864 --core=0 --as=2147483648 \
        env LC_ALL=C make -s ${ours:+-B} -C "$theirs/${PAIR%/*}" "$file") </dev/null >"$log" 2>&1; then
        say_file "$log" 20
        rm "$log"
        return 1
    fi
    [ -z "$ours" ] || return 0
    cp -P --remove-destination "$theirs/${PAIR%/*}/$file" "$WORK/mix/$1/$PAIR/" &&
        cp -P --remove-destination "$theirs/${PAIR%/*}/$file" "$WORK/mix/both/$PAIR/"
    passed "$1"
}

# words NUMBER: lines that nobody can guess, at most 20000: from a place that nobody can guess in a file that
# only the grader can read
words() {
    local lines
    mapfile -n "$1" -s $((SRANDOM % 20000)) lines <"$RANDOM_WORDS"
    printf '%s' "${lines[@]}"
}

same() { # EXPECTED CAME
    local bytes
    ! equal "$1" "$2" >/dev/null 2>&1 || return 0
    mapfile -t bytes < <(stat -L -c %s "$1" "$2")
    say "expected ${bytes[0]} bytes, ${bytes[1]} came; from the first difference on, in lines (- expected, + came):"
    diff -a -U 0 <(cat -v "$1") <(cat -v "$2") | awk '
        NR > 3 && /^-/ && ++expected <= 2 { print }
        NR > 3 && /^\+/ && ++came <= 2 { lines = lines $0 "\n" }
        END { printf "%s", lines }' >difference
    say_file difference 4
    return 1
}

# shortly COMMAND...: it succeeds within a moment, in which most of what is waited for happens
shortly() {
    local i
    for ((i = 0; i < 60; i++)); do
        if "$@"; then return 0; fi
        nap 0.00$((i < 9 ? i + 1 : 9))
    done
    return 1
}

# gone LABEL: it has ended, or never will
gone() {
    if [ -n "$hopeless" ]; then # what runs was found to be stuck
        is_gone "$1"
        return
    fi
    shortly is_gone "$1" || soon ended "${pid[$1]}" || { not_without_wine "$1" && return 1; }
}

# ends LABEL STATUS, as the helper's, with words
ends() {
    local code=0 usual=$WORK/usual-$who-$1
    if [ "$1" = consumer ] && ! has two; then return; fi
    gone "$1" || return
    wait "${pid[$1]}" || code=$?
    unset "pid[$1]"
    [[ ! $code =~ ^($2)$ ]] || return 0
    not_without_wine "" "$code"
    ! status_lost "$1" "$2" "$code" || return 0
    [ "$who" != both ] || usual=$WORK/usual-$1-$1
    if [ "$2" = 0 ] && [ -e "$usual" ] && [ "$code" = "$(<"$usual")" ]; then return 0; fi # it has cost its points
    ended=$code
    named "$1"
    case $code in
    153) say "$named wrote more than 64 MB" ;;
    129 | 1[3-5]? | 16?) say "$named died of the signal $(kill -l "$code"); the status should be ${2//|/ or }" ;;
    *)
        side=${1/#*2/second ${1%2}} # producer2, say
        note "echo \$?    # in the terminal of the $side"
        if [[ $2 =~ ^1(30|43)$ ]]; then
            say "$named ended by exit($code), not by the signal; the status should be $2"
        else
            say "$named ended with status $code; it should be ${2//|/ or }"
        fi
        ;;
    esac
    return 1
}

says() { # LABEL PATTERN WHAT
    shortly said "$1" "$2" || soon text "$1.err" "$2" or ended "${pid[$1]:-0}" || true
    has_text "$1.err" "$2" || { named "$1" && say "$named does not say $3 on stderr" && return 1; }
}

# rests LABEL: it waits, asleep; or it is gone, and what came of it is the next question
rests() {
    soon idle "${pid[$1]}" or busy "${pid[$1]}" or ended "${pid[$1]}" || true
    hopeless='' # the other side may come yet
}

# sleeps LABEL
sleeps() {
    rests "$1"
    ! has_text awaited '^busy' ||
        { note "top    # the $1 keeps a processor busy" &&
            named "$1" && say "$named does not sleep while it waits: it tries again and again, and keeps a processor busy" && return 1; }
}

carry() { # FILE
    consume
    produce "$1"
    ends producer 0 && ends consumer 0 && same "$1" "$came"
}

# The first exchange: other checks make no sense if nothing arrives. Statuses that are wrong cost their points here,
# and only here.
first_exchange() { # SIDE
    local label partner=consumer
    first "$1"
    words 300 >input
    exec 8<input # the same open file: where the producer is in it, is seen here
    consume
    if has two; then start producer producer "$name" <&8; else start producer producer <&8; fi
    for label in producer consumer; do
        ended=''
        if ends $label 0; then continue; fi
        lose 2
        [ -z "$ended" ] || [ -n "$ours" ] || echo "$ended" >"$WORK/usual-$1-$label"
    done
    if same input "$came"; then
        [ "${#pid[@]}" != 0 ] || passed "$1"
    else
        lose 10
        explain "$1"
    fi
    out_of 10
}

# what theirs did instead of speaking our protocol
explain() { # SIDE
    local file position=1
    while read -r file position; do [ "$file" != pos: ] || break; done <"/proc/$BASHPID/fdinfo/8"
    if [ "$1" = producer ] && [ "$position" = 0 ]; then say "your producer has read nothing of its input"; fi
    if [ "$1" = consumer ] && [ ! -s "$came" ]; then say "your consumer has written nothing"; fi
    left_behind
    for file in "${left[@]}"; do
        [ "$file" = "${object:-$QUEUES$name}" ] ||
            say "your program created $file; the name was $name: use argv[1] as it is"
    done
    if [ "$PROTOCOL" = own ]; then return; fi
    case $PAIR in
    pipes/*) say "your $1 has to work with our other side: only the data goes through the pipe (handouts/contract.md, promises 1 to 3)" ;;
    *) say "your $1 has to work with our other side: both follow $PAIR/protocol.h" ;;
    esac
}

# All of them in two exchanges; if one fails, each kind in one of its own
every_kind() {
    local kind
    for kind in "${kinds[@]}"; do
        [ "$kind" = 'no newline at the end' ] || contents "$kind"
    done >all-kinds
    contents 'no newline at the end' >>all-kinds
    : >empty
    if carry empty >log && : >commands && carry all-kinds >log; then return 0; fi
    mv commands commands-together
    kill_all
    for kind in "${kinds[@]}"; do
        contents "$kind" >input
        : >commands
        if ! carry input; then
            lose 1 "with the input: $kind"
            kill_all
        fi
    done
    mv commands-together commands
    ((lost > 0)) || lose 1 "with all these in one input"
    out_of ${#kinds[@]}
}

# what runs yet, and what it may have left, is not for the next part of a check
kill_all() {
    local label
    for label in "${!pid[@]}"; do
        kill -KILL "${pid[$label]}" 2>/dev/null || true
        wait "${pid[$label]}" || true
    done
    pid=() hopeless=''
    none_runs || "$TOOLS/await" kill "$mark"
    left_behind
    rm -rf "${left[@]}" sink held seen keyboard commands
    remove_object
}

big() { # and as lines: a long one, too
    if has bytes; then head -c 3000000 /dev/urandom; elif has posix; then seq 100000 && queue_holds; else seq 3000; fi >input
    carry input
}

# came_through LINE: among the first that came, of perhaps endlessly many
came_through() {
    local text
    IFS= read -rd '' -n 1000 text <"$came" || true
    [[ $text == *"$1"* ]]
}

typed() {
    type_first
    for line in first second; do
        [ $line = first ] || echo $line >&9
        shortly came_through $line || soon text "$came" $line || true
        has_text "$came" $line || { say "the $line line was typed, but has not come out" && return 1; }
    done
    exec 9>&-
}

# comes_first SIDE: it waits for the other one, and says so
comes_first() {
    words 500 >input
    if [ "$1" = producer ]; then
        if has slow; then seq 2000; else seq 20000; fi >>input # more than any object holds
        produce input
        rests producer
        hear producer
        consume
    else
        consume
        rests consumer
        hear consumer
        produce input
    fi
    ends producer 0 && ends consumer 0 && same input consumer.out
}

# hear SIDE: sets said if it says that it waits. Under Wine a program also rests while it starts, and says so later
hear() {
    [ -z "${listens:-}" ] || has posix || soon grown "$1.err" 0 or ended "${pid[$1]}" || true
    if [ -s "$1.err" ]; then said=yes; fi
}

waits_and_says_so() { # SIDE
    listens=yes comes_first "$1"
    [ -n "$said" ] || lose 1 "your $1 waits, but does not say so: print once, on stderr, what it waits for"
    out_of 3
}

# each of the four is a part of its points
interrupted() { # SIDE
    local signal
    for signal in INT TERM; do
        if has two; then
            words 20000 >input
            if [ "$1" = producer ]; then produce input; else consume; fi
            rests "$1"
            send $signal "$1"
            if ! died "$1" $signal || ! nothing_left; then lose 1 "after $signal while it waited"; fi
            kill_all
        fi
        if ! transfer_for_ever; then
            lose 1 "no data came, so it could not be interrupted at work"
        else
            send $signal "$1"
            if ! died "$1" $signal || ! partner_ends "$1" || ! nothing_left; then lose 1 "after $signal at work"; fi
        fi
        kill_all
    done
    if [ "$1" = producer ] && has one-to-one && has posix && ! leaves_the_name; then lose 1; fi
    if has two; then out_of 4; else out_of 2; fi
}

# nobody reads what the consumer writes: it rests in write, and the producer, when the object is full
held_up() {
    mkfifo held
    exec 8<>held
    OUT=$PWD/held consume
    produce input
    rests consumer
    rests producer
}

# Only the process that holds the flock may remove the name, and the consumer holds it: it is still at work when the
# producer is interrupted.
leaves_the_name() {
    words 20000 >input
    held_up
    send INT producer
    died producer INT || return
    object_exists || { note "ls -l ${object:-$name}" &&
        say "interrupted, it removed the name while the consumer still took what was there (who may? protocol.h)" && return 1; }
}

after_the_producer() { # the helper's, for a part of a check
    if has waits; then
        echo "from the next one" >input2
        start producer2 producer "$name" <input2
        ends producer2 0 && ends consumer 0
    elif has fails; then
        ends consumer 1
    else
        ends consumer 0
    fi
}

# when the producer died, all that it had put into the buffer still comes out
takes_what_is_left() {
    local reader slots
    # all slots of protocol.h; none is left for the end of the data
    slots=$(sed -n 's/.*SLOTS = \([0-9]*\), SLOT_SIZE = \([0-9]* \* 1024\).*/\1 * \2/p' "$OURS/$PAIR/protocol.h")
    cat "$RANDOM_WORDS" "$RANDOM_WORDS" "$RANDOM_WORDS" "$RANDOM_WORDS" | head -c $((slots)) >input
    held_up
    printf 'yes\t-\tproducer %s\n' "$name" >last && printf 'none\t%s\tconsumer %s\n' "$PWD/held" "$name" | cat - last >commands
    send KILL producer
    died producer KILL || return
    exec 7<held 8>&-
    (close_others && exec cat) <&7 >came &
    reader=$!
    exec 7<&-
    ends consumer 1 || return
    wait $reader
    same input came || { say "the producer had put that into the buffer before it died" && return 1; }
}

# the consumer dies while the producer waits for its own input: then its next use of the mechanism fails
dies_at_the_next_use() { # line | 'end of the input': what comes next
    local said
    type_first
    shortly came_through first || soon text "$came" first || return 0 # that it keeps the line back is seen elsewhere
    has two || pid[consumer]=$(child)
    send KILL consumer
    if has two; then died consumer KILL || return; else soon ended "${pid[consumer]}"; fi
    said=$(<producer.err)
    if [ "$1" = line ]; then
        note "# type one more line in the terminal of the producer"
        echo second >&9
    else
        note "# press Ctrl-D in the terminal of the producer"
        exec 9>&-
    fi
    ends producer 1 || { say "the consumer was dead when the next $1 came" && return 1; }
    [ "$(<producer.err)" != "$said" ] || { say "it does not say on stderr that the consumer died" && return 1; }
}

partner_ends() { # SIDE: that of the one that is gone
    if [ "$1" = producer ]; then
        after_the_producer
    elif has keeps; then # the producer waits for the next consumer
        rests producer
        consume
        soon grown consumer.out 0 || { no_next && return 1; }
        send TERM producer
        died producer TERM || return
        send TERM consumer
        died consumer TERM || return
    else
        ends producer 1
    fi
}

no_next() { # why the next consumer gets nothing: it has another queue than the producer, of the same name
    local why=''
    [ "$who" != producer ] ||
        why=": our first consumer found no other user, and removed the queue. Does your producer hold the lock of protocol.h?"
    say "the next consumer gets nothing$why"
}

under_way() {
    [ -s seen ] || is_gone producer
}

# An endless transfer, as the helper's
transfer_for_ever() {
    mkfifo sink
    (close_others && read -r line && echo "$line" >seen && exec cat >/dev/null) <sink &
    if has two; then
        OUT=$PWD/sink consume
        produce < <(close_others && exec yes "a line of an endless input")
    else
        OUT=$PWD/sink produce < <(close_others && exec yes "a line of an endless input")
    fi
    shortly under_way || soon grown seen 0 or ended "${pid[producer]}" || true
    [ -s seen ] || { say "no data came" && return 1; }
}

wrong_usage() { # SIDE
    start "$1" "$1" one two three four </dev/null
    ends "$1" 2
    says "$1" "usage: " "its usage"
}

in_the_way() { # SIDE
    note "echo precious >$object"
    echo precious >"$object"
    chmod 666 "$object"
    start "$1" "$1" "$name" </dev/null
    ends "$1" 1
    if [ "$(cat "$object" 2>/dev/null)" != precious ]; then
        note "cat $object"
        say "$object was another file; your $1 has changed or removed it" && return 1
    fi
}

# under SIDE: it runs so that each write takes but a part
writes_in_parts() { # SIDE
    cp "$TOOLS/short-write.so" "$box"
    words 20000 >input
    printf '#!/bin/sh\nLD_PRELOAD=%s exec "$@"\n' "$box/short-write.so" >"$box/short-write"
    chmod 755 "$box"/*
    if has two; then
        if [ "$1" = producer ]; then UNDER="$UNDER $box/short-write" produce input; else produce input; fi
        if [ "$1" = consumer ]; then UNDER="$UNDER $box/short-write" consume; else consume; fi
    else
        UNDER="$UNDER $box/short-write" produce input
    fi
    ends producer 0
    ends consumer 0
    same input "$came"
}

three_producers() {
    local i line sent=() came1=() came2=() came3=()
    for i in 1 2 3; do
        words 1000 >lines
        mapfile -t sent <lines
        printf "$i %s\n" "${sent[@]}" >input$i
        start producer$i producer "$name" <input$i
    done
    consume 3
    for i in 1 2 3; do ends producer$i 0; done
    ends consumer 0
    while read -r i line; do
        [[ $i != [123] ]] || echo "$i $line" >>"came$i"
    done <consumer.out
    for i in 1 2 3; do same input$i came$i; done
}

# nine lines of our queue's largest size
queue_holds() {
    local line
    printf -v line '%08191d' 0
    for _ in {1..9}; do printf '%s\n' "$line"; done
}

# a line came through, and then the consumer waits for the next one; that it keeps the line back is seen elsewhere
typed_line_and_wait() {
    type_first
    shortly came_through first || soon text "$came" first || true
    has two || pid[consumer]=$(child)
    sleeps consumer
}

calls() { # SIDE: the slide's, as they may be called in a program
    case $PAIR:$1 in
    shm/posix:producer) echo 'shm_open (ftruncate|posix_fallocate) mmap' ;;
    shm/posix:consumer) echo 'shm_open mmap shm_unlink' ;;
    mqueue/posix:producer) echo 'mq_open mq_(timed)?send' ;;
    mqueue/posix:consumer) echo 'mq_open mq_(timed)?receive' ;;
    pipes/posix:producer) echo 'pipe2? (v?fork|posix_spawnp?) (exec[a-z]*|fexecve|posix_spawnp?) wait[a-z0-9]*' ;;
    pipes/posix:consumer) echo '(f?read|_*f?get(s|c|line|char)?|getdelim)[a-z_]*' ;;
    fifo/posix:producer) echo 'f?open(at)?' ;;
    fifo/posix:consumer) echo 'f?open(at)? (unlink(at)?|remove)' ;;
    alpc/model:producer) echo 'socket connect (recvmsg|recv|read)' ;;
    alpc/model:consumer) echo 'socket bind listen accept4? socketpair sendmsg' ;;
    alpc/rpc:producer) echo 'RpcStringBindingCompose RpcBindingFromStringBinding NdrClientCall.*' ;;
    alpc/rpc:consumer) echo 'RpcServerUseProtseqEp RpcServerRegisterIf.* RpcServerListen' ;;
    shm/windows:producer) echo 'CreateFileMapping MapViewOfFile' ;;
    shm/windows:consumer) echo 'OpenFileMapping MapViewOfFile' ;;
    mailslot/windows:producer) echo 'CreateFile WriteFile' ;;
    mailslot/windows:consumer) echo 'CreateMailslot ReadFile' ;;
    pipes/windows:producer) echo 'CreatePipe CreateProcess' ;;
    pipes/windows:consumer) echo 'ReadFile' ;;
    fifo/windows:producer) echo 'CreateFile WriteFile' ;;
    fifo/windows:consumer) echo 'CreateNamedPipe ConnectNamedPipe' ;;
    mach/gnumach:*) echo 'mach_msg.*' ;;
    esac
}

# what the program takes from libc or Windows, a name a line; a Mach program has it all in itself
symbols() { # PROGRAM
    case $PAIR in
    */windows | */rpc) x86_64-w64-mingw32-objdump -p "$1.exe" | sed -nE 's/^\t[0-9a-f]+\s+(<none> +)?[0-9a-f]+ +([A-Za-z_0-9]*[a-z0-9_])[AW]?$/\2/p' ;;
    mach/*) nm "$1" | sed 's/.* //' ;;
    *) nm -D --undefined-only "$1" | sed -E 's/.* //; s/@.*//; s/64$//' ;;
    esac
}

makes_calls() { # SIDE
    local call missing=''
    symbols "$SUITE/$PAIR/$1" >names
    for call in $(calls "$1"); do
        has_text names "^($call)\$" || missing+=" $call"
    done
    [ -z "$missing" ] || { say "$1.c never calls:$missing" && return 1; }
}

@test "[2] producer.c builds" {
    build producer
}

@test "[2] consumer.c builds" {
    build consumer
}

@test "[2] what was submitted builds without a warning" {
    for side in producer consumer; do # one that is not there costs its own points
        [ -e "$WORK/warnings-$side" ] || [ ! -e "$WORK/theirs/$PAIR/$side.c" ] || skip "first fix: $side.c builds"
    done
    [ -e "$WORK/warnings-producer" ] || [ -e "$WORK/warnings-consumer" ] || skip "first fix: producer.c builds"
    cat "$WORK"/warnings-* >warnings
    say_file warnings 12
    [ ! -s warnings ]
}

@test "[*] producer: random words that it sends arrive at the consumer" {
    yours producer
    first_exchange producer
}

# bats test_tags=protocol
@test "[2] producer: it makes the calls of the slide" {
    yours producer
    makes_calls producer
}

@test "[3] producer: no input, empty lines, no newline at the end, NUL, CR LF, UTF-8" {
    yours producer
    every_kind
}

# bats test_tags=live
@test "[3] producer: a big input arrives" {
    yours producer
    big
}

# bats test_tags=two
@test "[3] producer: it may come first, waits, and says so" {
    yours producer
    waits_and_says_so producer
}

# bats test_tags=two,again
@test "[2] producer: our consumer may come first" {
    yours producer
    comes_first consumer
}

# bats test_tags=two,posix
@test "[2] producer: it sleeps while it waits" {
    yours producer
    words 20000 >input
    produce input
    sleeps producer
}

# bats test_tags=live
@test "[2] producer: a typed line is sent at once" {
    yours producer
    typed
}

# bats test_tags=live
@test "[4] producer: after INT and TERM, while it waits and at work, nothing is left" {
    yours producer
    interrupted producer
}

# bats test_tags=live,not-keeps
@test "[3] producer: when the consumer ends too early it fails with 1" {
    yours producer
    if ! { transfer_for_ever && send TERM consumer && died consumer TERM && partner_ends consumer; }; then
        if ! has posix; then lose 3; elif has two; then lose 2; else lose 1; fi
        still_running
    fi
    if has posix; then
        kill_all
        dies_at_the_next_use line || lose 1
    fi
    if ! has two && has posix; then # there it waits for its child
        kill_all
        dies_at_the_next_use 'end of the input' || lose 1
    fi
    out_of 3
}

# bats test_tags=live,keeps
@test "[3] producer: when the consumer ends too early it waits for the next consumer" {
    yours producer
    transfer_for_ever
    send TERM consumer
    died consumer TERM
    partner_ends consumer
}

# bats test_tags=posix,ends
@test "[2] producer: a partial write loses nothing" {
    yours producer
    writes_in_parts producer
}

# bats test_tags=lines,protocol
@test "[2] producer: a line that is too long is named and skipped" {
    yours producer
    case $PAIR in
    alpc/*) seq -s , 200000 ;;
    mach/*) seq -s , 2000 ;;
    *) seq -s , 20000 ;;
    esac >long
    cat <(echo one) long <(echo three) >input
    consume
    produce input
    ends producer 1
    ends consumer 0
    printf 'one\nthree\n' >expected
    same expected "$came"
    says producer 'line 2' "which line is too long (line 2)"
}

# bats test_tags=keeps,protocol
@test "[2] producer: the queue that it creates keeps nine lines, the longest allowed, without a consumer" {
    yours producer
    queue_holds >input
    produce input
    ends producer 0
    consume
    ends consumer 0
    same input "$came"
}

# bats test_tags=mailbox,protocol
@test "[2] producer: three at the same time, none loses a line" {
    yours producer
    three_producers
}

# bats test_tags=two,bytes,posix
@test "[2] producer: something else of that name is refused and left alone" {
    yours producer
    in_the_way producer
}

# bats test_tags=live
@test "[1] producer: wrong usage gets a usage line and status 2" {
    yours producer
    wrong_usage producer
}

# bats test_tags=live
@test "[1] producer: an input that cannot be read is an error" {
    yours producer
    consume
    produce /
    ends producer 1
}

# bats test_tags=creates
@test "[1] producer: after a call that failed nothing is left" {
    yours producer
    produce / # an error that it does not see costs its points elsewhere
    ! ends producer 1 >log || nothing_left
}

# bats test_tags=again
@test "[*] consumer: random words that the producer sends come out" {
    yours consumer
    first_exchange consumer
}

# bats test_tags=protocol
@test "[2] consumer: it makes the calls of the slide" {
    yours consumer
    makes_calls consumer
}

# bats test_tags=two
@test "[4] consumer: at the end nothing is left" {
    yours consumer
    if has keeps; then # the last one removes it: see to it that this is the consumer
        words 5 >input
        produce input
        ends producer 0
        consume
        ends consumer 0
        same input "$came"
    else
        words 50 >input
        carry input
    fi
    nothing_left
}

# bats test_tags=again
@test "[3] consumer: no input, empty lines, no newline at the end, NUL, CR LF, UTF-8" {
    yours consumer
    every_kind
}

# bats test_tags=live,again
@test "[3] consumer: a big input arrives" {
    yours consumer
    big
}

# bats test_tags=two
@test "[3] consumer: it may come first, waits, and says so" {
    yours consumer
    waits_and_says_so consumer
}

# bats test_tags=two,again
@test "[2] consumer: our producer may come first" {
    yours consumer
    comes_first producer
}

# bats test_tags=posix
@test "[2] consumer: it sleeps while it waits" {
    yours consumer
    if has two; then
        consume
        sleeps consumer
        kill_all
    fi
    typed_line_and_wait
}

# bats test_tags=live,again
@test "[2] consumer: a typed line is seen at once" {
    yours consumer
    typed
}

# bats test_tags=two
@test "[4] consumer: after INT and TERM, while it waits and at work, nothing is left" {
    yours consumer
    interrupted consumer
}

# bats test_tags=live
@test "[3] consumer: when the producer ends too early it notices (handouts/contract.md, promise 8)" {
    yours consumer
    if ! { transfer_for_ever && send TERM producer && died producer TERM && after_the_producer; }; then
        if has one-to-one && has posix; then lose 2; else lose 3; fi
    fi
    if has one-to-one && has posix; then
        still_running
        kill_all
        takes_what_is_left || lose 1
    fi
    out_of 3
}

# bats test_tags=posix
@test "[2] consumer: a partial write loses nothing" {
    yours consumer
    writes_in_parts consumer
}

# bats test_tags=live
@test "[2] consumer: an output that cannot be written is an error" {
    yours consumer
    [ -w /dev/full ] || skip "needs /dev/full"
    words 20000 >input
    if has two; then
        OUT=/dev/full consume
        produce input
        ends consumer 1
    else
        OUT=/dev/full produce input
        ends producer 1
    fi
}

# bats test_tags=keeps,protocol
@test "[2] consumer: the queue that it creates takes the longest line allowed" {
    yours consumer
    queue_holds >input
    consume
    rests consumer
    produce input
    ends producer 0
    ends consumer 0
    same input "$came"
}

# bats test_tags=mailbox,protocol
@test "[2] consumer: it serves three producers if told to" {
    yours consumer
    three_producers
}

# bats test_tags=two
@test "[1] consumer: wrong usage gets a usage line and status 2" {
    yours consumer
    wrong_usage consumer
}

# bats test_tags=two
@test "[4] both: yours work together, whichever comes first" {
    yours both
    comes_first producer || lose 1
    kill_all
    comes_first consumer || lose 1
    out_of 2
}

# bats test_tags=two,posix
@test "[2] both: what the first one creates is for its owner alone (mode 0600)" {
    yours both
    words 20000 >input
    if [[ $PAIR = alpc/* ]]; then side=consumer; else side=producer; fi
    start $side $side "$name" <input
    at=${object:-${QUEUES:+$QUEUES$name}} # none where nobody sees the queues
    [ -z "$at" ] || shortly [ -e "$at" ] || soon exists "$at" || true
    rests $side
    object_exists || { say "there is no ${object:-$name}" && return 1; }
    mode=$(object_mode) || true
    [ "$mode" = 600 ] || { note "ls -l ${object:-/dev/mqueue$name}" && say "its mode is $mode" && return 1; }
}

# bats test_tags=two
@test "[2] both: two pairs side by side under two names" {
    yours both
    words 2000 >input
    words 2000 >input2
    start consumer2 consumer "${name}2"
    start producer2 producer "${name}2" <input2
    carry input
    ends producer2 0
    ends consumer2 0
    same input2 consumer2.out
}

# bats test_tags=two,live
@test "[2] both: after kill -9 of both the next run works" {
    yours both
    transfer_for_ever
    send STOP consumer || true # or it might see the producer's death, and clean up
    send KILL producer || true
    send KILL consumer || true
    ends producer '1|137'
    ends consumer '0|1|137'
    words 1000 >input
    consume
    produce input
    ends producer 0
    ends consumer 0
    tail -n 1000 consumer.out >came
    same input came
}
