"""The aggregate in the SQL of servers that aren't run here: what they have no word for is said in another way."""

import pytest
import sqlglot
from sqlglot import exp

from schemaguard.adapters.spark.address import SparkCluster, SparkPath, spark_place
from schemaguard.catalog.objects import Name
from schemaguard.commands.contracts.verify import unrun_dialect
from schemaguard.errors import UsageError
from schemaguard.verification.aggregate_sql import Dialect, Since, Source, aggregate
from schemaguard.verification.checks import AskedCheck, Bound, Distinct, NoLonger, OneOf, Required, ValueKind, number

OTHERS: tuple[Dialect, ...] = ("trino", "snowflake", "bigquery")
TENTH = number("0.1")
assert TENTH is not None
ASKED = (
    AskedCheck(Required("score"), ValueKind.DOUBLE),
    AskedCheck(Bound("score", "≤", TENTH), ValueKind.SINGLE),
    AskedCheck(OneOf('na`m"e', ("it's", "\\")), ValueKind.TEXT),
    AskedCheck(NoLonger('na`m"e', 3), ValueKind.TEXT),
    AskedCheck(Distinct("id"), ValueKind.INTEGER),
)


@pytest.mark.parametrize("dialect", [*OTHERS, "spark"])
def test_what_is_written_is_read_again_by_that_dialect_with_all_names_and_values(dialect: Dialect) -> None:
    source = Source(
        dialect, Name("t", "s"), "id > 3", Since("at", "timestamp with time zone", "2026-01-01T00:00:00+00:00"), 5
    )
    query = aggregate(source, ASKED)
    tree = sqlglot.parse_one(query, dialect=dialect)
    assert {each.name for each in tree.find_all(exp.Column)} == {"score", 'na`m"e', "id", "at"}
    assert {"it's", "\\"} <= {each.this for each in tree.find_all(exp.Literal) if each.is_string}
    assert tree.find(exp.TableSample) is not None
    # Both numbers of a duplicate count are of one sample.
    assert tree.find(exp.Subquery) is None


@pytest.mark.parametrize(
    ("dialect", "nan"),
    [
        ("trino", 'IS_NAN("score")'),
        ("snowflake", "\"score\" = CAST('NaN' AS "),
        ("bigquery", "IS_NAN(`score`)"),
        ("spark", "ISNAN(`score`)"),
    ],
)
def test_each_asks_for_nan_in_its_own_words(dialect: Dialect, nan: str) -> None:
    assert nan in aggregate(Source(dialect, Name("t")), ASKED[:1])


def test_a_sample_of_spark_names_no_seed_for_it_knows_no_word_for_it() -> None:
    assert "SEED" not in aggregate(Source("spark", Name("t"), sample=5), ASKED)


@pytest.mark.parametrize(
    ("dialect", "type_", "spelled"),
    [
        ("bigquery", "timestamp without time zone", "CAST('2026-01-01 12:00:00' AS DATETIME)"),
        ("bigquery", "date", "CAST('2026-01-01' AS DATE)"),
        ("trino", "timestamp with time zone", "CAST('2026-01-01T12:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)"),
    ],
)
def test_a_time_is_spelled_as_the_type_takes_it(dialect: Dialect, type_: str, spelled: str) -> None:
    since = Since("at", type_, "2026-01-01T12:00:00+00:00")
    assert spelled in aggregate(Source(dialect, Name("t"), since=since), ASKED)


@pytest.mark.parametrize(
    ("on", "place"),
    [
        ("spark:data/t.parquet", SparkPath("data/t.parquet", "parquet")),
        ("spark:/data/t.orc", SparkPath("/data/t.orc", "orc")),
        ("spark:delta:/data/t", SparkPath("/data/t", "delta")),
        ("spark:s3a://bucket/t", SparkPath("s3a://bucket/t", "parquet")),
        ("spark://master:7077/shop", SparkCluster("spark://master:7077", "shop")),
        ("spark://master:7077", SparkCluster("spark://master:7077", "default")),
        ("sc://host:15002/shop", SparkCluster("sc://host:15002", "shop")),
        ("t.parquet", None),
        ("postgresql://host/shop", None),
    ],
)
def test_where_spark_reads_is_named_in_the_url(on: str, place: object) -> None:
    assert spark_place(on) == place


@pytest.mark.parametrize("on", ["spark:", "spark:delta:", "spark:///x", "sc://"])
def test_a_url_without_a_place_is_refused(on: str) -> None:
    with pytest.raises(UsageError):
        spark_place(on)


def test_only_servers_that_are_not_run_are_written_for() -> None:
    given = ("trino://h/c", "snowflake:", "BigQuery:", "postgresql://h", "spark:x", "trino", None)
    assert [unrun_dialect(on) for on in given] == ["trino", "snowflake", "bigquery", None, None, None, None]
