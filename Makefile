# `make ask` and `make test` set up all they need in .venv. Run `make` for the list.

.DEFAULT_GOAL := help
.PHONY: help ask test soak lint types check clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# On a terminal the installers show what they do; elsewhere they are quiet.
QUIET := $(shell test -t 2 || echo -qq)
# Python compiles what it imports; compiling every module of every package first would double the wait.
PIP := $(BIN)/python -m pip install $(QUIET) --no-compile --disable-pip-version-check
UV := $(shell command -v uv 2>/dev/null)

Q ?= how many casualties did NIS report?
# Handed over as it was typed: make expands nothing in it, and the shell sees only a variable.
export QUESTION := $(value Q)
unexport Q

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

ask: .venv/.installed  ## ask the bundled articles; your own question: make ask Q="who was captured?"
	@$(BIN)/qa ask -- "$$QUESTION"

# Two workers; a file stays with one of them, since its tests share an index, a server or a browser.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: .venv/.installed-dev  ## run the tests (minutes)
	@$(PYTEST)

lint: .venv/.installed-dev  ## check style and layout
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/.installed-dev  ## check types
	@mkdir -p build/types && ln -sfn ../.. build/types/articles_qa
	@$(BIN)/mypy

check: lint types  ## check style and types, run the tests with longer campaigns, Milvus and Ray
	@$(PYTEST) --tier check

soak: .venv/.installed-dev  ## run the campaigns against crashes, damage and odd input at full length (hours)
	@$(BIN)/python -m pytest --tier soak -m campaign --durations=0

clean:  ## remove what was built and cached, but not .venv
	@rm -rf __pycache__ .qa-index build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find index qa eval ui tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written only after its installation succeeded; an interrupted one is taken up again.
# uv takes a tenth of pip's time, and a new pip half of an old one's.
.venv/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || echo 'Making .venv, for the packages ...' >&2
ifneq ($(UV),)
	@$(BIN)/python --version >/dev/null 2>&1 || $(UV) venv --quiet --clear --python '>=3.11' .venv
	@echo 'Installing the program and its packages into .venv (once; 250 MB to download, a minute or less) ...' >&2
	@$(UV) pip install $(QUIET) --python $(BIN)/python --constraint constraints.txt --editable . >&2
else
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	    for python in python3.11 python3 python3.12 python3.13; do \
	        if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	            exec $$python -m venv --clear .venv; \
	        fi; \
	    done; \
	    echo 'Python 3.11 or newer with venv is needed (on Debian: apt-get install python3-venv)' >&2; exit 1; }
	@$(PIP) --upgrade pip >&2 || true
	@echo 'Installing the program and its packages into .venv (once; 250 MB to download, a minute or two) ...' >&2
	@$(PIP) --constraint constraints.txt --editable . >&2
endif
	@touch $@

# pip, since a torch for processors alone, where there is one, is found by pip's settings.
.venv/.installed-dev: .venv/.installed
	@echo 'Adding all extras and the tools for tests and checks to .venv (once, minutes) ...' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(PIP) --constraint constraints.txt --editable '.[dev]' >&2
	@touch $@
