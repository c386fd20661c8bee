# plan.awk: which checks a grading has, with the points of each: prints NUMBER, a tab, [POINTS] NAME
# usage: awk -v traits="posix two" -v only=REGEX -f plan.awk COURSE ALL    COURSE: course.example; ALL: checks.awk
# The weights of the checks are made to add up to 100: what the others leave goes to those with a *, in equal parts,
# at least 5 to each. A course may say another total; then all points are in proportion.
function wrong(why) {
    print "grade: " FILENAME ": line " FNR ": " why >"/dev/stderr"
    failed = 1
    exit 2
}
function rounded(number) { return int(number * 100 + 0.5) / 100 }
BEGIN { total = 100; traits = " " traits " - " }
FILENAME == ARGV[1] {
    sub(/[ \t]*#.*/, "")
    sub(/\r$/, "")
    if ($0 ~ /^[ \t]*$/) next
    what = $1
    rest = $0
    sub(/^[ \t]*[^ \t]+[ \t]*/, "", rest)
    if (what == "total") {
        if (rest !~ /^[0-9]+$/ || rest == 0) wrong("total: a number above 0, please")
        total = rest
    } else if (what == "visibility") {
        if (rest !~ /^(visible|hidden|after_due_date|after_published)$/)
            wrong("visibility: visible, hidden, after_due_date or after_published")
    } else if (what ~ /^[0-9]+(\.[0-9]+)?$/ && rest != "") {
        weight_of[++lines] = what
        part[lines] = rest
        line_of[lines] = FNR
    } else if (what != "checks" || rest == "") wrong("not understood: " $0)
    next
}
{
    split($0, field, "\t")
    weight = name = field[3]
    sub(/^\[/, "", weight)
    sub(/\].*/, "", weight)
    sub(/^[^ ]* /, "", name)
    for (i = 1; i <= lines; i++)
        if (index(name, part[i])) {
            weight = weight_of[i]
            used[i] = 1
        }
    count = split(field[2], tag, ",")
    for (i = 1; i <= count; i++) {
        unless = sub(/^not-/, "", tag[i])
        if (!index(traits, " " tag[i] " ") != unless) next
    }
    if (weight == "0") next
    number[++n] = field[1]
    names[n] = name
    weights[n] = weight
    if (weight == "*") stars++
    else sum += weight
}
END {
    if (failed) exit 2
    for (i = 1; i <= lines; i++) if (!used[i]) {
        print "grade: " ARGV[1] ": line " line_of[i] ": no check has this in its name: " part[i] >"/dev/stderr"
        exit 2
    }
    each = stars ? (100 - sum) / stars : 0
    if (each < 5) each = 5
    sum += stars * each
    left = total
    for (i = 1; i <= n; i++) {
        if (weights[i] == "*") {
            weights[i] = each
            if (!first) first = i
        }
        left -= points[i] = rounded(weights[i] * total / sum)
    }
    if (!first) first = 1
    points[first] = rounded(points[first] + left)
    for (i = 1; i <= n; i++)
        if (names[i] ~ only) print number[i] "\t[" points[i] "] " names[i]
}
