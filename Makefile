# Everything a person needs: `make run`, `make test`, `make check`, `make bench`. On a fresh machine python3 (with
# venv) and make are enough; the rest is installed into .venv from the lock files, by hash.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8765
export KB_DATA_DIR ?= $(CURDIR)/.data

.PHONY: run test check verify editors bench lock clean

run: $(VENV)/.run
	$(BIN)/kb serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/kb lint articles

# Runs the examples of every article whose proof doesn't hold any more.
verify: $(VENV)/.dev
	$(BIN)/kb verify --changed

# The extensions of clients/ in real editors; the first time this installs one, a gigabyte in ~/.cache.
editors: $(VENV)/.dev
	.ci/editors

bench: $(VENV)/.dev
	$(BIN)/python -m bench

# `lock` writes the exact versions and hashes that the ranges of setup.cfg resolve to today.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.lock setup.cfg pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/bin/python requirements-dev.lock setup.cfg pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
