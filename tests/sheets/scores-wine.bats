# What the grader says of the naive programs for Windows, under Wine: a job of its own, since it mostly waits.

PAIR=none
load ../helper
load handouts
load ../grader/grading

@test "mailslot.md quotes the grader on the naive programs: the score, and each check that fails" {
    need jq jq
    need wine wine
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
    [ "$HOSTTYPE" = x86_64 ] || skip "Wine runs programs for x86-64 on x86-64 alone"
    scores "$SHEETS/mailslot.md" 8 || { cat mailslot.md.wrong && return 1; }
}
