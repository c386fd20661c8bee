# wine.bash: for those who run programs under a Wine of their own, in WINEPREFIX.

# choose_wine: sets WINE, the command that runs a program, if it is not set. Debian's Wine (without its preloader) has
# its heap where the kernel puts it at random. When that is at 0x7ffe0000, the place of Windows'
# shared user data, it ends with 1 and no word, about once in 8000 starts. So: nothing at random;
# where that is refused, a heap made of mappings alone.
choose_wine() {
    if [ -n "${WINE:-}" ]; then
        :
    elif setarch -R true 2>/dev/null; then
        WINE=(setarch -R "$(command -v wine)")
    else
        # shellcheck disable=SC2034 # for the caller
        WINE=(env GLIBC_TUNABLES=glibc.malloc.mmap_threshold=0 "$(command -v wine)")
    fi
    # with TMPDIR set, Debian's Wine 10 frees what is not its own, and aborts: "free(): invalid pointer"
    unset TMPDIR DISPLAY
    export LC_ALL=C.UTF-8 # else it finds no folder whose name is not ASCII
    export WINEDEBUG=-all WINEDLLOVERRIDES='winedbg.exe=d;winemenubuilder.exe=d;mscoree=d;mshtml=d'
}

end_wine() {
    local folder
    [ -d "$WINEPREFIX" ] || return 0
    env -u TMPDIR wineserver -k || true
    # Debian's Wine has its sockets in a folder of its own, which it never removes
    folder=$(cat "$WINEPREFIX/wineserver" 2>/dev/null) && rm -rf {/tmp,"/run/user/$UID"}/"${folder:?}"
    return 0
}
