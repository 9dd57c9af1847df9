# psdm. Two commands do all set-up: `make demo` and `make test`. Each makes its own environment from the hashed lock.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
LOCKED := --require-hashes --quiet --disable-pip-version-check
# files whose change asks for a new environment
RUN    := $(VENV)/.run-ready
DEV    := $(VENV)/.dev-ready
SOURCES := src tests bench

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types imports unit audit bench lock clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("psdm needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install $(LOCKED) -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(BIN)/python -m pip install $(LOCKED) -r requirements/dev.txt
	@touch $@

demo: $(RUN) ## Monday's forecast preparation on the embedded sandbox
	@$(BIN)/psdm --sandbox --exit-zero forecast-prep --no-walk

test: $(DEV) lint types imports unit ## everything CI runs: format, lint, types, import contracts, tests

lint: $(DEV) ## format and lint, without changing anything
	$(BIN)/ruff format --check --quiet $(SOURCES)
	$(BIN)/ruff check --quiet $(SOURCES)

format: $(DEV) ## put the sources in order
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

types: $(DEV)
	$(BIN)/mypy

imports: $(DEV)
	$(BIN)/lint-imports

unit: $(DEV) ## the tests alone; three side by side on two cores, since many of them wait
	$(BIN)/python -m pytest -n 3 --dist worksteal $(PYTEST)

audit: $(DEV) ## known vulnerabilities in what we stand on
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt

bench: $(DEV) ## start-up, cold and warm runs; the table goes to docs/performance.md
	$(BIN)/python -m bench

lock: $(DEV) ## bring the hashed locks up to date with pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --upgrade --group dev --constraint requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis
