# The lab sheets are true: what they quote is in the sources, what they link to and name is there.
# handouts/README.md says how a sheet is written for that; transcripts.bats plays what they show.

# shellcheck disable=SC2016 # the backticks of Markdown, nothing to expand
PAIR=none
load ../helper
load handouts

# Prints each excerpt of a sheet that is not, line by line, in the file that the last link before
# it leads to; `…` stands for what is left out.
wrong_excerpts() { # SHEET
    local line file='' inside='' piece='' rest='' before number=0
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        if [ -n "$inside" ]; then
            if [ "$line" = '…' ] || [ "$line" = '```' ]; then
                before=${rest%%$'\n'"$piece"*} # bash finds that much faster than what comes after it
                if [ "$before" = "$rest" ]; then
                    echo "${1##*/}:$number: not in $file: $piece"
                else
                    rest=$'\n'${rest:${#before}+1+${#piece}}
                fi
                piece=''
                [ "$line" = '…' ] || inside=''
            else
                piece+=$line$'\n'
            fi
        elif [ "$line" = '```c' ] || [ "$line" = '```idl' ]; then
            inside=yes rest=''
            IFS= read -rd '' rest <"${1%/*}/$file" || true # all of it
            rest=$'\n'$rest
        elif [[ $line =~ ^(.*\]\(([^\)]*)\)).*:$ ]]; then
            file=${BASH_REMATCH[2]}
        fi
    done <"$1"
}

# Prints what sheets link to or name as a file, a make target or an exercise, and what is not there.
wrong_names() { # SHEET...
    local sheet file name link pair topic targets exercises
    targets=$'\n'$(<"$ROOT/Makefile") exercises=$'\n'$(<"$TESTS/grader/exercises")
    while IFS= read -rd '' file && IFS= read -r name; do # as grep -Z writes them
        sheet=${file##*/} topic=$ROOT/${sheet%.md}
        link=${name#']('} link=${link%)}
        case $name in
        '](https://'*) ;;
        ']('*'#'*) has_heading "${file%/*}/${link%%#*}" "$file" "${link##*#}" || echo "$sheet: no such heading: $link" ;;
        ']('*) [ -e "${file%/*}/$link" ] || echo "$sheet: links to $link" ;;
        *'make '*)
            read -r _ name pair <<<"$name"
            [[ $targets == *$'\n'"$name:"* ]] || echo "$sheet: make $name"
            [[ $name != exercise || $exercises == *$'\n'"${pair#PAIR=} "* ]] || echo "$sheet: no exercise $pair"
            ;;
        *)
            name=${name//\`/}
            [[ $name == my-* || $name == *TOPIC* ]] || { [ ! -e "$topic" ] && compgen -G "$ROOT/*/*/$name" >/dev/null; } || compgen -G "$topic/*/$name" >/dev/null || compgen -G "$topic/*/runtime/$name" >/dev/null ||
                [ -e "$ROOT/$name" ] || [ -e "$SHEETS/$name" ] || echo "$sheet: names $name"
            ;;
        esac
    done < <(grep -oHZE -e '\]\([^) ]*\)' -e '`[A-Za-z0-9_./-]+\.(c|h|S|md|svg|idl|bats)`' \
        -e '(`|^    )make [a-z-]+( PAIR=[a-z/]+)?' "$@")
}

has_heading() { # FILE-OR-FOLDER/ SHEET ANCHOR: as the code host makes anchors of headings
    local file=$1 line LC_ALL=C
    [ -f "$file" ] || file=$2
    while IFS= read -r line; do
        [[ $line =~ ^#+\ (.*) ]] || continue
        line=${BASH_REMATCH[1],,} line=${line// /-}
        [ "${line//[^a-z0-9-]/}" != "$3" ] || return 0
    done <"$file"
    return 1
}

# The commands in README, one a line: those of a block, and those in a sentence. What its transcript has is played.
commands_in() { # README
    sed -n '/^    [^ #]/{s/^    //; s/ *#.*//; p}' "$1"
    sed '/^```/,/^```/d' "$1" | tr '\n' ' ' | grep -oE '`(make|id|pgrep)[^`]*`'
}

# Prints each command of README of which no test says, by a line "# README: COMMAND" before it, that it runs it; and
# each such line that README has no longer.
not_run() { # README
    local command text tags
    text=$(<"$1") text=${text//$'\n'/ }
    mapfile -t tags < <(awk '/^@test / && tag != "" { print tag } !/^#/ { tag = "" } /^# README: / { tag = substr($0, 11) }' \
        "$TESTS"/*.bats "$TESTS"/*/*.bats)
    while read -r command; do
        command=${command//\`/}
        [[ " ${tags[*]/%/;} " == *" $command; "* ]] || echo "${1##*/}: no test says that it runs $command"
    done < <(commands_in "$1")
    for command in "${tags[@]}"; do
        [[ $text == *"$command"* ]] || echo "${1##*/}: has no $command"
    done
}

@test "every command in README is run by a test" {
    not_run "$ROOT/README.md" >wrong
    cat wrong && [ ! -s wrong ]
    { cat "$ROOT/README.md" && printf 'Type `make tea`.\n\n    make coffee   # hot\n'; } >more.md
    [ "$(not_run more.md)" = $'more.md: no test says that it runs make coffee\nmore.md: no test says that it runs make tea' ]
    sed 's/make why/make/' "$ROOT/README.md" >less.md
    [ "$(not_run less.md)" = 'less.md: has no make why' ]
}

@test "every excerpt in the sheets is in its source, line by line" {
    for sheet in "$SHEETS"/*.md; do wrong_excerpts "$sheet"; done >wrong
    cat wrong && [ ! -s wrong ]
}

@test "every link in the sheets leads somewhere, and every file that they name is there" {
    wrong_names "$SHEETS"/*.md "$ROOT"/*.md >wrong
    cat wrong && [ ! -s wrong ]
}

@test "every call in a picture is in its topic's programs" {
    local picture name line sources call='>([a-zA-Z_]+)[(,<]'
    for picture in "$SHEETS"/*.svg; do
        name=${picture##*/}
        sources=$(cat "$ROOT/${name%%[.-]*}"/*/*.[ch])
        while IFS= read -r line; do
            [[ $line == *'class="code"'* ]] || continue
            while [[ $line =~ $call ]]; do
                [[ $sources == *[^a-zA-Z0-9_]"${BASH_REMATCH[1]}"[^a-zA-Z0-9_]* ]] || echo "$name: ${BASH_REMATCH[1]}"
                line=${line#*"${BASH_REMATCH[0]}"}
            done
        done <"$picture"
    done >wrong
    cat wrong && [ ! -s wrong ]
}

@test "a wrong excerpt, link, file name or transcript is found" {
    mkdir handouts mine && echo 'int x;' >mine/file.c
    printf '[f](../mine/file.c):\n\n```c\nint y;\n```\n' >handouts/excerpt.md
    [[ $(wrong_excerpts handouts/excerpt.md) == 'excerpt.md:5: not in ../mine/file.c: int y;'* ]]
    sed -i 's/int y/int x/' handouts/excerpt.md
    [ -z "$(wrong_excerpts handouts/excerpt.md)" ]
    printf '[f](../mine/none.c) [g](#none) `none.c` `make none` `make exercise PAIR=no/ne DIR=x`\n\n    make none # hot\n' >handouts/names.md
    [ "$(wrong_names handouts/names.md | grep -c 'no/*ne')" = 6 ]
    printf '```console\n$ echo one\none\n2$ cat\n2> two\n2: two\n2> ^C\n2$ echo $?\n2: 130\n```\n' >right.md
    "$TESTS/sheets/transcript" right.md </dev/null 3>&-
    sed 's/^2: two/2: three/' right.md >wrong.md
    run ! "$TESTS/sheets/transcript" wrong.md </dev/null 3>&-
    [[ $output == *"wrong.md:6: 2: three"* ]]
    sed '/^one/d' right.md >silent.md
    run ! "$TESTS/sheets/transcript" silent.md </dev/null 3>&-
    [[ $output == *"silent.md: terminal 1 at the end: to be seen, but not in the sheet: one"* ]]
}

@test "make handouts renders every sheet, with its picture inside, to HTML and PDF" {
    need pandoc pandoc
    need weasyprint weasyprint
    local link wrong=$PWD/wrong pages=("$SHEETS"/*.md) traces=({pipes,fifo,mqueue,shm}-posix alpc-model)
    pages=("${pages[@]##*/}") pages=("${pages[@]%.md}") pages=("${pages[@]/README/index}")
    pages=("${pages[@]/%/.html}") traces=("${traces[@]/%/.html}")
    # a PDF takes seconds: two are made, the others likewise
    make -s -C "$ROOT" "${traces[@]/#/build/handouts/}" "${pages[@]/#/build/handouts/}" build/handouts/{index,mqueue}.pdf
    [ "$(head -qc 5 "$ROOT"/build/handouts/{index,mqueue}.pdf)" = %PDF-%PDF- ]
    [ "$(make -nB -C "$ROOT" handouts | grep -c '^weasyprint .* build/handouts/')" = ${#pages[@]} ]
    cd "$ROOT/build/handouts"
    run ! grep -E 'src="[^d]' "${pages[@]}"
    for page in "${pages[@]}"; do
        sheet=$SHEETS/${page%.html}.md
        [ "$(grep -c '!\[' "${sheet/%index.md/README.md}")" = "$(grep -oE '<img|<svg' "$page" | wc -l)" ]
    done
    # the course page can be copied to any place: its links lead to what is beside it
    while IFS='"' read -r _ link _; do
        [[ $link == https:* || $link == '#'* ]] || [ -e "${link%%#*}" ] || [[ " ${pages[*]/%.html/.pdf} " == *" $link "* ]] ||
            echo "index.html: links to $link"
    done < <(grep -o 'href="[^"]*"' index.html) >"$wrong"
    cat "$wrong" && [ ! -s "$wrong" ]
    [ ! -e key.html ]
    command -v python3 >/dev/null || skip "the traces beside the sheets need python3: apt-get install python3"
    for page in "${traces[@]}"; do
        has_text "${page%-*}.html" "href=\"$page\""
        has_text "$page" '"hang": false.*"same": true'
    done
}

@test "make slides shows every picture and every excerpt of the sheets" {
    local slides
    need pandoc pandoc
    make -s -C "$ROOT" slides
    slides=$(grep -c '<section class="slide level2">' "$ROOT/build/handouts/slides.html")
    [ "$slides" = "$(cat "$SHEETS"/{shm,mqueue,mailslot,pipes,fifo,mach,alpc}.md | grep -cE '^(```(c|idl)$|!\[)')" ]
    run ! grep -E 'src="[^d]' "$ROOT/build/handouts/slides.html"
}
