PYTHON ?= python3
BIN := .venv/bin

# The tests start hundreds of processes, which must not all compile every module anew.
test check: export PYTHONDONTWRITEBYTECODE :=
test check: export PYTHONPYCACHEPREFIX := $(CURDIR)/.pytest_cache/bytecode

.PHONY: help run test check format generate ui check-ui bench image assets clean

help: ## List the targets.
	@echo 'Usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/server ## Set up .venv and serve a sandbox at http://127.0.0.1:8080.
	$(BIN)/heliograph dev

test: .venv/dev .compat/ready .programs/ready ## Set up what the tests need, and run all of them.
	@command -v $(CC) > /dev/null && $(MAKE) --no-print-directory .bench/load || echo 'no C compiler: the load generator is not tested'
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: .venv/dev .bench/load ## Measure the server; options go into BENCH, as in BENCH='--engine sqlite --only list-25'.
	$(BIN)/python -m bench.run $(BENCH)

check: .venv/dev ## Check format, lint, types, imports, generated files and shape.
	$(BIN)/ruff format --check src tests bench tools examples
	$(BIN)/ruff check src tests bench tools examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.generate_client --check
	$(BIN)/python -m tools.generate_compat --check
	$(BIN)/python -m tools.generate_console_api --check
	$(BIN)/python -m tools.generate_rules_page --check
	$(BIN)/python -m tools.unasync --check
	$(BIN)/pytest tests/shape
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory check-ui; \
	  elif [ -n "$$HELIOGRAPH_TEST_REQUIRE_NODE" ]; then echo 'no npm, and HELIOGRAPH_TEST_REQUIRE_NODE is set'; exit 1; \
	  else echo 'no npm: the console is not built again'; fi

check-ui: ui/node_modules/ready ## Check types and unit tests of the console, and that its built files are those of ui/.
	cd ui && npm run --silent types && npm run --silent test && node build.mjs --check

format: .venv/dev ## Format the code, and fix what ruff can fix.
	$(BIN)/ruff format src tests bench tools examples
	$(BIN)/ruff check --fix src tests bench tools examples

generate: .venv/dev ## Regenerate the client, heliograph.compat, the types of the console, and the page of the rules.
	$(BIN)/python -m tools.generate_console_api
	$(BIN)/python -m tools.generate_rules_page
	$(BIN)/python -m tools.generate_client
	$(BIN)/python -m tools.generate_compat
	$(BIN)/python -m tools.unasync

ui: ui/node_modules/ready ## Build the console from ui/; needs Node 20.
	cd ui && npm run --silent types && npm run --silent build

ui/node_modules/ready: ui/package-lock.json
	cd ui && npm ci --silent --no-fund --no-audit
	@touch $@

image: ## Build the container image heliograph; needs Docker.
	docker build --tag heliograph .

clean: ## Remove everything that was set up.
	rm -rf .venv .compat .programs .bench ui/node_modules ui/.tests

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

.bench/load: bench/load.c $(foreach part,histogram requests response,bench/$(part).c bench/$(part).h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -Wall -Wextra -Werror -O2 -o $@ $(filter %.c,$^)

assets: ## Refresh the two files of the reference page; needs npm.
	npm pack --silent swagger-ui-dist@5 | xargs tar xzf
	cp package/swagger-ui-bundle.js package/swagger-ui.css src/heliograph/server/docs/assets/
	cat package/NOTICE package/LICENSE package/swagger-ui-bundle.js.LICENSE.txt > src/heliograph/server/docs/assets/LICENSE.swagger-ui
	rm -rf package swagger-ui-dist-*.tgz
