# The one door to the suite. Each topic's own Makefile builds it, here or copied elsewhere.
# A topic is a folder with a Makefile and pairs in it; other folders, a class's say, are none.
each_topic = for makefile in ./*/Makefile; do \
	topic=$${makefile%/Makefile}; topic=$${topic\#./}; \
	set -- "./$$topic"/*/producer.c; [ -e "$$1" ] || continue;

# What a user gives is data: it reaches the scripts by the environment, as it was typed, and never
# becomes part of a command. $(value ...) keeps a $ in it from make; MAKEOVERRIDES would hand it on to
# other makes, which would expand it. CC, CFLAGS and the like go on by the environment as well.
data := SUBMISSION ALL RESULTS JOBS SSHLOGIN EXCEL FORMAT PAIR DIR SEED PAUSE STEP ONLY SANITIZE FOR \
	MACH_KERNEL MACH_SECONDS CHECKS GRADE_LIMIT PATIENCE TEST WITH FROM LEVEL COURSE KEY PAPER INPUT \
	MISTAKE PROTOCOL
$(foreach name,$(data),$(if $(value $(name)),$(eval override export $(name) := $$(value $(name)))))
MAKEOVERRIDES =

# Windows' headers include all of the compiler's intrinsics, which nobody here uses: without them a program is
# compiled in a third of the time
export MINGW_CFLAGS ?= -O2 -Wall -Wextra -Wpedantic -D_X86INTRIN_H_INCLUDED

# what else a user's shell may have set, and would change what scripts do
unexport BASH_ENV CDPATH ENV POSIXLY_CORRECT

all: programs ## build the pairs that this machine has compilers for
	@[ ! -s build/failed ]

# Some ways of copying lose the bits that make a script one; a script begins with #!
scripts := for script in tests/* tests/*/* tests/*/*/* mach/gnumach/run .ci/run; do \
	[ -f "$$script" ] && [ ! -x "$$script" ] && IFS= read -r line <"$$script" || continue; \
	case $$line in '\#!/'*) chmod +x "$$script" ;; esac; done 2>/dev/null
runnable:
	@$(scripts)

# a topic's programs at the same time, what each says in one piece; make -j N: N at a time
in_parallel = $(if $(filter -j%,$(MAKEFLAGS)),,-O -j$$(nproc))
# One topic's failure stops no other: each says what was built, and the failures stand last.
programs: runnable
	@mkdir -p build 2>/dev/null && (: >build/failed) 2>/dev/null || { \
	echo 'make: nothing can be written in this folder: copy it to one of yours, and go on there' >&2; exit 1; }
	@$(each_topic) $(MAKE) -s $(in_parallel) -C "./$$topic" || echo "$$topic" >>build/failed; done
	@[ ! -e handouts/naive/Makefile ] || $(MAKE) -s $(in_parallel) -C handouts/naive || echo naive >>build/failed
	@sed 's/$$/: not built: the error stands above/' build/failed

demo: programs ## send this README through each pair; one pair in a lecture: PAIR=mqueue/posix STEP=1
	@if [ -n "$$PAIR" ]; then bash tests/stage/lecture "$$PAIR"; else bash tests/stage/demo; fi

watch: programs ## a pair live, typed by you, and what the kernel holds: PAIR=mqueue/posix [WITH=folder]
	@bash tests/stage/watch "$$PAIR" "$$WITH"

why: runnable ## say why each program of the suite that you have running waits; your own: WITH=folder
	@bash tests/stage/why "$$WITH"

python := command -v python3 >/dev/null || { echo 'it needs python3: apt-get install python3' >&2; exit 1; }; python3
trace: runnable ## draw what happens in a run: PAIR=fifo/posix [INPUT=file] [WITH=folder] [MISTAKE=number] [DIR=folder]
	@$(python) tests/stage/trace trace

mistake: runnable ## list a pair's typical mistakes, or show and run one: PAIR=shm/posix [MISTAKE=number]
	@$(python) tests/stage/trace mistake

exercise: runnable ## write a starting point for students: PAIR=shm/posix DIR=new-folder [LEVEL=1, 2 or 3 | FROM=naive]
	@sh tests/grader/exercise "$$PAIR" "$$DIR"

student-kit: runnable ## write what you hand out: PAIR=shm/posix DIR=new-folder [LEVEL=1, 2 or 3] [SEED=word, for a protocol of your own]
	@bash tests/grader/student-kit "$$PAIR" "$$DIR"

test: programs ## test every pair; some: ONLY="shm" or ONLY="shm/posix shm.bats"; sanitized: SANITIZE=address,undefined
	@set -f; bash tests/run $$ONLY && [ ! -s build/failed ]

grade: runnable ## grade a student's version: PAIR=shm/posix SUBMISSION=folder [FORMAT=gradescope] [LEVEL=1, 2 or 3]; a class: ALL=folder RESULTS=folder JOBS=2
	@[ -z "$$LEVEL" ] || CHECKS=$$(sh tests/grader/exercise --checks "$$LEVEL" "$$PAIR") || exit; export CHECKS; \
	if [ -n "$$ALL" ]; then bash tests/grader/class "$$PAIR" "$$ALL" "$$RESULTS" "$$FORMAT"; \
	else bash tests/grader/grade "$$PAIR" "$$SUBMISSION" $${FORMAT:+"$$FORMAT"}; fi || [ $$? = 1 ]

lint: programs ## check the sources with every compiler and checker that is installed
	@bash tests/run lint.bats

bench: programs ## measure the pairs against cat | cat, in ratios (about a minute)
	@bash tests/bench

sheets := $(patsubst handouts/%.md,%,$(filter-out handouts/README.md,$(wildcard handouts/*.md)))
# beside each sheet a trace of its pair, where the pair runs on Linux itself: its last line links it
traces := $(patsubst %,build/handouts/%.html,$(subst /,-,$(wildcard $(sheets:%=%/posix) $(sheets:%=%/model))))
pages := index $(sheets)
rendered := $(pages:%=build/handouts/%.html) $(pages:%=build/handouts/%.pdf) \
	$(if $(filter letter,$(value PAPER)),$(pages:%=build/handouts/letter/%.pdf)) \
	$(if $(value KEY),build/key/key.html build/key/key.pdf)
handouts: $(traces) $(rendered) ## write a course page, the lab sheets and a trace of each pair into build/handouts, as HTML and PDF; also US Letter: PAPER=letter; the answers, into build/key: KEY=1

rendering := $(wildcard handouts/*.svg handouts/render/*)
build/handouts/index.html: handouts/README.md build/handouts/.downloads.md $(rendering)
	@$(render) ../build/handouts/.downloads.md
build/handouts/%.html: handouts/%.md $(rendering)
	@$(render)
build/key/%.html: handouts/instructors/%.md $(rendering)
	@$(render)
build/handouts/.downloads.md: FORCE # has a new time only if it says something new
	@mkdir -p $(@D) && sh handouts/render/downloads $(pages) >$@.new && \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
# pandoc 2.19 has a new name for this, and warns of the old one
in_one_file = $$(pandoc --help | grep -q -e --embed-resources && echo --embed-resources || echo --self-contained)
define render
mkdir -p $(@D) && cd handouts && pandoc -f gfm -t html5 \
	$(in_one_file) \
	--standalone --template render/template.html --lua-filter render/filter.lua -o ../$@ $(<:handouts/%=%)
endef

slides: build/handouts/slides.html ## the sheets' pictures and excerpts as a deck for the projector: build/handouts/slides.html
topics := shm mqueue mailslot pipes fifo mach alpc
build/handouts/slides.html: $(topics:%=handouts/%.md) $(rendering)
	@mkdir -p $(@D) && { echo '<style>'; cat handouts/render/slides.css; echo '</style>'; } >$(@D)/slides.head
	@cd handouts && pandoc -f gfm -t dzslides --standalone --slide-level=2 \
		$(in_one_file) \
		-H ../$(@D)/slides.head --lua-filter render/slides.lua -o ../$@ $(topics:%=%.md)
	@rm $(@D)/slides.head

$(traces): $(wildcard tests/stage/*.py tests/stage/trace tests/stage/page.html tests/tools/calls.c) \
	$(wildcard */posix/*.[ch] alpc/model/*.[ch])
	@env -u INPUT -u WITH -u MISTAKE PAIR=$(subst -,/,$(basename $(@F))) DIR=$(@D) tests/stage/trace trace >/dev/null || \
	echo "handouts: no trace of $(@F): the error stands above"

# from standard input: no links to files beside it
build/handouts/letter/%.pdf: build/handouts/%.html
	@mkdir -p $(@D) && weasyprint -q -s handouts/render/paper-letter.css - $@ <$<
build/%.pdf: build/%.html
	@weasyprint -q -s handouts/render/paper-a4.css - $@ <$<
FORCE:

windows-kit: runnable ## write build/ipc-suite-windows.zip: .exe files, sources and a self-check for a Windows user
	@sh tests/windows-kit/pack

deps: runnable ## install what the tests need (apt, with sudo if you are not root); less: FOR=grade
	@sh tests/deps

clean: ## remove what was built
	@$(each_topic) $(MAKE) -s -C "./$$topic" clean || exit; done
	@rm -rf build

help: ## show this, and what is missing on this machine
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20
	@sh tests/deps --missing

.NOTPARALLEL: # make -j deps test: first deps, then test
.PHONY: all runnable programs demo watch why trace mistake exercise student-kit test grade lint bench handouts windows-kit slides \
	deps clean help
