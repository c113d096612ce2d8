"""The lock file: the same windows are the same text, and only what really changed is a difference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from schemaguard.errors import ConfigError
from schemaguard.window.lock import changes, is_due
from schemaguard.window.window import Window, WindowEntry, parse_lock, render_lock

NOW = datetime(2026, 11, 25, 12, 30, 5, 123456, tzinfo=UTC)
ACTIVE = WindowEntry("fraud", "8", "active", None, "d8")
OLD = WindowEntry("fraud", "7", "superseded", NOW + timedelta(days=3), "d7")
OVER = WindowEntry("fraud", "6", "superseded", NOW - timedelta(days=1), "d6")
LIVE = Window("live", NOW, (ACTIVE, OLD, OVER))


def _locked(window: Window = LIVE) -> Window:
    return parse_lock(render_lock(window), "window.lock")


def test_the_text_is_the_same_in_whatever_order_the_database_answers() -> None:
    assert len({render_lock(replace(LIVE, entries=entries)) for entries in permutations(LIVE.entries)}) == 1


def test_only_the_date_differs_later() -> None:
    later = replace(LIVE, at=NOW + timedelta(hours=5))

    pairs = zip(render_lock(LIVE).splitlines(), render_lock(later).splitlines(), strict=True)
    assert [one for one, other in pairs if one != other] == ['  "at": "2026-11-25T12:30:05+00:00",']


def test_who_is_out_of_the_window_is_not_in_the_file() -> None:
    assert [entry.version for entry in _locked().entries] == ["7", "8"]


def test_what_was_written_is_no_difference() -> None:
    assert changes(_locked(), LIVE) == ()


def test_a_window_that_has_ended_since_is_no_difference() -> None:
    assert changes(_locked(), replace(LIVE, at=NOW + timedelta(days=30))) == ()


def test_who_came_who_went_and_who_changed_is_told() -> None:
    came = WindowEntry("churn", "1", "published", None, "c1")
    moved = replace(ACTIVE, role="superseded", until=NOW + timedelta(days=14))

    found = changes(_locked(), replace(LIVE, entries=(came, moved)))

    assert [(change.before, change.after) for change in found] == [
        (None, came),
        (replace(OLD, until=NOW.replace(microsecond=0) + timedelta(days=3)), None),
        (ACTIVE, moved),
    ]


def test_another_contract_is_a_difference() -> None:
    assert changes(_locked(), replace(LIVE, entries=(replace(ACTIVE, digest="other"), OLD)))


@pytest.mark.parametrize(("age", "due"), [(timedelta(hours=23), False), (timedelta(days=1, seconds=1), True)])
def test_an_unchanged_lock_keeps_its_date_for_a_day(age: timedelta, due: bool) -> None:
    live = replace(LIVE, at=NOW + age)

    assert is_due(_locked(), live, refresh=False) is due
    assert is_due(_locked(), live, refresh=True)
    assert is_due(None, live, refresh=False)


def test_the_age_counts_from_the_writing_not_from_the_moment_that_is_judged() -> None:
    locked = parse_lock(render_lock(LIVE), "window.lock", NOW - timedelta(days=50))

    assert locked.at == NOW - timedelta(days=50)
    assert locked.age_days(NOW + timedelta(days=9)) == 9
    assert LIVE.age_days(NOW) is None


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"version": 2}', '{"version": 1, "at": 5, "releases": []}', "[" * 100_000, '"\\ud800"',
     '{"version": 1, "at": "2026-11-25", "releases": [{"model": "fraud"}]}', "<<<<<<< HEAD"],
)  # fmt: skip
def test_what_is_no_lock_is_one_clear_error(text: str) -> None:
    with pytest.raises(ConfigError, match="not a window lock"):
        parse_lock(text, "window.lock")
