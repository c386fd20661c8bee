#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder's image (Ubuntu). To make an autograder, zip the
# contents of this folder with the suite beside it, from the suite's top:
#     git archive -o suite.tar HEAD && zip -j autograder.zip tests/grader/gradescope/* suite.tar
# and put the pair to grade into the file `pair.txt` before. What to set on Gradescope: handouts/grading.md
set -eu
[ $# = 0 ] || { echo "usage: setup.sh" >&2 && exit 2; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends gcc make libc6-dev binutils jq procps strace \
    util-linux libarchive-tools
mkdir -p /autograder/suite
tar -xf /autograder/source/suite.tar -C /autograder/suite
make -s -C "/autograder/suite/$(cut -d / -f 1 /autograder/source/pair.txt)"
