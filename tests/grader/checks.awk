# checks.awk: makes bash functions of the checks in files as bats has them, check_1, check_2 ...
# usage: awk -v list=FILE -f checks.awk grade.bats... >CHECKS    FILE: of each its number, tags (or -) and name
/^# bats test_tags=/ {
    tags = $0
    sub(/.*=/, "", tags)
}
/^@test "/ {
    name = $0
    sub(/^@test "/, "", name)
    sub(/" \{$/, "", name)
    print ++n "\t" (tags == "" ? "-" : tags) "\t" name >list
    $0 = "check_" n "() {"
    tags = ""
}
{ print }
