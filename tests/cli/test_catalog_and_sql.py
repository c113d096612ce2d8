"""`schemaguard catalog` and `schemaguard sql`, as they are typed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

FILES = {
    "db/1_accounts.up.sql": (
        "create type state as enum ('new', 'open');\n"
        "create table accounts (id bigserial primary key, email varchar(80) not null unique,\n"
        "  state state default 'new',\n"
        "  balance numeric(12,2) not null check (balance >= 0));\n"
    ),
    "db/1_accounts.down.sql": "drop table accounts;\ndrop type state;\n",
    "db/2_orders.up.sql": (
        "create table orders (id int generated always as identity primary key,\n"
        "  account bigint references accounts on delete cascade, placed timestamptz default now());\n"
        "create index on orders (placed) where account is not null;\n"
        "create view open_accounts as select id, email from accounts where state = 'open';\n"
    ),
    "db/3_odd.up.sql": "do $$ begin perform 1; end $$;\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (tmp_path / "schemaguard.toml").write_text('migrations = "db"\n')
    return tmp_path


def run(project: Path, *arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schemaguard.cli", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "SCHEMAGUARD_CACHE_DIR": str(project / ".cache"), **(environ or {})},
    )


def test_the_catalog_reads_well(project: Path) -> None:
    done = run(project, "catalog", "--at", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "accounts  table\n"
        "  id            bigint                 not null  default nextval('accounts_id_seq'::regclass)\n"
        "  email         character varying(80)  not null\n"
        "  state         state                            default 'new'\n"
        "  balance       numeric(12,2)          not null\n"
        "  check         balance >= 0  accounts_balance_check\n"
        "  primary key   (id)  accounts_pkey\n"
        "  unique        (email)  accounts_email_key\n"
        "\n"
        "orders  table\n"
        "  id            integer                   not null  identity always\n"
        "  account       bigint\n"
        "  placed        timestamp with time zone            default now()\n"
        "  primary key   (id)  orders_pkey\n"
        "  foreign key   (account) → accounts (id) on delete cascade  orders_account_fkey\n"
        "  index         (placed) where account is not null  orders_placed_idx\n"
        "\n"
        "open_accounts  view\n"
        "  id            bigint\n"
        "  email         character varying(80)\n"
        "\n"
        "state  enum\n"
        "  new, open\n"
        "\n"
        "db at 2 · 2 tables, 7 columns, 1 view, 1 enum · 0 opaque\n"
    )


def test_the_catalog_as_json_is_the_same_cold_and_warm(project: Path) -> None:
    cold = run(project, "catalog", "--format", "json")
    warm = run(project, "catalog", "--format", "json")
    anew = run(project, "catalog", "--format", "json", "--no-cache")
    assert cold.stdout == warm.stdout == anew.stdout
    found = json.loads(cold.stdout)
    assert (found["revision"], found["opaque"]) == ("3", 1)
    assert [table["name"] for table in found["catalog"]["tables"]] == ["accounts", "orders"]


def test_the_catalog_at_base_is_what_the_initial_file_makes(project: Path) -> None:
    (project / "dump.sql").write_text("set search_path = '';\ncreate table public.old (id int);\n")
    found = json.loads(run(project, "catalog", "--at", "base", "--initial", "dump.sql", "--format", "json").stdout)
    assert found["revision"] == ""
    assert [table["name"] for table in found["catalog"]["tables"]] == ["old"]


def test_a_database_is_read_in_the_same_shape_and_compared(project: Path, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for path in sorted(FILES):
            if ".up." in path:
                connection.execute(FILES[path])
    live = json.loads(run(project, "catalog", "--live", database, "--format", "json").stdout)
    static = json.loads(run(project, "catalog", "--format", "json").stdout)
    assert live["catalog"].keys() == static["catalog"].keys()
    same = run(project, "catalog", "--diff", "--live", database)
    assert same.stdout.endswith("are equal\n"), same.stdout
    assert same.returncode == 0
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "alter table orders drop column placed; alter table accounts alter balance type numeric(14,2)"
        )
    other = run(project, "catalog", "--diff", environ={"SCHEMAGUARD_DATABASE_URL": database})
    assert other.returncode == 1
    assert "~ column accounts.balance type: numeric(12,2) → numeric(14,2)\n" in other.stdout
    assert "- column orders.placed" in other.stdout
    as_json = json.loads(run(project, "catalog", "--diff", "--live", database, "--format", "json").stdout)
    assert {
        "kind": "column",
        "object": "accounts.balance",
        "what": "type",
        "left": "numeric(12,2)",
        "right": "numeric(14,2)",
    } in as_json["differences"]


def test_the_statements_of_a_revision_are_shown_with_their_places(project: Path) -> None:
    done = run(project, "sql", "2")
    assert done.stdout.startswith(
        "-- 2  orders\n-- db/2_orders.up.sql, upgrade\n\n-- transaction 1\n-- db/2_orders.up.sql:1\ncreate table orders"
    )
    assert "-- db/2_orders.up.sql:3\ncreate index on orders (placed) where account is not null;\n" in done.stdout


def test_a_range_and_the_way_back_are_shown(project: Path) -> None:
    found = json.loads(run(project, "sql", "db", "1:2", "--format", "json").stdout)
    assert [(one["id"], len(one["statements"])) for one in found["revisions"]] == [("1", 2), ("2", 3)]
    back = json.loads(run(project, "sql", "db", "1:2", "--downgrade", "--format", "json").stdout)
    assert [(one["id"], len(one["statements"])) for one in back["revisions"]] == [("2", 0), ("1", 2)]
    assert back["revisions"][1]["statements"][0]["sql"] == "drop table accounts"


def test_what_is_not_understood_is_said(project: Path) -> None:
    done = run(project, "sql", "3")
    assert "-- not understood: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("catalog", "--at", "9"), "error: there is no revision '9'"),
        (("catalog", "nowhere"), "error: there is no nowhere"),
        (("catalog", "--initial", "nowhere.sql"), "error: there is no nowhere.sql"),
        (("catalog", "--pg-version", "9"), "error: --pg-version 9 is not supported"),
        (("catalog", "--diff"), "error: there is no database to compare with"),
        (("catalog", "--live", "postgresql:///x?host=/nowhere"), "error: cannot reach the database"),
        (("sql", "a", "b", "c"), "error: too many arguments"),
        (("sql", "2:1"), "error: 2 doesn't come before 1"),
    ],
)
def test_what_cannot_be_meant_is_an_error_without_a_traceback(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(project, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "next: " in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_file_holds_cannot_steer_the_terminal(project: Path) -> None:
    (project / "db/4_x.up.sql").write_text("select '\x1b[2J\x1b]0;x\x07' as \"\u202ename\";\n")
    done = run(project, "sql", "4")
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "\\x1b[2J" in done.stdout


def test_a_warm_run_loads_neither_alembic_nor_sqlalchemy_nor_sqlglot(project: Path) -> None:
    run(project, "catalog")
    program = (
        "import sys; from schemaguard.cli.catalog import catalog, CatalogFormat;"
        "catalog(at='heads', output=CatalogFormat.JSON);"
        "heavy = {'alembic', 'sqlalchemy', 'sqlglot', 'psycopg', 'rich'};"
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "SCHEMAGUARD_CACHE_DIR": str(project / ".cache")},
    )
    assert done.stderr == "set()\n"


def test_an_initial_file_that_holds_revisions_already_is_not_built_twice(project: Path) -> None:
    (project / "dump.sql").write_text(
        "create table accounts (id bigint primary key, email text, later int);\n"
        "create table orders (id int primary key);\ncreate type state as enum ('new');\n"
    )
    arguments = ("catalog", "--at", "2", "--initial", "dump.sql", "--format", "json")
    done = run(project, *arguments)
    warm = run(project, *arguments)
    assert (warm.stdout, warm.stderr) == (done.stdout, done.stderr)
    found = json.loads(done.stdout)
    columns = {table["name"]: [column["name"] for column in table["columns"]] for table in found["catalog"]["tables"]}
    assert columns == {"accounts": ["id", "email", "later"], "orders": ["id"]}
    assert found["opaque"] == 0
    assert done.stderr == (
        "note: 2 and what comes before it count as applied: the initial file contains what they create\n"
    )
