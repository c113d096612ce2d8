"""`schemaguard facts` tells the sizes and the traffic of tables, and nothing else of what is in them."""

import psycopg
import pytest
import yaml
from typer.testing import CliRunner

from schemaguard.adapters.postgres.connection import connect
from schemaguard.adapters.postgres.load import calibrated, read_load
from schemaguard.cli.main import app
from schemaguard.rules.facts.production import from_document

SETUP = """
create table visits (id bigint primary key, referrer text);
insert into visits select i, 'a secret' from generate_series(1, 5000) i;
create schema side; create table side."T t" (id bigint);
analyze visits
"""


def test_sizes_and_traffic_come_from_the_statistics(each_database: str) -> None:
    with connect(each_database) as connection, psycopg.connect(each_database) as other:
        connection.execute(SETUP)
        other.execute("select count(*) from visits")
        found = read_load(connection)
    visits = found.tables["public.visits"]
    assert visits.rows == 5000
    assert visits.bytes >= 5000 * 32
    assert visits.index_bytes >= 5000 * 16
    assert visits.longest_transaction_s >= 0
    assert [name for name in found.tables if name.startswith("side.")] == ["side.T t"]


def test_calibration_measures_and_leaves_nothing_behind(each_database: str) -> None:
    with connect(each_database) as connection:
        rates = calibrated(connection, rows=2_000)
        left = connection.execute("select count(*) from pg_namespace where nspname like 'schemaguard%'").fetchone()
    assert rates.is_measured
    assert min(rates.scan_mb_per_s, rates.rewrite_mb_per_s, rates.index_rows_per_s, rates.lookup_rows_per_s) > 0
    assert left == (0,)


def test_the_file_names_tables_and_holds_no_data(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(database) as connection:
        connection.execute(SETUP)
    done = CliRunner().invoke(app, ["facts", "--database", database])
    assert done.exit_code == 0, done.output
    assert "secret" not in done.output
    assert "referrer" not in done.output
    assert set(from_document(yaml.safe_load(done.stdout)).tables) == {"public.visits", "side.T t"}
