PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check format clean

run: .venv/server
	$(BIN)/heliograph serve

test: .venv/dev .compat/ready
	$(BIN)/pytest

check: .venv/dev
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/shape

format: .venv/dev
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

clean:
	rm -rf .venv .compat

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Heliograph needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/server: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[server]'
	@touch $@

.venv/dev: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[server,dev]'
	@touch $@
