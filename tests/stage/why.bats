# make why: the right reason for each mistake of mutants.md that hangs, and for what is no mistake.

PAIR=pipes/posix
load ../helper
OURS=$SUITE # mistake makes another the suite under test

# mistake PAIR WORDS: a copy of the pair, in the folder mine, with the mistake whose row has these words
mistake() {
    local row file script side
    PAIR=$1
    use_name "why-$$-$BATS_TEST_NUMBER"
    while IFS= read -r row; do
        [[ $row != "| $1 | "*" | $2"* ]] || break
    done <"$TESTS/grader/mutants.md"
    row=${row#*"| $PAIR | "}
    file=${row%% |*} script=${row##*| \`} script=${script%\`*}
    rm -rf mine && mkdir -p mine/"$PAIR"
    cp "$OURS/$PAIR"/*.[ch] "$OURS/$PAIR"/{producer,consumer} mine/"$PAIR"
    sed -i "$script" "mine/$PAIR/$file"
    if cmp -s "mine/$PAIR/$file" "$OURS/$PAIR/$file"; then return 1; fi
    for side in producer consumer; do
        if [ "$file" != "$side.c" ] && [ "$file" != care.h ]; then continue; fi
        gcc -std=gnu17 -w -pthread -o "mine/$PAIR/$side" "mine/$PAIR/$side.c" -lrt
    done
    SUITE=$PWD/mine
}

# why PATTERN: soon it says a line like that; the whole of it is in the file said
why() {
    local until=$((SECONDS + PATIENCE))
    while ((SECONDS < until)); do
        "$TOOLS/why" "${blind[@]}" "$PWD/mine" >said
        if has_text said "^$1\.\$"; then return 0; fi
        nap
    done
    echo "looked for $1, there is:" && cat said && return 1
}

# and it can be told from the names of the kernel's functions alone, too
why_both_ways() { # PATTERN
    blind=()
    why "$1"
    blind=(-w)
    why "$1"
    blind=()
}

stop() { # LABEL...
    local label process
    for label; do
        for process in "${pid[$label]}" $(<"/proc/${pid[$label]}/task/${pid[$label]}/children"); do
            kill -KILL "$process" || true # its end may have ended it
        done
        wait "${pid[$label]}" || true
        unset "pid[$label]"
    done 2>/dev/null
    remove_object
}

p='producer \([0-9]+\)' c='consumer \([0-9]+\)' blind=()

@test "shared memory: nobody tells the end, nobody sees a death, nobody stops" {
    echo hello >input
    mistake shm/posix 'does not tell the end'
    produce input && consume
    why_both_ways "$p, whose input has ended, waits in sem_wait on the semaphore .empty. in /dev/shm$name: its value is 0, no slot is empty, and only $c can post it"
    why "$c waits in sem_wait on the semaphore .full. in /dev/shm$name: its value is 0, no slot is full, and only $p can post it"
    why "$p and $c can never go on: each waits for another of them"
    stop producer consumer

    mistake shm/posix 'does not see that the other side died'
    mkfifo keyboard && exec 9<>keyboard
    produce keyboard && consume
    echo first >&9
    eventually has_text consumer.out first
    stop_one consumer
    for _ in 1 2 3 4; do echo more; nap; done >&9
    exec 9>&-
    why_both_ways "$p.* waits in sem_wait on .*: its value is 0, no slot is empty, and its consumer is gone: nobody is left who could post it"
    why "$p can never go on"
    stop producer

    mistake shm/posix 'takes over what it finds'
    consume && produce input
    why_both_ways "$c sleeps between two tries: /dev/shm$name is there, and $p has it open, but this consumer does not take it for ready"
    stop producer consumer

    mistake shm/posix "does not check \`write\`"
    OUT=/dev/full consume
    produce input
    why_both_ways "$c does not wait: it runs"
    stop producer consumer
}

stop_one() { # LABEL: and leave the object
    kill -KILL "${pid[$1]}"
    wait "${pid[$1]}" || true
    unset "pid[$1]"
}

@test "the queue: without the end its consumer waits for a producer that has gone" {
    echo hello >input
    mistake mqueue/posix 'does not send the end'
    consume && produce input
    ends producer 0
    why_both_ways "$c waits in mq_receive on $name: it is empty, and no producer has it open"
    stop consumer
}

@test "the pipe: an end is open that should be closed" {
    echo hello >input
    mistake pipes/posix 'does not close the write end before'
    produce input
    why_both_ways "$c waits in read on its standard input, the pipe \[[0-9]+\]: it is empty, and $p has its write end open"
    why "$p, whose input has ended, waits in waitpid for its child $c to end"
    why "$p and $c can never go on: each waits for another of them"
    stop producer

    mistake pipes/posix 'the child keeps'
    produce input
    why_both_ways "$c waits in read on .*: it is empty, and only $c itself has its write end open \(fd 4\), so the end of file can never come"
    why "$p and $c can never go on"
    stop producer

    mistake pipes/posix 'the parent keeps'
    start producer producer true < <(close_others && exec yes)
    why_both_ways "$p waits in write on the pipe \[[0-9]+\]: it is full \(65536 bytes\), and only $p itself has its read end open \(fd 3\), so nobody will ever read, and write cannot fail with EPIPE"
    why "true .[0-9]+. has ended; $p has not called waitpid for it yet"
    stop producer
}

@test "the FIFO: a reader that is a writer, too, never sees the end" {
    echo hello >input
    mistake fifo/posix "\`O_RDWR\` hides"
    consume && produce input
    ends producer 0
    why_both_ways "$c waits in read on $name: it is empty, and only $c itself has its write end open \(fd 3\), so the end of file can never come"
    stop consumer
}

@test "the model of ALPC: a server with the client's port never hears of its death" {
    mistake alpc/model 'keeps its end'
    mkfifo keyboard && exec 9<>keyboard
    consume && produce keyboard
    echo first >&9
    eventually has_text consumer.out first
    why "$c waits in poll on .*; and on its port fd 5: $p has its other end"
    stop_one producer
    exec 9>&-
    why "$c waits in poll on the connection port $name, where a client may come; and on its port fd 5: only $c itself has its other end \(fd 6\), so it will never hear that the other side died"
    stop consumer
}

@test "what is no mistake: each waits for the other, who may still come, or for its input" {
    local pair
    mkdir mine
    for pair in shm mqueue fifo alpc; do
        PAIR=$pair/posix
        [ $pair != alpc ] || PAIR=alpc/model
        use_name "why-$$-$pair"
        mkdir -p "mine/$PAIR"
        cp "$SUITE/$PAIR"/{producer,consumer} "mine/$PAIR" # to be told from what else runs
    done
    mv mine/fifo/posix/producer mine/fifo/posix/my-producer # as the sheets call a copy
    SUITE=$PWD/mine
    start_named() { # LABEL PAIR SIDE
        PAIR=$2
        use_name "why-$$-${2%/*}"
        start "$1" "$3" "$name" </dev/null
    }
    start_named shm shm/posix consumer
    start_named mqueue mqueue/posix consumer
    start_named fifo fifo/posix my-producer
    start_named alpc alpc/model producer
    why_both_ways "$c sleeps between two tries: there is no /dev/shm/why-$$-shm yet: no producer has created it"
    why "$c waits in mq_receive on /why-$$-mqueue: it is empty, and no producer has it open"
    why "my-$p, whose input has ended, waits in open on $PWD/why-$$-fifo: no consumer has opened its read end yet"
    why "$p, whose input has ended, sleeps between two tries: there is no connection port $PWD/why-$$-alpc: no consumer has created it"
    run ! has_text said 'never go on'
    kill -STOP "${pid[fifo]}"
    why "my-$p is stopped \(by SIGSTOP or Ctrl-Z\): .kill -CONT ${pid[fifo]}. lets it go on"
    kill -KILL "${pid[@]}"
    "$TOOLS/mq-probe" --unlink "/why-$$-mqueue"
}

# README: make why
@test "make why names the suite's programs and your own, and says when there are none" {
    PAIR=mqueue/posix
    use_name "why-$$"
    SUITE=${TESTS%/*}
    consume
    eventually object_exists
    "$TOOLS/await" "$PATIENCE" idle "${pid[consumer]}"
    make -s -C "$SUITE" why >said 2>&1
    has_text said "^$c waits in mq_receive on /why-$$: it is empty, and no producer has it open\.\$"
    stop consumer
    make -s -C "${TESTS%/*}" why WITH=nothing >said 2>&1 && return 1
    has_text said '^why: nothing: there is no such folder$'
    mkdir "it's mine"
    run -0 "$TESTS/stage/why" "$PWD/it's mine"
    [ "$output" = "None of the suite's programs is running." ] || [ -z "${ISOLATED:-}" ]
}
