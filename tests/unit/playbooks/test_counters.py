"""Rises of counters are exact, whatever becomes of the processes that count."""

from datetime import UTC, datetime, timedelta

import pytest

from schemaguard.playbooks.counters import CountersError, Series, counted
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Counted

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
DUE = due_spans(NOON, NOON + 4 * LENGTH, LENGTH)


def series(version: str, instance: str, values: dict[int, float]) -> Series:
    """Seconds after noon → value."""
    samples = tuple((NOON + timedelta(seconds=at), value) for at, value in values.items())
    return Series(version, (version, "job", instance), samples)


def found(failed: list[Series], total: list[Series]) -> dict[int, dict[str, tuple[int, int]]]:
    """By the number of the look, from 1: (failed, total) of each version."""
    return {
        round((end - NOON) / LENGTH): {version: (one.failed, one.total) for version, one in slot.items()}
        for end, slot in counted(failed, total, DUE).items()
    }


def test_a_rise_belongs_to_the_look_in_which_it_was_seen_and_none_is_lost_between_looks() -> None:
    total = series("8", "a", {-5: 100, 10: 110, 30: 117, 31: 118, 60: 150, 75: 150, 110: 200})
    failed = series("8", "a", {-5: 7, 10: 8, 30: 8, 31: 9, 60: 9, 75: 9, 110: 10})
    assert found([failed], [total]) == {1: {"8": (1, 17)}, 2: {"8": (1, 33)}, 3: {"8": (0, 0)}, 4: {"8": (1, 50)}}


def test_a_counter_that_fell_began_anew_and_processes_are_added_up() -> None:
    total = [series("8", "a", {-5: 100, 10: 40, 40: 50}), series("8", "b", {-5: 5, 10: 6, 40: 8})]
    failed = [series("8", "a", {-5: 90, 10: 4, 40: 4}), series("8", "b", {-5: 1, 10: 2, 40: 2})]
    assert found(failed, total) == {1: {"8": (5, 41)}, 2: {"8": (0, 12)}}


def test_what_a_process_counted_before_it_was_first_seen_is_nobody_s_and_its_first_failure_counts() -> None:
    # It was there before it was scraped; its counter of failures appears with the first of them.
    total = series("8", "a", {10: 1_000, 25: 1_010, 40: 1_020})
    failed = series("8", "a", {25: 2, 40: 2})
    assert found([failed], [total]) == {1: {"8": (2, 10)}, 2: {"8": (0, 10)}}
    assert found([], [total]) == {1: {"8": (0, 10)}, 2: {"8": (0, 10)}}


def test_a_look_in_which_a_process_is_no_longer_heard_is_left_out_and_the_others_go_on() -> None:
    total = [series("8", "a", {-5: 1, 10: 2}), series("7", "b", {-5: 1, 10: 2, 40: 3, 70: 4, 100: 5})]
    assert found([], total) == {1: {"8": (0, 1), "7": (0, 1)}, 3: {"7": (0, 1)}, 4: {"7": (0, 1)}}
    assert found([], []) == {}


@pytest.mark.parametrize(
    ("failed", "total", "message"),
    [
        ({0: 0, 10: 9}, {0: 0, 10: 5}, "9 of 5 requests of version 8 can't have failed"),
        ({0: 0, 10: 1}, {0: 0, 10: 5.5}, "5.5 isn't a count"),
    ],
)
def test_what_can_t_be_counts_of_one_thing_is_said(
    failed: dict[int, float], total: dict[int, float], message: str
) -> None:
    with pytest.raises(CountersError, match=message):
        counted([series("8", "a", failed)], [series("8", "a", total)], DUE)


def test_a_look_ends_with_its_end_and_the_first_may_be_shorter() -> None:
    assert DUE.end_of(NOON) is None
    assert DUE.end_of(NOON + LENGTH) == NOON + LENGTH
    assert DUE.end_of(NOON + LENGTH + timedelta(microseconds=1)) == NOON + 2 * LENGTH
    assert DUE.end_of(NOON + 5 * LENGTH) is None
    short = due_spans(NOON + LENGTH / 3, NOON + 2 * LENGTH, LENGTH)
    assert [end - begin for begin, end in short.spans] == [LENGTH * 2 / 3, LENGTH]
    assert due_spans(NOON, NOON, LENGTH).spans == ()
    late = due_spans(NOON - timedelta(days=400), NOON, LENGTH)
    assert (len(late.spans), late.gap[0].reason) == (8_640, "nobody watched")
    assert isinstance(late.looks({NOON: {"8": Counted(0, 1)}})[-1].until, datetime)
