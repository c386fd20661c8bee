# The transcripts in the lab sheets are true about Windows and Mach, as far as Wine and QEMU are.

PAIR=none
load ../helper
load handouts

@test "shm.md: what it shows of Windows happens under Wine" {
    play_windows shm
}

@test "mailslot.md: what it shows of Windows happens under Wine" {
    play_windows mailslot
}

@test "pipes.md: what it shows of Windows happens under Wine" {
    play_windows pipes
}

@test "fifo.md: what it shows of Windows happens under Wine" {
    play_windows fifo
}

@test "alpc.md: what it shows of Windows happens under Wine" {
    play_windows alpc
}

@test "mach.md: what it shows happens under QEMU" {
    need_mach
    play mach mach
}
