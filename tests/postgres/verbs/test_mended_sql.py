"""Folders of SQL that `fix` has mended: each tool's layout goes on, and a server has the catalog that it had before."""

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from schemaguard import config
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.cli.main import app
from schemaguard.commands.catalog import live_catalog
from schemaguard.commands.check import CheckOptions, check
from schemaguard.commands.histories import find_one, replay_history
from schemaguard.commands.reading import open_reading
from tests.conftest import fresh

TABLES = """\
create table "Kunde" (id bigint primary key, "E-Mail" text);
create table orders (id bigint primary key, customer bigint, amount numeric(12, 2));
"""
KEYS = """\
alter table orders add constraint "fk kunde" foreign key (customer) references "Kunde" (id);
alter table orders add check (amount >= 0);
"""
CHANGES = (
    TABLES,
    'create unique index "u""x" on "Kunde" ("E-Mail");\n',
    KEYS,
    "alter table orders alter column amount set not null;\n",
)
"""The last three lock out traffic."""
LAYOUTS = {
    "plain": ("{}_step.sql", "{}"),
    "golang-migrate": ("{}_step.up.sql", "{}"),
    "flyway": ("V{}__step.sql", "{}"),
    "goose": ("{}_step.sql", "-- +goose Up\n{}"),
    "dbmate": ("{}_step.sql", "-- migrate:up\n{}"),
}


def applied(folder: Path, url: str) -> Catalog:
    """The catalog of a server that has run every statement, each in its transaction."""
    reading = open_reading(config.load(folder, {}), folder)
    replay = replay_history(find_one(reading, None), reading)
    with psycopg.connect(url, autocommit=True) as connection:
        for run in replay.runs:
            for step in run.steps:
                connection.execute(step.statement.sql.encode())
    return live_catalog(url).catalog


@pytest.mark.parametrize("tool", LAYOUTS)
def test_the_mended_history_leads_a_server_to_the_same_catalog(
    tool: str, tmp_path: Path, server18: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text = LAYOUTS[tool]
    (tmp_path / "db").mkdir()
    (tmp_path / "schemaguard.toml").write_text('migrations = "db"\nlock_timeout = "2s"\nstatement_timeout = "60s"\n')
    for number, change in enumerate(CHANGES, 1):
        (tmp_path / "db" / name.format(number)).write_text(text.format(change))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(tmp_path / ".cache"))
    with fresh(server18) as url:
        before = applied(tmp_path, url)
    done = CliRunner().invoke(app, ["fix", "--write"])
    assert done.exception is None
    assert "new revision" in done.stdout
    reading = open_reading(config.load(tmp_path, {}), tmp_path)
    left = check(CheckOptions(select=("blocking",)), reading, {}, lambda _: pytest.fail("no database"))  # type: ignore[arg-type,return-value]  # never asked
    assert [one.message for one in left.findings if one.severity == "error"] == []
    with fresh(server18) as url:
        after = applied(tmp_path, url)
    assert [str(one) for one in difference(before, after)] == []
    assert "nothing to mend" in CliRunner().invoke(app, ["fix", "--write"]).stdout
