#!/usr/bin/env python3
"""Grades a submission for Classroom 50 (https://github.com/foundation50/classroom50): its runner starts this in the
student's checkout, and reads result.json (classroom50/result/v1) and release-body.md there.

Put it into CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository, beside it pair.txt with the pair to grade,
and the suite in a folder `suite`. The assignment's runtime block needs
    {"runs-on": "ubuntu-24.04", "apt": ["binutils", "jq", "libarchive-tools", "strace"]}
Untried there: only against the fields that its documentation names."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

if len(sys.argv) > 1:
    print("usage: autograder.py", file=sys.stderr)
    sys.exit(2)
HERE = Path(__file__).resolve().parent
PAIR = (HERE / "pair.txt").read_text().strip()
env = os.environ

# as root, so that the submission runs as a user of its own and cannot change its grade
command = [] if os.geteuid() == 0 else ["sudo"]
command += ["bash", str(HERE / "suite/tests/grader/grade"), PAIR, os.getcwd(), "text", "json=" + str(HERE / "grade.json")]
grade = subprocess.run(command, stdout=subprocess.PIPE, text=True, errors="replace", check=False)
print(grade.stdout)
if grade.returncode > 1:  # not the submission's fault: the runner reports an error, and no grade
    sys.exit(grade.returncode)

graded = json.loads((HERE / "grade.json").read_text())
# Classroom 50 has whole points alone: halves and hundredths are counted as such
points = [test["points"] for test in graded["tests"]] + [test["max"] for test in graded["tests"]]
factor = next(by for by in (1, 2, 100) if by == 100 or all(math.isclose(p * by, round(p * by)) for p in points))
tests = [
    {
        "test-name": test["name"],
        "passed": test["status"] == "passed",
        "score": round(test["points"] * factor),
        "max-score": round(test["max"] * factor),
        "output": test["output"],
    }
    for test in graded["tests"]
]
result = {
    "schema": "classroom50/result/v1",
    "classroom": env["CLASSROOM"],
    "assignment": env["ASSIGNMENT"],
    "submission": env["SUBMISSION_TAG"],
    "commit": env["COMMIT_URL"],
    "release": env["RELEASE_URL"],
    "review": env.get("REVIEW_URL") or env["COMMIT_URL"],
    "score": sum(test["score"] for test in tests),
    "max-score": sum(test["max-score"] for test in tests),
    "tests": tests,
}
for field in ("owner", "assignment_type"):  # the runner has the last word on these
    if env.get(field.upper()):
        result[field] = env[field.upper()]
committed = subprocess.run(  # the runner puts the same in
    ["git", "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"],
    env={**env, "TZ": "UTC"}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
if committed.stdout.strip():
    result["datetime"] = committed.stdout.strip()
Path("result.json").write_text(json.dumps(result, indent=1))
Path("release-body.md").write_text("```text\n" + grade.stdout.replace("```", "'''") + "```\n")
