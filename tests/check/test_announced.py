"""What a split's contract revision waits for is no accusation once nobody needs it, and a clear one before."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemaguard.finding import Severity
from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.window.window import Window, WindowEntry, render_lock
from tests.check.checking import NOON, before, checked, project

WAITS = "-- schemaguard: waits-for transactions(channel)\n"
DROP = "ALTER TABLE transactions DROP COLUMN channel;\n"
RENAME = "ALTER TABLE transactions DROP COLUMN way; ALTER TABLE transactions RENAME COLUMN channel TO way;\n"
ADDED = "ALTER TABLE transactions ADD COLUMN way text;\n"
LONG_AGO = WindowEntry("fraud", "7", "superseded", datetime(2026, 1, 1, tzinfo=UTC))
STILL = WindowEntry("fraud", "7", "active")


def _judged(folder: Path, change: str, *entries: WindowEntry) -> CheckResult:
    project(folder, {"migrations/001.sql": before(), "migrations/002.sql": ADDED, "migrations/003.sql": change})
    (folder / "contracts/window.lock").write_text(render_lock(Window("live", NOON, entries)))
    return checked(folder, "migrations")


def _errors(result: CheckResult) -> list[str]:
    return [f.rule for f in result.findings if f.severity is Severity.ERROR and f.suppressed is None]


def test_a_drop_that_was_waited_for_is_none_once_nobody_needs_it(tmp_path: Path) -> None:
    assert _errors(_judged(tmp_path, WAITS + DROP, LONG_AGO)) == []


def test_without_a_word_of_waiting_it_is_one(tmp_path: Path) -> None:
    assert "drop-column" in _errors(_judged(tmp_path, DROP, LONG_AGO))


def test_another_column_than_the_one_that_is_waited_for_is_one(tmp_path: Path) -> None:
    change = WAITS + "ALTER TABLE transactions DROP COLUMN amount;\n"
    assert "drop-column" in _errors(_judged(tmp_path, change, LONG_AGO))


def test_the_names_are_swapped_without_an_accusation(tmp_path: Path) -> None:
    change = f"{WAITS}-- schemaguard: ignore drop-column -- the copy goes\n{RENAME}"
    assert "rename-column" not in _errors(_judged(tmp_path, change, LONG_AGO))


def test_while_somebody_needs_it_the_finding_says_who_and_where_to_look(tmp_path: Path) -> None:
    found = _judged(tmp_path, WAITS + DROP, STILL)

    assert {"breaks-reader", "drop-column", "contract-in-window"} <= set(_errors(found))
    (waiting,) = [finding for finding in found.findings if finding.rule == "contract-in-window"]
    assert waiting.message == "the revision waits until nobody needs transactions.channel, and fraud@7 still does"
    assert waiting.instead.endswith("`schemaguard deferred` says what is left to wait for")


@pytest.mark.parametrize("role", ["active", "canary"])
def test_near_another_release_it_is_refused_all_the_same(tmp_path: Path, role: str) -> None:
    fresh = WindowEntry("churn", "2", role, None, "", NOON)
    found = _errors(_judged(tmp_path, WAITS + DROP, LONG_AGO, fresh))
    assert "destructive-near-release" in found
    assert "drop-column" not in found


def test_a_table_is_waited_for_as_a_whole(tmp_path: Path) -> None:
    change = "-- schemaguard: waits-for notes\nDROP TABLE notes;\n"
    assert "drop-table" not in _errors(_judged(tmp_path, change, LONG_AGO))
