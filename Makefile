# Two commands for a fresh machine: `make demo` and `make test`. Both set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# more than two cores have: much of the time is spent waiting for children and terminals
WORKERS ?= 3

# the pinned versions want Python 3.11 or newer; 3.10 gets the newest that the ranges allow
PINS := $(shell $(PYTHON) -c 'import sys; print("--constraint constraints.txt" * (sys.version_info >= (3, 11)))')

# without bytecode every start of dlt costs ten seconds
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test setup lint types bench scores kills clean help

help:  ## show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

demo: $(READY)  ## the main job, with no key and no network: a weather API, loaded and queried
	@rm -rf .demo
	@$(BIN)/pilot demo --dir .demo

test: $(READY) lint types  ## everything that CI checks
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

setup: $(READY)  ## the virtual environment only

$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pilot and its tools into $(VENV) ..."
	@# the launcher that an older pip writes takes half as long again to start
	-@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet $(PINS) --editable '.[dev]'
	@touch $(READY)

lint: $(READY)  ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

bench: $(READY)  ## start-up, whole runs and tokens, as ratios in one run (minutes)
	-@$(BIN)/python -m pip install --quiet $(PINS) --editable '.[bench]'
	$(BIN)/python -m benchmarks

scores: $(READY)  ## pipelines for many APIs, specs and faults, and large loads, compared row by row (many minutes)
	$(BIN)/python -m benchmarks.apis
	$(BIN)/python -m benchmarks.openapi
	$(BIN)/python -m benchmarks.faults
	$(BIN)/python benchmarks/load/compare.py 10000 100000

kills: $(READY)  ## journeys killed 200 times at random moments, resumed, compared (many minutes)
	$(BIN)/python -m tests.e2e.kills --kills 200

clean:  ## remove what make made
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
