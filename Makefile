# Every target makes the virtual environment first if there is none. Nothing but Python 3.11 and make is needed.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
COMPILED := .venv-compiled
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test compiled random interop fuzz check format install clean

demo: $(STAMP)
	$(BIN)/schemaguard demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# The same with sqlglot's compiled build, which another tool may bring along.
compiled: $(COMPILED)/.installed
	$(COMPILED)/bin/python -m pytest -n 2 tests/unit tests/check

$(COMPILED)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(COMPILED)
	$(COMPILED)/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable ".[dev]" sqlglotc
	touch $@

# The long modes of what draws at random.
random: $(STAMP)
	SCHEMAGUARD_RANDOM_EXAMPLES=2000 $(BIN)/python -m pytest tests/postgres/catalog/test_random_changes.py \
		tests/postgres/verification

# Other tools on our files; the first run installs them (about 500 MB) into pytest's cache.
interop: $(STAMP)
	$(BIN)/python -m pytest tests/interop

fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) $(COMPILED) .mypy_cache .ruff_cache .pytest_cache .hypothesis
