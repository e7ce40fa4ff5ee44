# make scan    sets up all that is needed in this folder, then shows stanch on a small leaky repository
# make scan TARGET=PATH-OR-ADDRESS    the same with a target of yours
# make test    sets up, then runs every check and test
#
# Needs Python 3.11 or newer, git and make. PYTHON=python3.12 chooses among several Pythons.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
SOURCES := $(shell find src/stanch -name '*.py' -o -name '*.toml')
# What is compiled where there is a C compiler: the modules with a .pxd beside them.
COMPILED := $(shell find src/stanch -name '*.pxd' | sed 'p; s/pxd$$/py/')

# As it was typed: make expands nothing in it, and the shell sees it in the environment only.
override TARGET := $(value TARGET)
export TARGET
# All that set-up makes stays in this folder, the compiled pattern database included.
export STANCH_CACHE_DIR := $(CURDIR)/$(VENV)/cache

# The steps of set-up install into one folder, one after the other.
.NOTPARALLEL:
.PHONY: scan test setup bench fuzz format lock clean
.DEFAULT_GOAL := scan

scan: $(VENV)/.compiled
	@if [ -n "$$TARGET" ]; then $(BIN)/stanch scan -- "$$TARGET"; else $(BIN)/stanch demo; fi; \
	status=$$?; case $$status in 1|3) ;; *) exit $$status ;; esac

test: $(VENV)/.compiled $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy src tests hatch_build.py $(wildcard benchmarks/*.py)
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

setup: $(VENV)/.compiled $(VENV)/.dev

bench: $(VENV)/.compiled
	@[ -n "$$TARGET" ] || { echo "make bench TARGET=/path/to/a/clone" >&2; exit 1; }
	@$(PIP) --require-hashes --requirement requirements/bench.txt
	$(BIN)/python benchmarks/run.py --tree "$$TARGET" --history "$$TARGET" --staged "$$TARGET"

# All that is compiled is built once more, with AddressSanitizer, in a folder of its own; SECONDS says how long.
SANITIZED := $(VENV)/sanitized
SECONDS ?= 60
fuzz: $(VENV)/.compiled
	rm -rf $(SANITIZED) && mkdir -p $(SANITIZED) && cp -r src/. $(SANITIZED) && find $(SANITIZED) -name '*.so' -delete
	CFLAGS="-fsanitize=address -O1 -g" LDFLAGS="-fsanitize=address" $(BIN)/python hatch_build.py $(SANITIZED)
	LD_PRELOAD="$$(cc -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
		PYTHONPATH=$(SANITIZED) $(BIN)/python tests/fuzz.py $(SECONDS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Writes requirements/ anew from pyproject.toml; the only target that changes what a build is made of.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --no-config --system-certs --universal \
	--python-version 3.11 --generate-hashes --custom-compile-command "make lock"
lock: $(VENV)/.run
	$(PIP) uv==0.13.9
	$(COMPILE) --all-extras --group build --output-file requirements/run.txt
	$(COMPILE) --group dev --all-extras --constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --group bench --constraint requirements/run.txt --output-file requirements/bench.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.so' -delete

# --- set-up: each of these files is a stamp that says when its step was done ---

$(VENV)/.run: requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "stanch needs Python 3.11 or newer, and $(PYTHON) is none: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "setting up in $(VENV) (once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "installing what tests and checks need (once)"
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/.stanch: $(VENV)/.run pyproject.toml hatch_build.py $(COMPILED)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Start-up counts: bytecode even where Python is told not to write any, and the pattern database.
$(VENV)/.compiled: $(VENV)/.stanch $(SOURCES)
	@$(BIN)/python -m compileall -qq $(VENV)/lib src || true
	@$(BIN)/python -c 'from stanch.detect import Engine; Engine()'
	@touch $@
