"""The release windows: where they are read, and the lock file that keeps them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.commands.window import LockOutcome, choose, compare, lock
from schemaguard.errors import ConfigError, ExitCode, UsageError
from schemaguard.window.window import Window, WindowEntry, render_lock

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
ACTIVE = WindowEntry("fraud", "8", "active", None, "d8")
OLD = WindowEntry("fraud", "7", "superseded", NOW + timedelta(days=3), "d7")
LIVE = Window("live", NOW, (ACTIVE, OLD))
FILE = "contracts/window.lock"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contracts").mkdir()
    return tmp_path


def _locked(folder: Path, window: Window = LIVE) -> DiskFiles:
    (folder / FILE).write_text(render_lock(window))
    return DiskFiles(folder)


def _live(at: datetime | None) -> Window:
    return replace(LIVE, at=at or NOW)


def _not_asked(_: datetime | None) -> NoReturn:
    raise AssertionError("the database was asked")


def test_the_database_is_asked_only_where_the_option_says_live(folder: Path) -> None:
    files, at = _locked(folder), datetime(2026, 1, 1)
    assert choose("live", at, folder / "contracts", files, (), _live).at == at.replace(tzinfo=UTC)
    assert choose(None, None, folder / "contracts", files, (), _not_asked).entries == (OLD, ACTIVE)


def test_without_a_lock_file_the_dates_in_the_contracts_say_it(folder: Path) -> None:
    found = choose(None, NOW, folder / "contracts", DiskFiles(folder), (), _not_asked)
    assert (found.at, found.entries) == (NOW, ())
    dates = choose("dates", NOW, folder / "contracts", _locked(folder), (), _not_asked)
    assert dates.entries == ()


def test_another_lock_file_can_be_named(folder: Path) -> None:
    (folder / "other.lock").write_text(render_lock(replace(LIVE, entries=(ACTIVE,))))
    assert choose("other.lock", NOW, folder / "contracts", _locked(folder), (), _not_asked).entries == (ACTIVE,)


def test_a_lock_file_that_is_not_there_or_is_none_is_an_error(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no missing\.lock"):
        choose("missing.lock", NOW, folder / "contracts", DiskFiles(folder), (), _not_asked)
    (folder / FILE).write_text("{}")
    with pytest.raises(ConfigError):
        choose(None, NOW, folder / "contracts", DiskFiles(folder), (), _not_asked)


@pytest.mark.parametrize("before", [None, "spoilt", render_lock(replace(LIVE, entries=(ACTIVE,)))])
def test_what_the_database_says_is_written_where_the_file_says_otherwise(folder: Path, before: str | None) -> None:
    if before is not None:
        (folder / FILE).write_text(before)
    found = lock(FILE, DiskFiles(folder), LIVE)
    assert (found.outcome, found.written, found.exit_code) == (LockOutcome.WRITTEN, NOW, ExitCode.OK)
    assert found.changes
    assert (folder / FILE).read_text() == render_lock(LIVE)


def test_the_same_windows_leave_the_file_alone_until_it_is_a_day_old_or_on_request(folder: Path) -> None:
    later = replace(LIVE, at=NOW + timedelta(hours=5))
    assert lock(FILE, _locked(folder), later).outcome is LockOutcome.UNCHANGED
    assert (folder / FILE).read_text() == render_lock(LIVE)
    assert lock(FILE, _locked(folder), later, refresh=True).outcome is LockOutcome.WRITTEN
    assert (folder / FILE).read_text() == render_lock(later)
    assert lock(FILE, _locked(folder), replace(LIVE, at=NOW + timedelta(days=2))).outcome is LockOutcome.WRITTEN


def test_a_lock_file_is_not_written_into_a_folder_that_is_not_there(folder: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder") as raised:
        lock("missing/window.lock", DiskFiles(folder), LIVE)
    assert raised.value.at == "missing"
    assert not (folder / "missing").exists()


def test_comparing_writes_nothing(folder: Path) -> None:
    absent = compare(FILE, DiskFiles(folder), LIVE)
    assert (absent.outcome, absent.written, absent.exit_code) == (LockOutcome.DIFFERS, None, ExitCode.FINDINGS)
    assert not (folder / FILE).exists()
    same = compare(FILE, _locked(folder), LIVE)
    assert (same.outcome, same.changes, same.exit_code) == (LockOutcome.UNCHANGED, (), ExitCode.OK)
    other = compare(FILE, _locked(folder), replace(LIVE, entries=(ACTIVE,)))
    assert (other.outcome, len(other.changes), other.exit_code) == (LockOutcome.DIFFERS, 1, ExitCode.FINDINGS)
    assert (folder / FILE).read_text() == render_lock(LIVE)


def test_comparing_with_what_is_no_lock_file_is_an_error(folder: Path) -> None:
    (folder / FILE).write_text("spoilt")
    with pytest.raises(ConfigError):
        compare(FILE, DiskFiles(folder), LIVE)
