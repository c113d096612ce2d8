"""A release is near for so many hours, and as long as it is a canary; where only dates are known, nobody can tell."""

from datetime import UTC, datetime, timedelta

import pytest

from schemaguard.window.lock import changes
from schemaguard.window.near_release import near_releases
from schemaguard.window.window import Window, WindowEntry, parse_lock, render_lock

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _entry(role: str, hours_ago: float | None, until: datetime | None = None) -> WindowEntry:
    released = NOW - timedelta(hours=hours_ago) if hours_ago is not None else None
    return WindowEntry("fraud", "8", role, until, "d8", released)


@pytest.mark.parametrize(
    ("entry", "near"),
    [
        (_entry("active", 3), True),
        (_entry("active", 23.9), True),
        (_entry("active", 24), False),
        (_entry("active", None), False),
        (_entry("active", -1), False),
        (_entry("canary", None), True),
        (_entry("canary", 300), True),
        (_entry("fallback", 3), True),
        (_entry("superseded", 3, NOW + timedelta(days=1)), True),
        (_entry("superseded", 3, NOW - timedelta(hours=1)), False),
        (_entry("declared", None), False),
        (_entry("consumer", None), False),
    ],
)
def test_who_is_near(entry: WindowEntry, near: bool) -> None:
    assert bool(near_releases(Window("live", NOW, (entry,)), NOW, 24)) == near


def test_a_canary_is_near_without_an_end_and_a_release_until_it_has_served_so_long() -> None:
    entries = (_entry("canary", 2), WindowEntry("churn", "1", "active", None, "", NOW - timedelta(hours=2)))

    found = near_releases(Window("live", NOW, entries), NOW, 48)

    assert [(one.entry.model, one.until) for one in found] == [
        ("churn", NOW + timedelta(hours=46)),
        ("fraud", None),
    ]


def test_the_lock_file_keeps_when_it_was_released_and_an_older_one_does_not_say() -> None:
    window = Window("live", NOW, (_entry("active", 3),))
    text = render_lock(window)

    assert parse_lock(text, "window.lock").entries == window.entries
    older = parse_lock(text.replace('"released"', '"other"'), "window.lock")
    assert older.entries[0].released is None
    assert changes(older, window) == ()
    assert len(changes(parse_lock(text, "window.lock"), Window("live", NOW, (_entry("active", 1),)))) == 1
