# The one door to the suite. Each topic's own Makefile builds it, here or copied elsewhere.
topics := $(sort $(foreach pair,$(wildcard */*/producer.c),$(firstword $(subst /, ,$(pair)))))

all: ## build the pairs that this machine has compilers for
	@for topic in $(topics); do $(MAKE) -s -C $$topic || exit; done

demo: all ## send this README through each pair; one pair in a lecture: PAIR=mqueue/posix STEP=1
	@$(if $(PAIR),tests/stage/lecture $(PAIR),tests/stage/demo)

exercise: ## write a starting point for students: PAIR=shm/posix DIR=new-folder
	@tests/grader/exercise "$(PAIR)" "$(DIR)"

test: all ## test every pair; some: ONLY="shm/posix shm.bats"; sanitized: SANITIZE=address,undefined
	@SANITIZE=$(SANITIZE) tests/run $(ONLY)

grade: ## grade a student's version: PAIR=shm/posix SUBMISSION=folder [FORMAT=gradescope, ...], or ALL=folder of folders
	@tests/grader/grade $(if $(ALL),--all '$(PAIR)' '$(ALL)','$(PAIR)' '$(SUBMISSION)' $(FORMAT)) || [ $$? = 1 ]

lint: ## check the sources with every compiler and checker that is installed
	@tests/run lint.bats

bench: all ## measure the pairs against cat | cat, in ratios (about a minute)
	@tests/bench

sheets := $(patsubst handouts/%.md,%,$(filter-out handouts/README.md,$(wildcard handouts/*.md)))
pages := $(addprefix build/handouts/,index $(sheets))
handouts: $(addsuffix .html,$(pages)) $(addsuffix .pdf,$(pages)) ## render the lab sheets to HTML and PDF, in build/handouts

rendering := $(wildcard handouts/*.svg handouts/render/*)
build/handouts/index.html: handouts/README.md $(rendering)
	@$(render)
build/handouts/%.html: handouts/%.md $(rendering)
	@$(render)
define render
mkdir -p $(@D) && cd handouts && pandoc -f gfm -t html5 --self-contained \
	--template render/template.html --lua-filter render/filter.lua -o ../$@ $(<F)
endef

build/handouts/%.pdf: build/handouts/%.html # from standard input: no links to files beside it
	@weasyprint -q - $@ <$<

deps: ## install what the tests need (apt, with sudo if you are not root)
	@tests/deps

clean: ## remove what was built
	@for topic in $(topics); do $(MAKE) -s -C $$topic clean || exit; done
	@rm -rf build

help: ## show this, and what is missing on this machine
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16
	@tests/deps --missing

.NOTPARALLEL: # make -j deps test: first deps, then test
.PHONY: all demo exercise test grade lint bench handouts deps clean help
