"""check --explain: the row of the compatibility table, the catalog around the change, and what a client would get."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from schemaguard.finding import Explanation, SqlError
from schemaguard.report.check import json as check_json
from schemaguard.report.check import markdown as check_markdown
from schemaguard.report.check import text as check_text
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import before, checked, project


def _check(folder: Path, change: str, *, through: str = "table", extra: str = "", explain: bool = True) -> CheckResult:
    project(folder, {"migrations/001.sql": before() + extra, "migrations/002.sql": change})
    contract = folder / "contracts/fraud/7.odcs.yaml"
    reads_through = f"  - {{property: readsThrough, value: {through}, vendor: schemaguard}}\nschema:"
    contract.write_text(contract.read_text().replace("schema:", reads_through, 1))
    return checked(folder, explain=explain)


def _why(folder: Path, change: str, *, through: str = "table", extra: str = "") -> Explanation:
    why = _check(folder, change, through=through, extra=extra).findings[0].explanation
    assert why is not None
    return why


def test_a_drop_is_explained(tmp_path: Path) -> None:
    assert _why(tmp_path, "ALTER TABLE transactions DROP COLUMN channel;") == Explanation(
        change="drop column",
        reader="✗ 42703",
        writer="✗ 42703",
        cause="column-dropped",
        before=("channel  text  not null",),
        after=(),
        diff=("- channel  text  not null",),
        errors=(SqlError("42703", "undefined_column", "reader"),),
    )


CHANGES = {
    "RENAME COLUMN channel TO medium": ("rename column", ("- channel  text  not null", "+ medium  text  not null")),
    "RENAME TO payments": ("rename table / SET SCHEMA", ("- table transactions", "+ table payments")),
    "ALTER amount TYPE double precision": (
        "numeric → double precision", ("- amount  numeric(12,2)  not null", "+ amount  double precision  not null"),
    ),
    "ALTER amount DROP NOT NULL": ("DROP NOT NULL", ("- amount  numeric(12,2)  not null", "+ amount  numeric(12,2)")),
    "DROP CONSTRAINT transactions_pkey": (
        "drop UNIQUE / PRIMARY KEY", ("- primary key  (id)  transactions_pkey",),
    ),
    "ENABLE ROW LEVEL SECURITY": ("enable RLS without a policy", ("+ row security on",)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_row_and_catalog_fit_the_change(tmp_path: Path, change: str) -> None:
    why = _why(tmp_path, f"ALTER TABLE transactions {change};")

    assert (why.change, why.diff) == CHANGES[change]


def test_an_enum_shows_its_labels(tmp_path: Path) -> None:
    extra = "CREATE TYPE risk AS ENUM ('low', 'high');\nALTER TABLE predictions ADD COLUMN risk risk;\n"
    contract = tmp_path / "contracts/fraud/7.odcs.yaml"
    project(
        tmp_path,
        {"migrations/001.sql": before() + extra, "migrations/002.sql": "ALTER TYPE risk RENAME VALUE 'low' TO 'mild';"},
    )
    promised = "      - {name: risk, logicalType: string, physicalType: risk, enum: [{value: low}, {value: high}]}\n"
    contract.write_text(contract.read_text() + promised)

    why = next(one.explanation for one in checked(tmp_path, explain=True).findings if one.explanation is not None)

    assert (why.change, why.diff) == ("enum value renamed", ("- enum risk  low, high", "+ enum risk  mild, high"))


def test_through_a_view_it_is_the_migration_that_fails(tmp_path: Path) -> None:
    why = _why(tmp_path, "ALTER TABLE transactions DROP COLUMN channel;", through="view")

    assert why.errors == (SqlError("2BP01", "dependent_objects_still_exist", "migration"),)


def test_a_view_in_between_is_followed_to_the_table(tmp_path: Path) -> None:
    extra = "ALTER TABLE transactions RENAME TO base;\nCREATE VIEW transactions AS SELECT * FROM base;\n"
    why = _why(tmp_path, "ALTER TABLE base ALTER amount DROP NOT NULL;", extra=extra)

    assert why.cause == "null-possible"
    assert why.diff[-1] == "+ amount  numeric(12,2)"


def test_what_cant_be_read_has_only_its_row(tmp_path: Path) -> None:
    why = _why(tmp_path, "DO $$BEGIN EXECUTE 'alter table transactions drop column id'; END$$;")

    assert (why.cause, why.diff, why.errors) == ("opaque", (), ())


def test_a_table_made_elsewhere_has_no_catalog_before(tmp_path: Path) -> None:
    project(tmp_path, {"one.sql": "ALTER TABLE transactions DROP COLUMN channel;\n"})
    result = checked(tmp_path, "one.sql", explain=True)

    why = result.findings[0].explanation
    assert why is not None
    assert (why.change, why.diff) == ("drop column", ())
    assert "catalog   it isn't known what was there before" in _text(result)


def test_without_the_option_nothing_is_explained_and_what_is_no_contracts_never_is(tmp_path: Path) -> None:
    change = "ALTER TABLE transactions DROP COLUMN channel;"
    silent = _check(tmp_path / "silent", change, explain=False)
    told = _check(tmp_path / "told", change)

    assert all(finding.explanation is None for finding in silent.findings)
    assert [(f.rule, f.explanation is None) for f in told.findings][:2] == [
        ("breaks-reader", False),
        ("drop-column", True),
    ]
    assert all(finding.explanation is None for finding in told.findings[1:])


def _text(result: CheckResult) -> str:
    out = io.StringIO()
    check_text.show(result, Console(file=out, width=200))
    return out.getvalue()


def test_text_markdown_and_json_show_it(tmp_path: Path) -> None:
    result = _check(tmp_path, "ALTER TABLE transactions DROP COLUMN channel;")

    assert _text(result).splitlines()[6:9] == [
        "  row       drop column · a reader: ✗ 42703 · a writer: ✗ 42703 · column-dropped",
        "  catalog   - channel  text  not null",
        "  SQLSTATE  42703 undefined_column, to the reader",
    ]
    assert "```diff\n- channel  text  not null\n```" in check_markdown.render(result)
    told = json.loads(check_json.render(result))["findings"][0]["explanation"]
    assert told == {
        "row": {"change": "drop column", "reader": "✗ 42703", "writer": "✗ 42703", "cause": "column-dropped"},
        "catalog": {
            "before": ["channel  text  not null"],
            "after": [],
            "diff": ["- channel  text  not null"],
        },
        "errors": [{"sqlstate": "42703", "condition": "undefined_column", "to": "reader"}],
    }


def test_a_hostile_name_reaches_no_terminal(tmp_path: Path) -> None:
    extra = 'ALTER TABLE transactions ADD COLUMN "\x1b[2Jx" text;\n'
    result = _check(tmp_path, "DROP TABLE transactions;", extra=extra)

    assert "\x1b" not in _text(result)
    assert "\x1b" not in check_markdown.render(result)
