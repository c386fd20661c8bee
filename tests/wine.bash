# wine.bash: for those who have a Wine of their own, in WINEPREFIX.

end_wine() {
    local folder
    [ -d "$WINEPREFIX" ] || return 0
    wineserver -k || true
    # Debian's Wine has its sockets in a folder of /tmp, which it never removes
    folder=$(cat "$WINEPREFIX/wineserver" 2>/dev/null) && rm -rf "/tmp/${folder:?}"
    return 0
}
