# alpc.bash: what the tests of the ALPC pairs share: a death at a chosen point.

# second_called: the producer calls with the second line, and has no reply, the consumer being stopped
second_called() {
    local i
    typing
    while true; do
        send STOP consumer
        echo second >&9
        for ((i = 0; i < 200; i++)); do
            if taken; then return; fi
            nap
        done
        send CONT consumer # it had been stopped before it replied to the line before
        eventually taken
    done
}

taken() {
    ! read -r -t 0 -u 9
}
