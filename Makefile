# Everything is one word: make demo, make test, make check, make bench, make torture.
# Each makes .venv by itself, from requirements whose hashes are pinned.  Nothing else is touched.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve test check bench bench-long torture pins clean

# The first interpreter that is there and new enough; PYTHON=... chooses another.
# A name on the path is not enough: some version managers put names there that only print an error.
NEW_ENOUGH := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { echo $$python; break; }; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes
COVERED := bot/core/*,bot/engine/*

help:
	@echo 'make demo     Wary in your browser: no token, nothing leaves this computer'
	@echo 'make serve    your own bot, on the platforms named in WARY_PLATFORMS'
	@echo 'make test     the whole suite'
	@echo 'make check    style, types, direction of imports, lessons and translations'
	@echo 'make bench    figures, with how they were taken; ARGS="telegram.post" takes named rows'
	@echo 'make bench-long  figures that need up to an hour'
	@echo 'make torture  kills a sending Wary again and again, and counts'
	@echo 'make pins     pins the requirements anew; needs uv'
	@echo 'make clean    removes what the tools have made, .venv too'

demo: .venv/.run
	$(BIN)/python -m bot demo $(ARGS)

serve: .venv/.all
	$(BIN)/python -m bot serve $(ARGS)

# Some tests wait for a server or a browser: three at a time keep two cores busy. JOBS=0 runs them
# one after the other.
JOBS := 3

test: .venv/.dev
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov=bot.core --cov=bot.engine --cov-branch --cov-report= $(ARGS)
	$(BIN)/python -m coverage report --include='$(COVERED)' --fail-under=100

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m bot check

bench: .venv/.dev
	$(BIN)/python -m bench $(ARGS)

bench-long: .venv/.dev
	$(BIN)/python -m bench long

torture: .venv/.dev
	$(BIN)/python -m bench.torture $(ARGS)

.venv/.made:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'Wary needs Python 3.11, 3.12 or 3.13, and none was found on this machine.'; \
		echo 'Install one, or name it: make PYTHON=/path/to/python3.12 demo'; exit 1; fi
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { \
		echo 'Wary needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another.'; exit 1; }
	@echo 'Making .venv with $(PYTHON) ...'
	@$(PYTHON) -m venv --clear .venv || { \
		echo 'This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv'; \
		exit 1; }
	@touch $@

.venv/.run: requirements.txt | .venv/.made
	@echo 'Installing what Wary needs to run ...'
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.all: requirements-all.txt | .venv/.made
	@echo 'Installing what every platform needs ...'
	@$(PIP) -r requirements-all.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/.made
	@echo 'Installing what the suite needs ...'
	@$(PIP) -r requirements-dev.txt
	@touch $@

PINS := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make pins'

# The smaller file constrains the larger, so that one package has one version in all of them.
pins:
	$(PINS) pyproject.toml --output-file requirements.txt
	$(PINS) pyproject.toml --all-extras --constraints requirements.txt \
		--output-file requirements-all.txt
	$(PINS) pyproject.toml --all-extras --group dev --constraints requirements-all.txt \
		--output-file requirements-dev.txt
	$(PINS) --group build --constraints requirements-dev.txt --output-file requirements-build.txt

clean:
	rm -rf .venv build dist *.egg-info .coverage .hypothesis .ci/out
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bot tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
