"""The page for two in the morning, filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemaguard.applying.fencing import FenceState
from schemaguard.errors import UsageError
from schemaguard.releases.overview import Alias, Overview, ServingWindow, Status
from schemaguard.releases.release import Held, Pointer
from schemaguard.releases.runbook import Runbook, RunbookEntry, runbook_of
from schemaguard.report.runbook import runbook_text

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
FENCE = FenceState(True, "full", "all", (), ())
POINTER = Pointer("fares", 2, "2", previous="1")


def _status(pointer: Pointer = POINTER, ends_in: timedelta | None = timedelta(days=3)) -> Status:
    until = None if ends_in is None else NOW + ends_in
    windows = {version: ServingWindow(version, "d", ("002",), until, None) for version in ("1", "2")}
    overview = Overview(NOW, ((pointer, windows),), (), (), (Held("003", 1, "fares@1 needs it"),), (), (), FENCE)
    return Status(overview, {"fares": Alias("champion", "2")}, ("the alias fares@champion is 9, the pointer says 2",))


def _entry(found: Runbook, word: str) -> RunbookEntry:
    (entry,) = (each for each in found.entries if word in each.case)
    return entry


def test_the_way_back_names_the_epoch_that_is_seen_and_until_when_it_is_open() -> None:
    entry = _entry(runbook_of("fares", _status()), "wrong")

    assert entry.known == ("fares 1 served before, and is in its window until 2026-12-04",)
    assert entry.commands[-1] == "schemaguard rollback fares --if-epoch 2 --reason 'WHAT YOU SAW'"


@pytest.mark.parametrize(
    ("ends_in", "said"),
    [(None, ", and its window has no end"), (timedelta(days=-3), "; its window was over on 2026-11-28")],
)
def test_a_window_without_an_end_or_over_is_said(ends_in: timedelta | None, said: str) -> None:
    assert said in _entry(runbook_of("fares", _status(ends_in=ends_in)), "wrong").known[0]


def test_where_nothing_served_before_no_command_is_offered() -> None:
    entry = _entry(runbook_of("fares", _status(replace(POINTER, previous=None))), "wrong")

    assert (entry.known, entry.commands) == (("no version served before it: there is no way back",), ())


def test_what_has_drifted_and_what_is_held_is_on_it() -> None:
    text = runbook_text(runbook_of("fares", _status()))

    assert "The alias fares@champion is 9, the pointer says 2." in text
    assert "Revision 003 is held: fares@1 needs it." in text


def test_a_model_that_nobody_published_has_no_page() -> None:
    with pytest.raises(UsageError, match="no model 'nobody' is published here"):
        runbook_of("nobody", _status())
