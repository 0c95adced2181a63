# `make` alone lists the targets. Needs Python 3.11 or newer and make (GNU make 3.81 is enough).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One worker takes a whole file: what a module sets up, such as the demo, is set up once.
# Files in the order of their names: xdist would put those with few, long tests last, and end on one processor.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# uv writes the locks: for every platform and Python version, with hashes, without hosts or paths.
COMPILE = printf 'hatchling\neditables\n' | $(BIN)/uv pip compile pyproject.toml - --quiet --all-extras --universal \
	--python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-targets bench bench-refresh check catalog lock clean
.NOTPARALLEL:

# An empty HOME would put home folders at the root of the disk; without one Python asks the system.
ifeq ($(strip $(HOME)),)
unexport HOME
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## install, load real sample events, score them, propose changes, write the report
	$(BIN)/uxpipeline demo

test: $(DEV) ## install, run the tests that need nothing but Python
	$(PYTEST) $(ARGS)

test-all: $(DEV) ## run every test; a missing tool is a failure
	$(PYTEST) -m "not target" $(ARGS)
	$(MAKE) test-targets

test-targets: $(DEV) ## run the schema's tests on PostgreSQL 15, 17, 18 and models of Supabase; installs what that needs
	scripts/target_tools.sh
	$(BIN)/python -m uxpipeline_tests.targets $(ARGS)

bench: $(DEV) ## print the tables of truth and speed
	$(BIN)/python -m benchmarks $(ARGS)

bench-refresh: $(DEV) ## measure refreshes at 1, 3 and 10 million events: an hour or two, 15 GB of disk
	$(BIN)/python -m benchmarks.refresh $(or $(ARGS),--events 1000000 3000000 10000000)

check: $(DEV) ## lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

catalog: $(DEV) ## write down the catalog of a fresh database, after a change of sql/
	$(BIN)/python -m uxpipeline_tests.db.write_catalog

lock: $(DEV) ## resolve the dependencies of pyproject.toml anew (UPGRADE=--upgrade: to their newest versions)
	$(PIP) install --quiet uv
	$(COMPILE) $(UPGRADE) --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the virtual environment and everything that tools left
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), about a minute ..."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), about a minute ..."
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $(RUNTIME) $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer; \`$(PYTHON)\` is not. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "\`$(PYTHON) -m venv\` failed; on Debian: apt install python3-venv" >&2; exit 1; }
