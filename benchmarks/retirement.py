"""How long a retirement, the count of rows without a value, and the way back take on two million rows.

Usage: python -m benchmarks.retirement
"""

import tempfile
import time
from pathlib import Path

import psycopg

from schemaguard.adapters import control
from schemaguard.adapters.postgres import embedded

ROWS = 2_000_000
_TABLE = """\
create table t (id bigint generated always as identity primary key, k int, x text, z text);
insert into t (k, x, z) select i, 'v' || i, 'z' from generate_series(1, {rows}) i;
create index on t (x);"""


def main() -> None:
    """Print the milliseconds of each."""
    with (
        tempfile.TemporaryDirectory(prefix="sgbench") as folder,
        embedded.running(Path(folder) / "data") as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        control.install(connection)
        connection.execute(_TABLE.format(rows=ROWS).encode())
        (number,) = _timed(connection, "retire", "select schemaguard.retire('t'::regclass, 3::int2)")
        _timed(connection, "count rows without a value", f"select schemaguard.without_value({number})")
        _timed(connection, "restore", f"select schemaguard.restore({number}, false)")


def _timed(connection: psycopg.Connection[tuple[int, ...]], what: str, query: str) -> tuple[int, ...]:
    began = time.monotonic()
    row = connection.execute(query.encode()).fetchone()
    print(f"{what:<28}{(time.monotonic() - began) * 1000:8.1f} ms")
    assert row is not None
    return row


if __name__ == "__main__":
    main()
