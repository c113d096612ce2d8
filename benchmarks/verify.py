"""How long verifying data takes: our aggregate, the best one written by hand, and pandera's ibis backend.

    pip install 'ibis-framework[postgres]'                 # for pandera's figure; without it that row says so
    python benchmarks/verify.py [--rows 2000000] [--file-rows 10000000] [--rounds 5] [--url URL]

Seven checks a table: NULL, below twice, above, not in the enum, too long, duplicates. Ours is the whole of
`contracts verify` without the start of the program: connect, read the catalog, one aggregate. By hand is the query
alone, on an open connection. All candidates take turns in every round, so that what else the machine does hits each;
medians of the rounds. The aims: at most 1.3 times by hand, ten times faster than pandera on ibis, below 150 MB in the
client. Without a URL an embedded PostgreSQL is started; DuckDB reads a Parquet file.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show
from schemaguard.adapters.files.table_data import DuckFile
from schemaguard.adapters.postgres import embedded
from schemaguard.adapters.postgres.table_data import PostgresData
from schemaguard.adapters.spark.table_data import SparkData
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from schemaguard.commands.contracts.verify import VerificationRequest, verify
from schemaguard.contracts.contract import Contract, ContractTable, Promise

PANDERA_ROUNDS = 2
TABLE = "bench_sales"
COLUMNS = "id bigint, amount numeric(12,2), score double precision, channel text, ref text, qty integer"
POSTGRES_ROWS = """\
insert into {table} select g, (random() * 1000)::numeric(12,2), random(),
    (array['web', 'pos', 'app'])[1 + (random() * 2)::int], md5(g::text), (random() * 100)::int
from generate_series(1, {rows}) g {order}"""
DUCKDB_ROWS = """\
copy (select g::bigint as id, (random() * 1000)::decimal(12,2) as amount, random()::double as score,
    (['web', 'pos', 'app'])[1 + (random() * 2)::int] as channel, md5(g::varchar) as ref, (random() * 100)::int as qty
from range({rows}) r(g)) to '{file}' (format parquet)"""
BY_HAND = """\
select count(*), count(*) filter (where amount is null), count(*) filter (where amount < 0),
    count(*) filter (where score > 1), count(*) filter (where channel not in ('web', 'pos', 'app')),
    count(*) filter (where length(ref) > 32), count(*) filter (where qty < 0),
    (select count(id) - count(distinct id) from {source})
from {source}"""
PROMISES = (
    Promise("id", parse_type("bigint"), unique=True),
    Promise("amount", parse_type("numeric(12,2)"), required=True, minimum=0),
    Promise("score", parse_type("double precision"), maximum=1),
    Promise("channel", parse_type("text"), enum=("web", "pos", "app")),
    Promise("ref", parse_type("text"), max_length=32),
    Promise("qty", parse_type("integer"), minimum=0),
)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--file-rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", help=f"a server to make the table {TABLE} on, which is dropped again")
    parser.add_argument("--memory-of", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        _ours(PostgresData(options.memory_of, 600))
        # Not getrusage(): its peak is that of the process it was started from, where that had more.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))
        return 0
    with _server(options.url) as url:
        for order, words in (("", "in the order of id"), ("order by random()", "shuffled")):
            _postgres(url, options.rows, options.rounds, order, words)
    _duckdb(options.file_rows, options.rounds)
    return 0


@contextlib.contextmanager
def _server(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="sgb") as folder, embedded.running(Path(folder) / "data") as made:
        yield made


def _ours(data: PostgresData | DuckFile | SparkData) -> None:
    contract = Contract("urn:x", "x", (), (ContractTable(Name(TABLE), "read", PROMISES),), "x.odcs.yaml", "0")
    with data:
        (table,) = verify(contract, "x", VerificationRequest(), data).tables
    if table.is_violated or len(table.counts) + len(table.checks.proven) != 7:
        raise SystemExit(f"the seven checks don't hold: {table}")


def _postgres(url: str, rows: int, rounds: int, order: str, words: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop table if exists {TABLE}".encode())
        connection.execute(f"create table {TABLE} ({COLUMNS})".encode())
        connection.execute(POSTGRES_ROWS.format(table=TABLE, rows=rows, order=order).encode())
        connection.execute(f"vacuum analyze {TABLE}".encode())
        by_hand = BY_HAND.format(source=TABLE)
        runs: dict[str, Callable[[], object]] = {
            "by hand": lambda: connection.execute(by_hand.encode()).fetchall(),
            "ours": lambda: _ours(PostgresData(url, 600)),
        }
        few = {} if order else _pandera(url)
        took = _rounds(runs, rounds) | _rounds(few, PANDERA_ROUNDS)
        if not order:
            connection.execute(f"alter table {TABLE} add primary key (id)".encode())
            took |= _rounds({"ours, with a primary key": runs["ours"]}, rounds)
            _show_memory(url)
        version = connection.info.server_version // 10000
        connection.execute(f"drop table {TABLE}".encode())
    load = os.getloadavg()[0]
    _table(f"PostgreSQL {version}, {rows:,} rows {words}, 7 checks: median of {rounds} rounds (load {load:.1f})", took)


def _duckdb(rows: int, rounds: int) -> None:
    import duckdb  # here, for it is no part of the memory that PostgreSQL's client needs

    with tempfile.TemporaryDirectory(prefix="sgb") as folder:
        file = Path(folder) / f"{TABLE}.parquet"
        with duckdb.connect() as connection:
            connection.execute(DUCKDB_ROWS.format(rows=rows, file=file))
            by_hand = BY_HAND.format(source=f"read_parquet('{file}')")
            took = _rounds(
                {
                    "by hand": lambda: connection.execute(by_hand).fetchall(),
                    "ours": lambda: _ours(DuckFile(file, 600)),
                },
                rounds,
            )
        size = file.stat().st_size // 2**20
    _table(f"DuckDB, Parquet of {rows:,} rows ({size} MB), 7 checks: median of {rounds} rounds", took)


def _rounds(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each, all of them once a round; the first round is no part of it, for caches to be warm."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            if number:
                took[name].append((time.perf_counter() - began) * 1000)
    return took


def _table(title: str, took: dict[str, list[float]]) -> None:
    base = statistics.median(took["by hand"])
    rows = [
        (name, f"{statistics.median(times):,.0f}", f"{min(times):,.0f}", f"{statistics.median(times) / base:.2f}")
        for name, times in took.items()
    ]
    show(title, ("", "ms", "best", "× by hand"), rows)


def _pandera(url: str) -> dict[str, Callable[[], object]]:
    """pandera's ibis backend with the same seven checks; nothing where ibis isn't installed."""
    try:
        import ibis
        import pandera.ibis as pandera
    except ImportError as error:
        print(f"pandera on ibis isn't measured: {error.name} isn't installed\n")
        return {}
    schema = pandera.DataFrameSchema(
        {
            "id": pandera.Column(nullable=True),
            "amount": pandera.Column(checks=pandera.Check.ge(0), nullable=False),
            "score": pandera.Column(checks=pandera.Check.le(1), nullable=True),
            "channel": pandera.Column(checks=pandera.Check.isin(["web", "pos", "app"]), nullable=True),
            "ref": pandera.Column(checks=pandera.Check.str_length(0, 32), nullable=True),
            "qty": pandera.Column(checks=pandera.Check.ge(0), nullable=True),
        },
        unique=["id"],
    )
    connection: Any = ibis.postgres.connect(**_parts(url))
    return {"pandera on ibis": lambda: schema.validate(connection.table(TABLE), lazy=True)}


def _parts(url: str) -> dict[str, Any]:
    found = psycopg.conninfo.conninfo_to_dict(url)
    names = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "database"}
    return {names[key]: value for key, value in found.items() if key in names and value}


def _show_memory(url: str) -> None:
    program = [sys.executable, __file__, "--memory-of", url]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    print(f"The client's peak memory, in a process of its own: {int(done.stdout) / 1024:.0f} MB\n")


if __name__ == "__main__":
    sys.exit(main())
