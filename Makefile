PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test bench check format generate clean assets

run: .venv/server
	$(BIN)/heliograph serve

test: .venv/dev .compat/ready .programs/ready
	@command -v $(CC) > /dev/null && $(MAKE) --no-print-directory .bench/load || echo 'no C compiler: the load generator is not tested'
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# Options go into BENCH: make bench BENCH='--engine sqlite --only list-25'
bench: .venv/dev .bench/load
	$(BIN)/python -m bench.run $(BENCH)

check: .venv/dev
	$(BIN)/ruff format --check src tests bench tools examples
	$(BIN)/ruff check src tests bench tools examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.generate_client --check
	$(BIN)/python -m tools.generate_compat --check
	$(BIN)/python -m tools.unasync --check
	$(BIN)/pytest tests/shape

format: .venv/dev
	$(BIN)/ruff format src tests bench tools examples
	$(BIN)/ruff check --fix src tests bench tools examples

# The parts of the client and of heliograph.compat that are generated from the table of operations, and the sync client.
generate: .venv/dev
	$(BIN)/python -m tools.generate_client
	$(BIN)/python -m tools.generate_compat
	$(BIN)/python -m tools.unasync

clean:
	rm -rf .venv .compat .programs .bench

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Heliograph needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/server: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[server]'
	@touch $@

.venv/dev: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable '.[server,dev]'
	@touch $@

.compat/ready: .venv/dev tests/compat/install.sh tests/compat/constraints.txt
	@tests/compat/install.sh .compat $(BIN)/python

.programs/ready: tests/programs/install.sh
	@tests/programs/install.sh .programs

.bench/load: bench/load.c bench/answer.c bench/answer.h bench/histogram.c bench/histogram.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -Wall -Wextra -Werror -O2 -o $@ $(filter %.c,$^)

# Refreshes the two files of the reference page; needs npm.
assets:
	npm pack --silent swagger-ui-dist@5 | xargs tar xzf
	cp package/swagger-ui-bundle.js package/swagger-ui.css src/heliograph/server/docs/assets/
	cat package/NOTICE package/LICENSE package/swagger-ui-bundle.js.LICENSE.txt > src/heliograph/server/docs/assets/LICENSE.swagger-ui
	rm -rf package swagger-ui-dist-*.tgz
