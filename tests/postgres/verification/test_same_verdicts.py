"""The same rows in PostgreSQL, a Parquet file, a pandas and a polars frame break the same promises as often."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas
import pandera.polars
import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from schemaguard.adapters.files.table_data import DuckFile
from schemaguard.adapters.postgres.table_data import PostgresData
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from schemaguard.commands.contracts.verify import VerificationRequest, verify
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.verification.frames import frame_schema
from tests.conftest import VERSIONS
from tests.postgres.verification.drawn import POLARS, POOLS, promises, rows

EXAMPLES = int(os.environ.get("SCHEMAGUARD_RANDOM_EXAMPLES", "30"))
PANDAS = {
    "whole": "Int64", "small": "float64", "exact": "object", "double": "float64", "single": "float32", "words": "str",
    "flag": "boolean", "moment": "datetime64[us, UTC]",
}  # fmt: skip


@pytest.fixture(scope="module", params=VERSIONS)
def own(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server with the table that every example fills anew."""
    server: str = request.getfixturevalue(f"server{request.param}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table if exists verdicts")
        columns = ", ".join(f"{name} {type_}" for name, (type_, _) in POOLS.items())
        connection.execute(f"create table verdicts ({columns})".encode())
    yield server
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table verdicts")


def _contract(promises: tuple[Promise, ...]) -> Contract:
    table = ContractTable(Name("verdicts"), "read", promises)
    return Contract("urn:x", "x", (), (table,), "x.odcs.yaml", "0")


def _asked(data: PostgresData | DuckFile, contract: Contract) -> dict[tuple[str, str], int]:
    with data:
        (table,) = verify(contract, "x", VerificationRequest(), data).tables
    assert not table.checks.unjudged
    assert not table.checks.drifts
    return {(asked.check.column, asked.check.words): count for asked, count in table.violations}


def _framed(contract: Contract, frame: Any, backend: Any) -> dict[tuple[str, str], int]:
    """How many failure cases each check of each column has."""
    try:
        frame_schema(contract, None, backend).validate(frame, lazy=True)
    except (pandera.pandas.errors.SchemaErrors, pandera.polars.errors.SchemaErrors) as error:
        cases = error.failure_cases
        told = cases.to_dicts() if backend == "polars" else cases.to_dict("records")
        found: dict[tuple[str, str], int] = {}
        for case in told:
            key = (case["column"], case["check"])
            found[key] = found.get(key, 0) + 1
        return found
    return {}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(promises=promises(), rows=rows)
def test_all_four_break_the_same_promises_as_often(
    own: str, tmp_path_factory: pytest.TempPathFactory, promises: tuple[Promise, ...], rows: list[tuple[Any, ...]]
) -> None:
    contract = _contract(promises)
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("truncate verdicts")
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into verdicts values ({', '.join(['%s'] * len(POOLS))})".encode(), rows)
    expected = _asked(PostgresData(own, 30), contract)
    columns = {name: [row[at] for row in rows] for at, name in enumerate(POOLS)}
    polars = pl.DataFrame(columns, schema=POLARS, strict=False)
    file: Path = tmp_path_factory.mktemp("verdicts") / "verdicts.parquet"
    polars.write_parquet(file)
    assert _asked(DuckFile(file, 30), contract) == expected
    pandas = pd.DataFrame({name: pd.Series(values, dtype=PANDAS[name]) for name, values in columns.items()})
    assert _framed(contract, pandas, "pandas") == expected
    assert _framed(contract, polars, "polars") == expected


def test_a_frame_of_an_odd_index_is_judged_row_by_row() -> None:
    contract = _contract((Promise("a", parse_type("integer"), required=True, unique=True, minimum=1),))
    frame = pd.DataFrame({"a": [1.0, None, 0.0, 0.0]}, index=[5, 5, 5, 5])
    assert _framed(contract, frame, "pandas") == {("a", "required"): 1, ("a", "≥ 1"): 2, ("a", "unique"): 1}


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_whole_number_is_listed_or_not_whatever_float_is_next_to_it(backend: str) -> None:
    contract = _contract((Promise("a", parse_type("bigint"), enum=("2.50", str(2**53 + 1))),))
    values = {"a": [2**53, 2**53 + 1]}
    frame = pd.DataFrame(values) if backend == "pandas" else pl.DataFrame(values)
    assert list(_framed(contract, frame, backend).values()) == [1]


def test_padding_is_no_part_of_a_character_value() -> None:
    contract = _contract((Promise("a", parse_type("character(3)"), enum=("ab",), max_length=2),))
    for frame, backend in (
        (pd.DataFrame({"a": ["ab ", "abc"]}), "pandas"),
        (pl.DataFrame({"a": ["ab ", "abc"]}), "polars"),
    ):
        assert _framed(contract, frame, backend) == {("a", "one of ab"): 1, ("a", "at most 2 characters"): 1}


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_column_that_is_missing_or_of_another_type_breaks_the_promise(backend: str) -> None:
    contract = _contract((Promise("a", parse_type("bigint")), Promise("b", parse_type("text"))))
    frame = pd.DataFrame({"a": ["x"]}) if backend == "pandas" else pl.DataFrame({"a": ["x"]})
    found = _framed(contract, frame, backend)
    assert ("a", "bigint") in found
    assert any(check == "column_in_dataframe" for _, check in found)
    other = {"a": [1.5], "b": [7]}
    frame = pd.DataFrame(other) if backend == "pandas" else pl.DataFrame(other)
    assert set(_framed(contract, frame, backend)) == {("a", "bigint"), ("b", "text")}
