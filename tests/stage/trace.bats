# make trace, make mistake: what the pages say is held against the run that they are of.

load ../helper
SUITE=${TESTS%/*} # not the sanitized programs

setup() {
    cd "$BATS_FILE_TMPDIR" || return # a run that several tests look at is traced once
    need python3 python3
    need addr2line binutils
    need jq jq
    python=$(python3 -c 'import sys; print(sys.executable)') # not what only leads to it
}
teardown() {
    [ -n "${BATS_TEST_COMPLETED:-}" ] || cat ./*.said
}

# traced LABEL NAME=VALUE...: draws into the folder LABEL, if nobody has; what trace says is in LABEL.said, its facts
# in LABEL.facts
traced() {
    local label=$1
    [ ! -e "$label.facts" ] || return 0
    shift
    env DIR="$label" "$@" "$python" "$SUITE/tests/stage/trace" "${WHAT:-trace}" >"$label.said" 2>&1 || return
    facts "$label"
}

facts() { # LABEL: out of its page
    local page
    IFS= read -rd '' page <"$1"/*.html || true
    [[ $page =~ id=\"facts\"\>([^<]*) ]] && echo "${BASH_REMATCH[1]}" >"$1.facts"
}

# holds LABEL CONDITION [NAME VALUE]: of its facts (jq)
holds() {
    jq -e --arg value "${3:-}" "$2" "$1.facts" >/dev/null || { echo "$1: not $2" && jq -c . "$1.facts" && return 1; }
}

# Of the pair of each process which side, call and line: from the table of a page
told() { # LABEL PATTERN
    grep -Eq "$2" "$1"/*.html || { echo "$1: nothing like $2" && sed -n 's/<[^>]*>/ /gp' "$1"/*.html | head -n 150 && return 1; }
}

all_at_once() { # waits for what runs in the background: each may fail
    local process
    for process in "$@"; do wait "$process" || return; done
}

# README: make trace PAIR=mqueue/posix
@test "a trace of each pair says what the run did: statuses, bytes, order, who waited" {
    local pair jobs=()
    make -s -C "$TESTS/tools" BUILD="$TOOLS" "$TOOLS"/{calls,short-write}.so
    for pair in {pipes,fifo,shm}/posix alpc/model; do
        traced "${pair%/*}" PAIR="$pair" &
        jobs+=($!)
    done
    linked_suite mqueue
    make -s -C suite trace PAIR=mqueue/posix >mqueue.said 2>&1
    all_at_once "${jobs[@]}"
    mv suite/build/trace mqueue
    facts mqueue
    for pair in pipes fifo mqueue shm alpc; do
        holds $pair '.statuses == {producer: [0], consumer: [0]} and .same and (.hang | not) and .left == ""
            and .waits.consumer > 0 and .waited.consumer > 0 and .never == []'
    done
    xmllint --noout {pipes,fifo,mqueue,shm,alpc}/*.svg
    run ! grep -E '(src|href)="?(https?:)?//' {pipes,fifo,mqueue,shm,alpc}/*.html
    run -0 du -b --threshold=300000 {pipes,fifo,mqueue,shm,alpc}
    [ "$output" = '' ] # no folder is as large
    for pair in pipes fifo; do
        holds $pair '.put == 35 and .got == 35 and .input == 35 and .output == 35 and
            (.order | map(fromjson) | join("")) == "hello\nthe second line\nand the last\n"'
    done
    holds mqueue '.sent == 4 and .received == 4 and .order == ["\"hello\\n\"", "\"the second line\\n\"", "\"and the last\\n\"", "\"\""]'
    holds shm '.posts == 8' # three lines and the end; three slots emptied, and one for the name
    holds fifo '.waits.producer >= 1' # in open
    told fifo 'The producer (waits|waited .*) for a reader to open it'
    told mqueue 'The consumer waited [0-9.]+ m?s: the queue is empty.*The consumer receives a message of 6 bytes'
    holds alpc '.received == .sent + 1 or .received == .sent'
    told alpc 'sendmsg\(.*LINE &quot;hello|sendmsg\(.*LINE "hello'
}

@test "of a run that hangs it says who waits, where and for what" {
    local jobs=()
    traced pipes-1 PAIR=pipes/posix MISTAKE=1 &
    jobs+=($!)
    traced mqueue-2 PAIR=mqueue/posix MISTAKE=2 &
    jobs+=($!)
    WHAT=mistake traced shm-3 PAIR=shm/posix MISTAKE=3 &
    jobs+=($!)
    traced fifo-2 PAIR=fifo/posix MISTAKE=2 &
    jobs+=($!)
    all_at_once "${jobs[@]}"
    holds pipes-1 '.hang and (.never | sort) == [["consumer", "read"], ["producer", "waitpid"]]'
    told pipes-1 'The consumer waits: the pipe is empty, in read \(consumer.c, line [0-9]+\), and never returns'
    told pipes-1 '<del>-.*close\(fd\[WRITE_END\]\)' # the diff beside it
    holds mqueue-2 '.hang and .never == [["consumer", "mq_receive"]] and .statuses.producer == [0] and .sent == .received'
    holds shm-3 '.hang and (.never | sort) == [["consumer", "sem_timedwait"], ["producer", "sem_timedwait"]]'
    has_text shm-3.said 'What is seen: both wait forever'
    has_text shm-3.said '^\+.*if \(length > 0\)'
    holds fifo-2 '.left == "the-fifo, mode 600"' # a name that stays behind
    has_text fifo-2.said '^! Left behind: the-fifo, mode 600'
}

@test "a trace of a long run folds what repeats, and still counts it" {
    seq 5000 >input
    traced long PAIR=mqueue/posix INPUT=input
    holds long '.sent == 5001 and .received == 5001 and .same and .waits.producer + .waits.consumer > 0'
    told long 'more calls'
    run -0 du -b --threshold=600000 long
    [ "$output" = '' ] # no folder is as large
    # what is drawn and what is folded are all: 5001 that succeed (those that failed are counted apart)
    local drawn folded
    drawn=$(grep -c '^<tr id.*<code>mq_send(.*) = 0</code>.*sends \(a\|an empty\) message' long/mqueue-posix.html)
    folded=$(grep '^<tr id.*more call' long/mqueue-posix.html | grep -o '[0-9,]* × mq_send' | tr -d ',[:alpha:]_ ×' | paste -sd +)
    folded=$((folded))
    echo "$drawn drawn, $folded folded"
    [ $((drawn + folded)) = 5001 ]
}

@test "a trace is drawn of a student's own folder, whatever it is called" {
    # shellcheck disable=SC2016 # data
    local folder='my "work" $(touch ran) <b>'
    mkdir "$folder"
    sed 's/"hello"/&/;s/mkfifo(path, 0600)/mkfifo(path, 0640)/' "$SUITE/fifo/posix/producer.c" >"$folder/producer.c"
    make -s -C "$SUITE" trace PAIR=fifo/posix WITH="$PWD/$folder" >own.said 2>&1
    mv "$SUITE/build/trace/$folder" own # not where our own pair's is
    facts own
    holds own '.same and .statuses == {producer: [0], consumer: [0]}'
    has_text own.said '^! The object has mode 640'
    told own '&lt;b&gt;'
    [ ! -e ran ] && [ ! -e "$SUITE/ran" ]
}

@test "a picture keeps what came of a call, where it happened, and which process it was" {
    local jobs=()
    traced fifo-3 PAIR=fifo/posix MISTAKE=3 &
    jobs+=($!)
    traced mqueue-2 PAIR=mqueue/posix MISTAKE=2 &
    jobs+=($!)
    traced alpc-3 PAIR=alpc/model MISTAKE=3 &
    jobs+=($!)
    all_at_once "${jobs[@]}"
    holds fifo-3 '.put == 3001 and .output == 1000' # always: the producer's writes are whole
    grep -q '… = 1,000 of 3,001<' fifo-3/*.svg
    told fifo-3 'It wanted to write 3,001: 2,001 are not written yet'
    told fifo-3 'What ended the wait: step [0-9]+, close of the producer'
    [ "$(grep -c 'mq_receive = -1 EAGAIN<' mqueue-2/*.svg)" = 4 ] # before each wait, and none counted elsewhere
    [ "$(grep -o 'waited [0-9.]* m*s, until mq_send<' mqueue-2/*.svg | wc -l)" = 3 ]
    grep -q '>producer 2: killed by SIGINT<' alpc-3/*.svg
    grep -q '>producer 3: killed by SIGINT<' alpc-3/*.svg
    told alpc-3 'Producer 3 checks again and again, without end'
}

@test "make trace and make mistake say what there is, and refuse the rest" {
    run -2 env PAIR=shm/nothing "$SUITE/tests/stage/trace" trace
    [[ $output == *'there is no such pair'*'  alpc/model'* ]]
    run -1 env PAIR=fifo/windows "$SUITE/tests/stage/trace" trace
    [[ $output == *'not available for fifo/windows'* ]]
    run -0 make -s -C "$SUITE" mistake PAIR=pipes/posix
    [[ $output == *' 2  producer.c: the child keeps the write end: '* ]]
    run -2 env PAIR=pipes/posix MISTAKE=99 "$SUITE/tests/stage/trace" mistake
    [[ $output == 'mistake: pipes/posix has no mistake 99; there are:'* ]]
    run -2 env PAIR=pipes/posix WITH=nowhere "$SUITE/tests/stage/trace" trace
}

# Keys are pressed by a script that the test puts at the page's end; the browser shows what it has come to.
# From the third step on there are two processes, and it depends on the run whether a step has a line to be shown: a
# line is shown just where there is one.
@test "keys step through a page forwards and back, in a browser" {
    command -v chromium >/dev/null || skip "needs chromium: apt-get install chromium"
    traced pipes PAIR=pipes/posix
    cat pipes/pipes-posix.html - >pressed.html <<'END'
<script>
var seen = [];
function press(key) { document.dispatchEvent(new KeyboardEvent('keydown', { key: key, bubbles: true })); }
function look() {
    var row = document.querySelector('tr.on'), shown = document.querySelectorAll('#now pre').length > 0;
    seen.push(document.getElementById('where').textContent + '/' + document.querySelectorAll('tr.on').length + '/' +
        shown + '/' + document.querySelectorAll('.wide .hit.on').length + '/' + (shown === !!(row && row.dataset.stack)));
}
look();
['ArrowRight', 'ArrowRight', ' ', 'ArrowLeft', 'End', 'ArrowRight', 'Home', 'ArrowLeft', 'Escape'].forEach(function (key) { press(key); look(); });
document.getElementById('next').click(); look();
var total = document.querySelectorAll('tbody tr').length;
document.body.innerHTML = '<p id="result">' + seen.join(' | ').split(total).join('N') + '</p>';
</script>
END
    timeout "$PATIENCE" chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
        --dump-dom "file://$PWD/pressed.html" >dom 2>browser.said </dev/null || { cat browser.said && return 1; }
    grep -o '<p id="result">.*</p>' dom
    grep -q '>N steps/0/false/0/true | step 1 of N/1/[a-z]*/1/true | step 2 of N/1/true/1/true | step 3 of N/1/[a-z]*/1/true | step 2 of N/1/true/1/true | step N of N/1/[a-z]*/1/true | step N of N/1/[a-z]*/1/true | step 1 of N/1/[a-z]*/1/true | step 1 of N/1/[a-z]*/1/true | N steps/0/false/0/true | step 1 of N/1/[a-z]*/1/true<' dom
}
