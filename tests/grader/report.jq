# report.jq: turns what the grader's run printed (TAP, after the list of the checks that were
# planned, "plan [POINTS] NAME") into the format that is asked for. Strings are escaped by jq
# (@csv, @html for XML, JSON); control characters and the words of a program that is graded
# reach no format unchanged: each line of them has a bar before it.

def clean: gsub("[^\\P{Cc}\\n]"; "?");

def points: capture("^\\[(?<max>[0-9.]+)\\] (?<name>.*)$") | {name, max: (.max | tonumber)};

# the results, in the order of the plan
def results:
    [inputs] as $lines
    | (reduce $lines[] as $line ({of: {}, now: null};
        ($line | capture("^(?<not>not )?ok [0-9]+ (?<name>\\[[0-9.]+\\] .*?)( in [0-9]+ms)?( # skip ?(?<why>.*))?$") // null) as $result
        | if $result then
            .now = $result.name
            | .of[.now] = {status: (if $result.not then "failed" elif $result.why != null then "not run" else "passed" end),
                           output: (if $result.why then [$result.why] else [] end)}
          elif .now and ($line | startswith("# points ")) then
            .of[.now].part = ($line[9:] | split("/") | (.[0] | tonumber) / (.[1] | tonumber))
          elif .now and ($line | startswith("# | ")) then .of[.now].output += [$line[4:] | clean]
          else . end)
      | .of) as $of
    | [$lines[] | select(startswith("plan ")) | .[5:]
       | . as $full | points
       | . + ($of[$full] // {status: "not run", output: ["the grading was ended before it came to this"]})
       | .points = (if .status == "passed" then .max else .max * (.part // 0) * 2 | floor / 2 end)
       | .output |= join("\n")];

def indented($bar): if . == "" then "" else split("\n") | map("\n" + $bar + .) | add end;

def rounded: . * 100 | round / 100;
def got: map(.points) | add // 0 | rounded;
def all: map(.max) | add // 0 | rounded;

def as_tap:
    "1..\(length)",
    (to_entries[] | .key as $i | .value
        | "\(if .status == "passed" then "" else "not " end)ok \($i + 1) - \(.name) (\(.points)/\(.max))"
          + (.output | indented("# | ")));

def as_junit:
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<testsuites><testsuite name=\"\($pair | @html)\" tests=\"\(length)\" failures=\"\(map(select(.status == "failed")) | length)\" skipped=\"\(map(select(.status == "not run")) | length)\" errors=\"0\" time=\"0\">",
    (.[] | "<testcase classname=\"\($pair | @html)\" name=\"\("[\(.max)] \(.name)" | @html)\" time=\"0\">"
        + (if .status == "failed" then "<failure message=\"\(.output | split("\n")[0] // "failed" | @html)\">\(.output | @html)</failure>"
           elif .status == "not run" then "<skipped message=\"\(.output | @html)\"/>"
           else "" end) + "</testcase>"),
    "</testsuite></testsuites>";

def as_gradescope:
    {tests: map({name, score: .points, max_score: .max, output, visibility: ($ENV.VISIBILITY // "visible"),
                 status: (if .status == "passed" then "passed" else "failed" end)})};

def as_prairielearn:
    {gradable: true, score: (if all > 0 then got / all else 0 end),
     tests: map({name, points, max_points: .max, output,
                 message: (if .status == "passed" then "" else .status end)})};

def as_vpl:
    (.[] | "Comment :=>>- \(.name) (\(.points)/\(.max))" + (.output | indented("Comment :=>>> | "))),
    "Grade :=>> \(if all > 0 then (got * 10000 / all | round) / 100 else 0 end)";

def as_json:
    {pair: $pair, submission: $submission, points: got, of: all, tests: map({name, status, points, max, output})};

def as_csv:
    (["submission", "points", "of"] + map(.name) | @csv),
    ([$submission, got, all] + map(.points) | @csv);

results
| if $format == "tap" then as_tap
  elif $format == "junit" then as_junit
  elif $format == "gradescope" then as_gradescope | tojson
  elif $format == "prairielearn" then as_prairielearn | tojson
  elif $format == "vpl" then as_vpl
  elif $format == "json" then as_json | tojson
  else as_csv end
