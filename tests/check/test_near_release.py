"""While a release is fresh, or a canary runs, what loses data is refused, whether a contract names it or not."""

from datetime import timedelta
from pathlib import Path

import pytest

from schemaguard.window.window import Window, WindowEntry, render_lock
from tests.check.checking import NOON, before, checked, project

FRESH = WindowEntry("fraud", "7", "active", None, "", NOON - timedelta(hours=3))
RULE = "destructive-near-release"


def _found(folder: Path, change: str, *entries: WindowEntry, settings: str = "") -> list[str]:
    files = {"migrations/001.sql": before(), "migrations/002.sql": change}
    project(folder, files, settings=settings)
    (folder / "contracts/window.lock").write_text(render_lock(Window("live", NOON, entries)))
    found = checked(folder, "migrations").findings
    return [finding.message for finding in found if finding.rule == RULE]


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE notes;",
        "TRUNCATE notes;",
        "DELETE FROM notes;",
        "UPDATE notes SET body = 'x';",
        "ALTER TABLE notes ALTER COLUMN body TYPE varchar(3);",
        'ALTER TABLE notes ADD COLUMN "a""b" text; DROP VIEW elsewhere.v;',
    ],
)
def test_whatever_loses_something_is_refused(tmp_path: Path, change: str) -> None:
    assert len(_found(tmp_path, change, FRESH)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE notes ADD COLUMN title text;",
        "CREATE TABLE passing (id bigint PRIMARY KEY); DROP TABLE passing;",
        "DROP TABLE IF EXISTS nothing;",
        "DELETE FROM notes WHERE id = 3;",
    ],
)
def test_what_loses_nothing_is_not(tmp_path: Path, change: str) -> None:
    assert _found(tmp_path, change, FRESH) == []


def test_it_says_which_release_and_when_it_is_over(tmp_path: Path) -> None:
    assert _found(tmp_path, "DROP TABLE notes;", FRESH) == [
        "notes is dropped, and fraud@7 was released at 2026-10-01 09:00 UTC"
    ]


def test_a_canary_is_named(tmp_path: Path) -> None:
    canary = WindowEntry("fraud", "8", "canary")
    assert _found(tmp_path, "DROP TABLE notes;", canary) == ["notes is dropped, and fraud@8 runs as a canary"]


def test_the_hours_can_be_set(tmp_path: Path) -> None:
    assert _found(tmp_path, "DROP TABLE notes;", FRESH, settings="near_release_hours = 2") == []


def test_where_only_dates_are_known_nobody_can_tell(tmp_path: Path) -> None:
    project(tmp_path, {"migrations/001.sql": before(), "migrations/002.sql": "DROP TABLE notes;"})
    assert RULE not in [finding.rule for finding in checked(tmp_path, "migrations").findings]
