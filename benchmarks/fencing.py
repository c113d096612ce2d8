"""What the fence costs: per DDL statement, per temporary table, per row that an application changes.

python benchmarks/fencing.py [--promises 548] [--rounds 40]
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.table import show
from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.postgres import embedded

TABLES = """\
do $$ begin
    for i in 1..{tables} loop
        execute format(
            'create table t%s (id bigint primary key, a text, b text, n int, m numeric(12,2), o timestamptz)', i);
    end loop;
end $$;
create table rows (id bigint primary key, a text, n int);
insert into rows select i, 'a', i from generate_series(1, 100000) i"""
PROMISES = """\
select schemaguard.set_promises(jsonb_agg(jsonb_build_object('schema', 'public', 'relation', c.relname,
    'attributes', '["id", "a", "b", "n", "m", "o"]'::jsonb, 'readers', '["fraud@7"]'::jsonb,
    'by_name', true, 'until', null)))
from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"""


def milliseconds(connection: "psycopg.Connection[Any]", rounds: int, *statements: str) -> float:
    """The median of one round."""
    taken = []
    for number in range(rounds):
        began = time.perf_counter()
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.format(n=number).encode())
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def measured(connection: "psycopg.Connection[Any]", rounds: int, prefix: str) -> dict[str, float]:
    """What each kind of statement takes, commit included."""
    return {
        "ALTER TABLE ADD COLUMN": milliseconds(connection, rounds, f"alter table rows add column {prefix}{{n}} int"),
        "20 × ADD COLUMN in one transaction": milliseconds(
            connection, 3, *(f"alter table t1 add column {prefix}{{n}}_{each} int" for each in range(20))
        ),
        "CREATE TEMP TABLE": milliseconds(connection, rounds, f"create temp table {prefix}{{n}} (x int)"),
        "UPDATE of one row": milliseconds(connection, rounds, "update rows set n = n + 1 where id = {n} + 1"),
        "UPDATE of 100,000 rows": milliseconds(connection, 3, "update rows set n = n + 1"),
        "DELETE of one row": milliseconds(connection, rounds, "delete from rows where id = 100000 - {n}"),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--promises", type=int, default=548)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.running(Path(folder) / "data") as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        connection.execute(TABLES.format(tables=chosen.promises // 7).encode())
        control.install(connection)
        off = measured(connection, chosen.rounds, "off")
        fence.raise_fence(connection)
        connection.execute(PROMISES.encode())
        connection.execute("analyze")
        on = measured(connection, chosen.rounds, "on")
    rows = [(what, f"{off[what]:.2f}", f"{on[what]:.2f}") for what in off]
    show("median ms, commit included", ("", "without", f"with the fence, {chosen.promises} promises"), rows)


if __name__ == "__main__":
    main()
