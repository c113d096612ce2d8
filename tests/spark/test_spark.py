"""The same rows in PostgreSQL, a Parquet file and Spark break the same promises as often; how each compares values."""

import datetime
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from schemaguard.adapters.files.table_data import DuckFile
from schemaguard.adapters.postgres.table_data import PostgresData
from schemaguard.adapters.spark.address import SparkCluster, SparkPath
from schemaguard.adapters.spark.table_data import SparkData
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from schemaguard.commands.contracts.verify import VerificationRequest, verify
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.errors import DatabaseError, UsageError
from tests.postgres.verification.drawn import POLARS, POOLS, promises, rows

pytest.importorskip("pyspark", reason="pyspark isn't installed (the extra `spark`)")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Java isn't installed"),
    pytest.mark.xdist_group("spark"),
]
EXAMPLES = int(os.environ.get("SCHEMAGUARD_SPARK_EXAMPLES", "3"))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """One session for all of the tests, which the product finds running and leaves so."""
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )
    yield made
    made.stop()


@pytest.fixture(scope="module")
def table(server: str) -> Iterator[str]:
    columns = ", ".join(f"{name} {type_}" for name, (type_, _) in POOLS.items())
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table if exists verdicts")
        connection.execute(f"create table verdicts ({columns})".encode())
    yield server
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table verdicts")


def contract(*promised: Promise) -> Contract:
    return Contract("urn:x", "x", (), (ContractTable(Name("verdicts"), "read", promised),), "x.odcs.yaml", "0")


def broken(data: Any, of: Contract, wanted: VerificationRequest | None = None) -> dict[tuple[str, str], int]:
    with data:
        (found,) = verify(of, "x", wanted or VerificationRequest(), data).tables
    assert not found.checks.unjudged
    assert not found.checks.drifts
    return {(asked.check.column, asked.check.words): count for asked, count in found.violations}


def parquet(folder: Path, columns: dict[str, Any], schema: Any = None) -> str:
    file = folder / "verdicts.parquet"
    pl.DataFrame(columns, schema=schema, strict=False).write_parquet(file)
    return str(file)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(promised=promises(), filled=rows)
def test_all_three_break_the_same_promises_as_often(
    spark: Any,
    table: str,
    tmp_path_factory: pytest.TempPathFactory,
    promised: tuple[Promise, ...],
    filled: list[tuple[Any, ...]],
) -> None:
    with psycopg.connect(table, autocommit=True) as connection:
        connection.execute("truncate verdicts")
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into verdicts values ({', '.join(['%s'] * len(POOLS))})".encode(), filled)
    of = contract(*promised)
    columns = {name: [row[at] for row in filled] for at, name in enumerate(POOLS)}
    file = parquet(tmp_path_factory.mktemp("verdicts"), columns, POLARS)
    expected = broken(PostgresData(table, 60), of)
    assert broken(DuckFile(Path(file), 60), of) == expected
    assert broken(SparkData(SparkPath(file, "parquet"), 60), of) == expected


def test_every_value_near_a_limit_is_judged_alike(spark: Any, table: str, tmp_path: Path) -> None:
    """All values of all columns at once, against every limit: what the property test draws from."""
    most = max(len(values) for _, values in POOLS.values())
    filled = [tuple(values[at % len(values)] for _, values in POOLS.values()) for at in range(most)]
    with psycopg.connect(table, autocommit=True) as connection:
        connection.execute("truncate verdicts")
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into verdicts values ({', '.join(['%s'] * len(POOLS))})".encode(), filled)
    file = parquet(tmp_path, {name: [row[at] for row in filled] for at, name in enumerate(POOLS)}, POLARS)
    limits = {"minimum": 0.1, "maximum": 2.5, "exclusive_minimum": -1e300, "exclusive_maximum": float(2**53 + 1)}
    listed = ("0", "0.1", "2.50", "9007199254740993")
    of = contract(
        *(
            Promise(name, parse_type(type_), required=True, unique=True, enum=listed, **limits)
            for name, (type_, _) in POOLS.items()
            if name in ("whole", "small", "exact", "double", "single")
        ),
        Promise("words", parse_type("text"), required=True, unique=True, max_length=1, enum=("a", "it's", "\\", "%s")),
        Promise("flag", parse_type("boolean"), required=True, enum=("true",)),
        Promise("moment", parse_type("timestamp with time zone"), required=True, unique=True),
    )  # fmt: skip
    expected = broken(PostgresData(table, 60), of)
    assert len(expected) > 20
    assert broken(DuckFile(Path(file), 60), of) == expected
    assert broken(SparkData(SparkPath(file, "parquet"), 60), of) == expected


def test_conditions_times_and_samples_go_to_spark_with_the_query(
    spark: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    moments = [datetime.datetime(2026, 1, day, tzinfo=datetime.UTC) for day in (1, 2, 3)]
    file = parquet(tmp_path, {"a": [1, -1, -2], "at": moments, "d": [each.date() for each in moments]})
    of = contract(Promise("a", parse_type("bigint"), minimum=0))
    wanted = VerificationRequest(table="verdicts", since="2026-01-02", time_column="at")
    place = SparkPath(file, "parquet")
    assert broken(SparkData(place, 60), of, wanted) == {("a", "≥ 0"): 2}
    later = VerificationRequest(table="verdicts", since="2026-01-02T12:00:00", time_column="at")
    assert broken(SparkData(place, 60), of, later) == {("a", "≥ 0"): 1}
    day = VerificationRequest(table="verdicts", since="2026-01-03", time_column="d")
    assert broken(SparkData(place, 60), of, day) == {("a", "≥ 0"): 1}
    where = VerificationRequest(table="verdicts", where="a > -2", sample=100, rows=2)
    with SparkData(place, 60) as data:
        (found,) = verify(of, "x", where, data).tables
        assert (found.rows, found.counts) == (2, (1,))
        assert list(found.examples.values()) == [(("a",), (("-1",),))]
        assert data.ask("select 1") == [(1,)]
        with pytest.raises(DatabaseError, match=r"refused: CAST_INVALID_INPUT\n") as refused:
            data.ask("select cast('a secret' as int)")
        assert "a secret" not in str(refused.value)
    assert "a secret" not in "".join(capfd.readouterr())


def test_tables_of_a_catalog_are_found_by_their_schema(spark: Any, tmp_path: Path) -> None:
    file = parquet(tmp_path, {"a": [1, None]})
    spark.sql(f"create schema if not exists shop_of_ada location '{tmp_path}/shop'")
    spark.sql(f"create table shop_of_ada.verdicts using parquet location '{file}'")
    of = contract(Promise("a", parse_type("bigint"), required=True))
    with SparkData(SparkCluster("local[1]", "shop_of_ada"), 60) as data:
        assert data.shape(Name("nothing"), {}) is None
        (found,) = verify(of, "x", VerificationRequest(), data).tables
        assert (found.rows, found.counts) == (2, (1,))
    spark.sql("drop schema shop_of_ada cascade")


def test_what_is_not_there_is_said(spark: Any, tmp_path: Path) -> None:
    of = contract(Promise("a", parse_type("integer")))
    with pytest.raises(UsageError, match="Spark can't read it"):
        broken(SparkData(SparkPath(str(tmp_path / "none.parquet"), "parquet"), 60), of)
    with pytest.raises(Exception, match="this Spark can't read delta: its package isn't there"):
        broken(SparkData(SparkPath(str(tmp_path), "delta"), 60), of)


_NAN, _INFINITY = "cast('NaN' as {double})", "cast('Infinity' as {double})"
_ZEROS = "(select {negative} as z union all select cast(0 as {double})) zeros"
SEMANTICS = {
    "NaN = NaN": f"{_NAN} = {_NAN}",
    "NaN > infinity": f"{_NAN} > {_INFINITY}",
    "NULL = NULL": "cast(null as {double}) = cast(null as {double})",
    "-0.0 = 0.0": "{negative} = cast(0 as {double})",
    "distinct values of -0.0 and 0.0": f"(select count(distinct z) from {_ZEROS})",
    "'a' = 'a '": "cast('a' as {text}) = cast('a ' as {text})",
    "'a' = 'A'": "cast('a' as {text}) = cast('A' as {text})",
    "characters of e and a combining accent": "length('e\u0301')",
    "characters of an emoji": "length('\U0001f600')",
    "0.1 + 0.2 = 0.3, decimals": "cast(0.1 as decimal(3,1)) + cast(0.2 as decimal(3,1)) = cast(0.3 as decimal(3,1))",
    "2^53 + 1 as a whole number = 2^53 + 1 as a decimal":
        "cast(9007199254740993 as bigint) = cast(9007199254740993 as decimal(20,0))",
    "a time without a zone = the same in UTC":
        "cast('2026-01-01 12:00:00' as {ntz}) = cast('2026-01-01 12:00:00+00:00' as {tz})",
}  # fmt: skip
WORDS = {
    "postgres": {"double": "double precision", "text": "text", "ntz": "timestamp", "tz": "timestamptz",
                 "negative": "cast('-0.0' as double precision)"},
    "duckdb": {"double": "double", "text": "text", "ntz": "timestamp", "tz": "timestamptz",
               "negative": "cast('-0.0' as double)"},
    "spark": {"double": "double", "text": "string", "ntz": "timestamp_ntz", "tz": "timestamp",
              "negative": "cast('-0.0' as double)"},
}  # fmt: skip


def test_the_table_of_how_each_compares_values_is_what_each_answers(spark: Any, table: str, tmp_path: Path) -> None:
    file = parquet(tmp_path, {"a": [1]})
    with (
        PostgresData(table, 60) as postgres,
        DuckFile(Path(file), 60) as duckdb,
        SparkData(SparkPath(file, "parquet"), 60) as in_spark,
        psycopg.connect(table) as utc,
    ):
        utc.execute("set timezone = 'UTC'")
        engines = {
            "postgres": lambda query: utc.execute(query.encode()).fetchall(),
            "duckdb": duckdb.ask,
            "spark": in_spark.ask,
        }
        assert postgres.ask("select 1") == [(1,)]
        found = {
            name: [_word(ask(f"select {text.format(**WORDS[engine])}")[0][0]) for engine, ask in engines.items()]
            for name, text in SEMANTICS.items()
        }
    page = (Path(__file__).parents[2] / "docs/verify.md").read_text()
    assert "\n".join(f"| {name} | {' | '.join(answers)} |" for name, answers in found.items()) in page


def _word(value: Any) -> str:
    return "NULL" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
