# class.jq: from what is known of each submission of a class (tests/grader/class) its table, or a summary of its mistakes.

# what a spreadsheet would take for a formula, or change: 007 to 7, 1e5 to 100000, 1-2 and jan5 to dates; a plain number
# of at most 15 digits stays what it is
def would_change:
    test("^\\s*[-=+@]|^[\\t\\r]")
    or (test("\\p{Nd}") and (test("[\\p{L}_]") | not) and (test("^(0|[1-9][0-9]{0,14})$") | not))
    or test("^\\s*([\\p{Nd}.,]+ ?[ed] ?[-+]?\\p{Nd}+|true|false|[\\p{Nd}:. ]+[ap]\\.?m?\\.?)\\s*$"; "i")
    or (test("\\p{Nd}") and test("^[-\\p{Nd}:., ]*(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?"
        + "|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)[-\\p{Nd}:., ]*$"; "i"));

# no quotes keep Excel from that, but an apostrophe before it does
def cell: if type == "string" and would_change then "'" + . else . end;

# what the same mistake of two students has in common
def cause:
    split("\n") | (map(capture("(error|warning): (?<what>.*)").what)[0] // .[0] // "")
    | gsub("(/dev/(shm|mqueue)/|/)?[^ ]*grade-[0-9]+-[0-9]+"; "NAME")
    | gsub("(?<side>producer|consumer)[1-9] "; .side + " ") # which of three was first is chance
    | sub("; from the first difference .*"; "")
    | gsub("[0-9]{4,}"; "N") | ltrimstr("  ");

def commonest: # of the words of some tests
    map(.output | cause) | group_by(.) | map({cause: .[0], count: length})
    | sort_by([-.count, .cause]) | .[:3][] | "                    \(.count) x \(.cause)";

def pad($width): tostring | " " * ($width - length) + .;

def number: . * 10 | round / 10;

def as_csv($names; $maxima):
    (["submission", "status", "points"] + $names + ["note"] | map(cell) | @csv),
    (["(maximum)", "", ($maxima | add)] + $maxima + [""] | @csv),
    (.[] | [.submission, .status, .points]
        + (if .status == "graded" then [.tests[] | if .status == "not run" then null else .points end]
           else [$names[] | null] end)
        + [.note] | map(cell) | @csv);

def as_text($names; $of):
    (map(select(.status == "graded")) | sort_by(.points)) as $graded
    | "\($pair): \(length) submissions: \($graded | length) graded, "
      + "\(map(select(.status == "nothing found")) | length) with nothing found, "
      + "\(map(select(.status == "could not be graded")) | length) could not be graded",
    (if $graded == [] then empty else
        ($graded | map(.points)) as $points
        | "points of \($of): mean \($points | add / length | number), "
          + "median \(($points[(length - 1) / 2 | floor] + $points[length / 2 | floor]) / 2 | number), "
          + "lowest \($points[0]), highest \($points[-1])",
        "", " failed  not run  check, and the commonest causes",
        ([range($names | length) as $i | [$graded[] | .tests[$i]]
            | {name: $names[$i], $i, failed: map(select(.status == "failed")),
               not_run: map(select(.status == "not run")) | length}]
         | sort_by([-(.failed | length), .i])[]
         | select(.failed != [])
         | "\(.failed | length | pad(7))\(.not_run | pad(9))  \(.name)", (.failed | commonest)),
        ([range($names | length) as $i | [$graded[] | .tests[$i].status]
            | select(any(. == "failed") | not) | {name: $names[$i], all: all(. == "passed")}]
         | group_by(.all) | reverse[]
         | "", "passed by all\(if .[0].all then "" else " who came to it" end):", "  \(.[].name)")
     end),
    (map(select(.status != "graded")) | if . == [] then empty else
        "", (.[] | "\(.status): \(.submission): \(.note)") end),
    (map(select(.status == "graded" and .note != "")) | if . == [] then empty else
        "", (.[] | "note: \(.submission): \(.note)") end);

(map(select(.status == "graded"))[0].tests // []) as $tests
| ($tests | map(.name)) as $names
| ($tests | map(.max)) as $maxima
| if $format == "csv" then as_csv($names; $maxima) else as_text($names; $maxima | add) end
