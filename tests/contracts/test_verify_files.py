"""`schemaguard contracts verify --on FILE`: Parquet and CSV through DuckDB."""

import json
import math
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.errors import SchemaguardError

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:consumer:shop
name: shop
version: 1.0.0
status: active
schema:
  - name: sales
    physicalName: sales
    physicalType: table
    customProperties: [{property: access, value: read, vendor: schemaguard}]
    properties:
      - {name: id, logicalType: integer, physicalType: bigint, required: true, unique: true}
      - name: amount
        logicalType: number
        physicalType: numeric(12,2)
        required: true
        logicalTypeOptions: {minimum: 0}
      - name: score
        logicalType: number
        physicalType: double precision
        required: true
        logicalTypeOptions: {maximum: 1}
      - {name: channel, logicalType: string, physicalType: channel_type, enum: [{value: web}, {value: pos}]}
      - {name: note, logicalType: string, physicalType: "varchar(20)", logicalTypeOptions: {maxLength: 3}}
      - {name: sold_at, logicalType: timestamp, physicalType: timestamp with time zone}
"""
ROWS = """\
select * from (values
    (1::bigint, 1.50::decimal(12,2), 0.5::double, 'web', 'abc', timestamptz '2026-01-01 00:00:00+00'),
    (2, 2.00, 1.0, 'pos', null, null)) v (id, amount, score, channel, note, sold_at)"""
BROKEN = """\
select * from (values
    (1::bigint, -1.50::decimal(12,2), 'NaN'::double, 'fax', 'abcd', timestamptz '2026-01-01 00:00:00+00'),
    (1, null, 'inf'::double, null, 'äöüß', timestamptz '2025-01-01 00:00:00+00'))
    v (id, amount, score, channel, note, sold_at)"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/shop.odcs.yaml").write_text(CONTRACT)
    return tmp_path


def _write(query: str, file: Path) -> None:
    duckdb.sql(query).write_parquet(str(file)) if file.suffix == ".parquet" else duckdb.sql(query).write_csv(str(file))


def _run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["contracts", "verify", "shop", *arguments, "--format", "json"])
    if isinstance(done.exception, SchemaguardError):
        return int(done.exception.exit_code), done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)["tables"][0]


def _broken(table: dict[str, Any]) -> dict[str, int]:
    return {f"{check['column']} {check['promise']}": check["violations"] for check in table["checks"]}


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_file_that_keeps_its_promises_holds(folder: Path, suffix: str) -> None:
    _write(ROWS, folder / f"sales.{suffix}")
    code, table = _run("--on", f"sales.{suffix}")
    assert (code, table["rows"], table["drift"], set(_broken(table).values())) == (0, 2, [], {0})


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_what_a_file_breaks_is_counted(folder: Path, suffix: str) -> None:
    _write(BROKEN, folder / f"it's a sale.{suffix}")
    code, table = _run("--on", f"it's a sale.{suffix}")
    assert (code, _broken(table)) == (
        1,
        {
            "id required": 0, "id unique": 1, "amount required": 1, "amount ≥ 0": 1, "score required": 1,
            "score ≤ 1": 1, "channel one of web | pos": 1, "note at most 3 characters": 2,
        },
    )  # fmt: skip


def test_a_parquet_file_of_other_types_or_columns_has_drifted(folder: Path) -> None:
    _write(
        "select 1.5::float as amount, 1 as id, 'x'::blob as note, 'web' as channel, '0.5' as score",
        folder / "s.parquet",
    )
    code, table = _run("--on", "s.parquet")
    drifts = {drift["column"]: drift["cause"] for drift in table["drift"]}
    assert code == 1
    assert drifts == {
        "amount": "type-approximated", "note": "type-changed", "score": "type-changed", "sold_at": "column-dropped",
    }  # fmt: skip


def test_texts_of_a_csv_file_that_are_no_numbers_have_drifted(folder: Path) -> None:
    (folder / "sales.csv").write_text(
        "id,amount,score,channel,note,sold_at\n007,x,1,web,007,never\n8,1,1,web,,2026-01-01\n"
    )
    code, table = _run("--on", "sales.csv")
    assert (code, [(drift["column"], drift["promised"], drift["found"]) for drift in table["drift"]]) == (
        1,
        [
            ("amount", "numeric(12,2)", "1 text that isn't"),
            ("sold_at", "timestamp with time zone", "1 text that isn't"),
        ],
    )
    assert _broken(table)["note at most 3 characters"] == 0


@pytest.mark.parametrize("score", [0.5, 0.0, -0.0, None, math.nan])
def test_nan_is_found_whatever_the_file_says_of_its_range(folder: Path, score: float | None) -> None:
    # Written by polars: DuckDB's own files leave the minimum and maximum out where there is a NaN.
    frame = pl.DataFrame({"id": [1, 2, 3], "score": [score, math.nan, math.nan]}, schema={"id": int, "score": float})
    frame.write_parquet(folder / "sales.parquet")
    contract = folder / "contracts/shop.odcs.yaml"
    contract.write_text(
        CONTRACT.replace("physicalType: double precision\n", "physicalType: double precision\n        unique: true\n")
    )
    _, table = _run("--on", "sales.parquet", "--rows", "5")
    found = {check["promise"]: check["violations"] for check in table["checks"] if check["column"] == "score"}
    has_score = score is not None and not math.isnan(score)
    assert found == {"required": 2 if has_score else 3, "≤ 1": 0, "unique": 0}
    (required,) = [c for c in table["checks"] if c["column"] == "score" and c["kind"] == "required"]
    assert len(required["examples"]) == required["violations"]


def test_rows_are_chosen_and_shown_as_in_a_database(folder: Path) -> None:
    _write(BROKEN, folder / "sales.parquet")
    _, table = _run("--on", "sales.parquet", "--since", "2025-06-01", "--time-column", "sold_at", "--rows", "3")
    examples = {check["promise"]: check.get("examples") for check in table["checks"] if check.get("examples")}
    assert table["rows"] == 1
    assert examples["one of web | pos"] == [{"channel": "fax"}]
    _, table = _run("--on", "sales.parquet", "--where", "amount is null")
    assert table["rows"] == 1
    assert _run("--on", "sales.parquet", "--sample", "100")[1]["rows"] == 2


def test_a_csv_files_numbers_are_taken_as_they_are_written(folder: Path) -> None:
    contract = folder / "contracts/shop.odcs.yaml"
    contract.write_text(CONTRACT.replace("numeric(12,2)\n", "numeric\n        unique: true\n"))
    head, rest = "id,amount,score,channel,note,sold_at\n", ",1,web,,\n"
    amounts = ("-0.0001", "0.0001", "0.0002", "12345678901234567890.5")
    ids = ("1.0", " 2", "9223372036854775807", "-9223372036854775808", "-0.4", "1.5", "9223372036854775808")
    rows = [*(f"{at},{amount}" for at, amount in enumerate(amounts, 10)), *(f"{id_},{id_}" for id_ in ids)]
    (folder / "sales.csv").write_text(head + "".join(f"{row}{rest}" for row in rows))
    code, table = _run("--on", "sales.csv")
    found = _broken(table)
    assert (code, table["rows"]) == (1, 11)
    assert [(drift["column"], drift["found"]) for drift in table["drift"]] == [("id", "3 texts that aren't")]
    assert (found["amount ≥ 0"], found["amount unique"], found["id required"], found["id unique"]) == (3, 0, 3, 0)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_folders_name_stands_in_for_no_column(folder: Path, suffix: str) -> None:
    (folder / "id=5").mkdir()
    _write(BROKEN, folder / f"id=5/sales.{suffix}")
    _, table = _run("--on", f"id=5/sales.{suffix}", "--table", "sales")
    assert _broken(table)["id unique"] == 1
    _write("select 1 as amount", folder / f"id=5/sales.{suffix}")
    _, table = _run("--on", f"id=5/sales.{suffix}", "--table", "sales")
    assert "id" in {drift["column"] for drift in table["drift"] if drift["cause"] == "column-dropped"}


@pytest.mark.parametrize(("type_", "rows"), [("timestamp", 1), ("timestamptz", 1), ("date", 2)])
def test_a_time_with_a_zone_is_one_moment_in_a_file_too(folder: Path, type_: str, rows: int) -> None:
    at = ("'2026-09-01 09:59:59'", "'2026-09-01 10:00:00'")
    zone = "+00" if type_ == "timestamptz" else ""
    values = ", ".join(f"({text[:-1]}{zone}'::{type_})" for text in at)
    _write(f"select * from (values {values}) v (sold_at)", folder / "sales.parquet")
    _, table = _run("--on", "sales.parquet", "--since", "2026-09-01T12:00:00+02:00", "--time-column", "sold_at")
    assert table["rows"] == rows


@pytest.mark.parametrize(
    "where",
    [
        "id in (select 1 from read_csv('contracts/shop.odcs.yaml'))",
        "id in (select 1 from 'other.parquet')",
        "getenv('HOME') = 'x'",
        "note::int > 3",
        "nothing = 3",
        "true; copy (select 1) to 'stolen.csv'",
    ],
)
def test_the_condition_reaches_nothing_but_the_file(folder: Path, where: str) -> None:
    _write(BROKEN, folder / "sales.parquet")
    _write(ROWS, folder / "other.parquet")
    code, error = _run("--on", "sales.parquet", "--where", where)
    assert code == 2
    assert "abcd" not in str(error)
    assert not (folder / "stolen.csv").exists()


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really", b"\x00\x01"])
def test_a_file_that_is_no_parquet_is_one_clear_error(folder: Path, content: bytes) -> None:
    (folder / "sales.parquet").write_bytes(content)
    code, error = _run("--on", "sales.parquet")
    assert (code, isinstance(error, SchemaguardError)) == (2, True)


def test_time_runs_out(folder: Path) -> None:
    _write(ROWS, folder / "sales.parquet")
    endless = "id in (select count(*) from range(100000000) a, range(100000) b where a.range + b.range < 0)"
    code, error = _run("--on", "sales.parquet", "--where", endless, "--timeout", "0.3")
    assert (code, error.what) == (2, "no answer within 0.3 s")


def test_a_server_that_is_not_run_gets_its_queries_and_no_verdict(folder: Path) -> None:
    done = CliRunner().invoke(app, ["contracts", "verify", "shop", "--on", "snowflake:", "--where", "id > 3"])
    assert done.exit_code == 2
    assert done.output.startswith("NOT RUN  queries for snowflake: nothing is known of the data")
    assert 'FROM "public"."sales" WHERE (' in done.output
    done = CliRunner().invoke(app, ["contracts", "verify", "shop", "--on", "trino:", "--format", "json"])
    assert done.exit_code == 2
    told = json.loads(done.output)
    assert (told["verdict"], told["queries"][0]["columns"][:2]) == ("not run", ["rows", "id: required"])
