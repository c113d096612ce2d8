"""`check`, called from Python on a folder of SQL files: what is judged, what is found, and what is an error."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from schemaguard.commands.check import CheckOptions, check, contracts_folder
from schemaguard.errors import ContractError, UsageError
from schemaguard.rules.judging.verdict import CheckResult
from tests.unit.commands.sites import project, site

AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "shop")


def _not_live(_: datetime | None) -> NoReturn:
    raise AssertionError("no database was asked for")


def _checked(folder: Path, **options: Any) -> CheckResult:
    with site(folder).reading(no_cache=True) as reading:
        return check(CheckOptions(**({"at": AT} | options)), reading, {}, _not_live, iter((2.0, 5.0)).__next__)


def _found(result: CheckResult) -> list[str]:
    return [finding.rule for finding in result.findings if finding.suppressed is None]


def test_every_revision_of_the_folder_is_judged_in_order(folder: Path) -> None:
    result = _checked(folder, ignore=("no-lock-timeout", "no-statement-timeout"))
    assert [(each.file, each.statements, each.opaque) for each in result.revisions] == [
        ("sql/001_tables.sql", 3, 0),
        ("sql/002_more.sql", 1, 0),
    ]
    assert (result.seconds, result.history_size) == (3.0, 2)
    assert _found(result) == []


def test_contracts_count_while_their_dates_last(folder: Path) -> None:
    used = {each.model: each.model_versions for each in _checked(folder).contracts}
    assert used == {"dashboard": (), "fraud": ("7", "8")}
    earlier = _checked(folder, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert {each.model for each in earlier.contracts} == {"churn", "dashboard", "fraud"}


def test_a_column_that_a_contract_reads_must_not_be_dropped(folder: Path) -> None:
    (folder / "sql/003_drop.sql").write_text("alter table transactions drop column channel cascade;\n")
    result = _checked(folder)
    assert "breaks-reader" in _found(result)
    (finding,) = (each for each in result.findings if each.rule == "breaks-reader")
    assert finding.place.file == "sql/003_drop.sql"


def test_a_column_that_only_an_ended_contract_reads_breaks_nobody(folder: Path) -> None:
    (folder / "sql/003_drop.sql").write_text("alter table transactions drop column note;\n")
    assert "breaks-reader" not in _found(_checked(folder))
    assert "breaks-reader" in _found(_checked(folder, at=datetime(2020, 1, 1, tzinfo=UTC)))


def test_a_rule_that_is_ignored_finds_nothing_but_unknown_ones_and_contracts_cannot_be_ignored(folder: Path) -> None:
    (folder / "sql/003_drop.sql").write_text("alter table transactions drop column channel cascade;\n")
    assert {"breaks-reader", "drop-column", "drop-cascade"} <= set(_found(_checked(folder)))
    others = ("drop-column", "drop-cascade", "reversibility", "blocking")
    assert set(_found(_checked(folder, ignore=others))) == {"breaks-reader"}
    with pytest.raises(UsageError, match="drop-colunm"):
        _checked(folder, select=("drop-colunm",))
    with pytest.raises(UsageError, match="can't be switched off"):
        _checked(folder, ignore=("breaks-reader",))


def test_what_cannot_be_read_is_counted_and_not_passed_over(folder: Path) -> None:
    (folder / "sql/003_do.sql").write_text("do $$ begin execute 'alter table ' || x; end $$;\n")
    assert [each.opaque for each in _checked(folder).revisions] == [0, 0, 1]


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"contracts": "missing"}, ContractError, "there is no such folder"),
        ({"baseline": "missing.json"}, UsageError, "there is no missing.json"),
        ({"window": "missing.lock"}, UsageError, "there is no missing.lock"),
    ],
)
def test_what_was_named_and_is_not_there_leaves_no_verdict(
    folder: Path, options: dict[str, Any], error: type[Exception], what: str
) -> None:
    with pytest.raises(error) as raised:
        _checked(folder, **options)
    assert what in str(raised.value)


def test_the_folder_of_the_contracts_is_the_options_or_the_settings(folder: Path) -> None:
    with site(folder).reading(no_cache=True) as reading:
        assert contracts_folder(CheckOptions(), reading) == folder / "contracts"
        assert contracts_folder(CheckOptions(contracts="others"), reading) == folder / "others"
