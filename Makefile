# Everything starts here: `make help`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# uv is quicker where someone has it; plain pip does the same work.
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install -q --python $(BIN)/python,$(PIP) install) --require-hashes
# One more than most small machines have cores: many tests wait for servers.
PYTEST_ARGS ?= -n 3 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo test test-keys check format simulate bench bench-claims bench-console bench-looks bench-paced bench-rates bench-servers caps chaos corpus fuzz catalogue vendor lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.base: requirements/base.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit("Relance needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing what Relance needs into $(VENV) ..."
	@$(INSTALL) -r requirements/base.txt
	@touch $@

# The command, as pip writes it for a wheel (tests/integration/grounds/test_wheel.py compares the two).
$(BIN)/relance: $(VENV)/.base Makefile
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/relance.pth"
	@printf '%s\n' '#!$(abspath $(BIN))/python' 'import sys' 'from relance.cli import main' "if __name__ == '__main__':" '    sys.exit(main())' > $@
	@chmod +x $@

$(VENV)/.dev: $(BIN)/relance requirements/dev.txt
	@echo "installing what the tests need ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

install: $(BIN)/relance ## put the command into .venv/bin, with all it needs
	@echo "the command is $(BIN)/relance"

demo: $(BIN)/relance ## play three weeks of a real sequence in about a minute, then audit it
	@$(BIN)/relance demo

test: $(VENV)/.dev ## all three rings of tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-keys: $(VENV)/.dev ## the tests with every sentence replaced by its key: what decides by one is found out
	RELANCE_TEST_REWORDED=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.dev ## format, lint, types, import rules, migrations, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/python -m pytest -q tests/unit/test_generated_docs.py tests/integration/test_migrations.py

format: $(VENV)/.dev ## rewrite the files the way `check` wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## every bar in one table, with peers beside us (BENCH_ARGS="--mails 2000 --hits 10000 --people 30000" for a short one)
	@$(BIN)/python -m benchmarks.all $(BENCH_ARGS)

bench-claims: $(VENV)/.dev ## what a claim and a look at the whole cost with 10,000 people and with 5,000,000
	@$(BIN)/python -m benchmarks.claims

bench-console: $(VENV)/.dev ## how long the list pages of the console take at 1,000,000 contacts, and what the first page weighs
	@$(BIN)/python -m benchmarks.console

bench-looks: $(VENV)/.dev ## how long status, report, held and pages of lists take with 300,000 people and 900,000 mails
	@$(BIN)/python -m benchmarks.looks

bench-rates: $(VENV)/.dev ## what it costs to count the results of a week of 1,000,000 mails
	@$(BIN)/python -m benchmarks.rates

bench-paced: $(VENV)/.dev ## the CPU of a mail where two thousand mailboxes keep their gaps, and how late second mails are
	@$(BIN)/python -m benchmarks.paced

bench-servers: $(VENV)/.dev ## what a silent, cutting, refusing or lying mail server does to its healthy neighbours
	@$(BIN)/python -m benchmarks.bad_server

chaos: $(VENV)/.dev ## kill, freeze, cut and silence everything while mails fall due, then count (SEED, STEPS, CRASHES, SECONDS, EMBEDDED=1)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS)) $(if $(CRASHES),--crashes $(CRASHES)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(EMBEDDED),--embedded)

caps: $(VENV)/.dev ## send MAILS mails (10,000) to COMPANIES (97) by `relance scheduler` and eight worker processes: no limit is exceeded by one
	$(BIN)/python -m tests.fleet $(if $(MAILS),--mails $(MAILS)) $(if $(COMPANIES),--companies $(COMPANIES))

corpus: $(VENV)/.dev ## judge the corpus of answers and write docs/corpus.md
	$(BIN)/python -m tests.corpus.score

fuzz: $(VENV)/.dev ## a minute of mutated mails through reading and judging (FUZZ_SECONDS)
	$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),60)

SEEDS ?= 400
SIM_FROM ?= 0
simulate: $(VENV)/.dev ## play SEEDS simulated worlds from SIM_FROM on: crashes, freezes, lost commits, answers
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --from $(SIM_FROM) --processes 2

catalogue: $(VENV)/.dev ## list the sentences that lack a translation (ADD=1 writes stubs for them)
	@$(BIN)/python -m tests.catalogue $(if $(ADD),--add)

vendor: ## copy what others wrote (htmx, Pico, icons) from the packages of vendor's locks and bundle the editor, byte for byte (needs npm)
	$(PYTHON) vendor/build.py

lock: ## renew requirements/*.txt (needs uv)
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --no-emit-index-url --no-annotate --extra sandbox --extra fast pyproject.toml -o requirements/base.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate benchmarks/peers/requirements.in -o benchmarks/peers/requirements.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --no-emit-index-url --no-annotate --extra sandbox --extra fast --group dev pyproject.toml -c requirements/base.txt -o requirements/dev.txt

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
