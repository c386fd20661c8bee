# The transcripts in the lab sheets are true: each is played, and compared.

PAIR=none
load ../helper
load handouts

# README: id -u
@test "README.md: what it shows happens" {
    play fifo '' "$ROOT/README.md"
}

@test "shm.md: what it shows happens" {
    play shm
}

@test "mqueue.md: what it shows happens" {
    play mqueue
}

@test "pipes.md: what it shows happens" {
    play pipes
}

@test "fifo.md: what it shows happens" {
    play fifo
}

@test "alpc.md: what it shows happens" {
    play alpc
}
