"""One look after another: what trips, what is missing, and what a file of measurements would have led to."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from schemaguard.errors import PlaybookError
from schemaguard.frozen import replace
from schemaguard.playbooks.drift import reference_of
from schemaguard.playbooks.drifting import DriftSeen, DriftTerms
from schemaguard.playbooks.forecast import forecast
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import Playbook
from schemaguard.playbooks.reading import problems
from schemaguard.playbooks.replaying import measurements, replayed, versions
from schemaguard.playbooks.split import SplitTerms, is_off
from schemaguard.playbooks.watching import (
    NothingSeen,
    SplitOff,
    Tripped,
    Watched,
    WatchTerms,
    canary_terms,
    lasting_terms,
    seen,
    watched,
    weight_of,
)
from tests.unit.playbooks.examples import EXAMPLE

HURRIED = re.sub(r", min_requests: \d+}", "}", EXAMPLE)
"""Its steps end with their time, however few requests there were."""
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=10)
TERMS = WatchTerms("8", 0.02, 3.0, missing_after=3)


def look(number: int, **versions: tuple[int, int]) -> Look:
    until = NOON + number * LENGTH
    return Look(until - LENGTH, until, {name.removeprefix("v"): Counted(*pair) for name, pair in versions.items()})


def missing(number: int, reason: str = "up=0") -> MissingLook:
    until = NOON + number * LENGTH
    return MissingLook(until - LENGTH, until, reason)


def example() -> Playbook:
    made, _ = problems(EXAMPLE, "f")
    assert made is not None
    return made


def test_failures_trip_once_the_evidence_is_above_its_line() -> None:
    events = [event for _, (_, event) in watched((look(n, v8=(10, 50)) for n in range(1, 20)), TERMS)]
    first = next(number for number, event in enumerate(events, 1) if event is not None)
    assert isinstance(events[first - 1], Tripped)
    assert 1 <= first <= 5


def test_nothing_trips_before_enough_requests_and_looks() -> None:
    terms = WatchTerms("8", 0.02, 3.0, looks=3, min_requests=1_000)
    events = [event for _, (_, event) in watched((look(n, v8=(50, 50)) for n in range(1, 40)), terms)]
    assert next(number for number, event in enumerate(events, 1) if event is not None) == 22


def test_missing_looks_change_no_evidence_and_are_told_after_so_many() -> None:
    known, event = seen(Watched(), look(1, v8=(5, 50)), TERMS)
    weight = known.evidence.weight
    for number in (2, 3, 4):
        known, event = seen(known, missing(number), TERMS)
    assert event == NothingSeen(3, "up=0")
    assert known.evidence.weight == weight
    known, event = seen(known, look(5, v8=(0, 50)), TERMS)
    assert (known.missing, event) == (0, None)


def test_a_canary_without_requests_is_missing_and_never_bad() -> None:
    known = Watched()
    for number in range(1, 200):
        known, event = seen(known, look(number, v7=(50, 50)), TERMS)
        assert not isinstance(event, Tripped)
    assert isinstance(event, NothingSeen)
    idle = WatchTerms("8", 0.02, 3.0, expects_traffic=False)
    assert seen(Watched(), look(1), idle) == (Watched(), None)


def test_an_outage_of_both_excuses_the_canary_where_it_is_compared() -> None:
    looks = [look(number, v8=(30, 100), v7=(300, 1_000)) for number in range(1, 200)]
    alone = WatchTerms("8", 0.02, 12.0)
    compared = WatchTerms("8", 0.02, 12.0, stable="7")
    assert any(isinstance(event, Tripped) for _, (_, event) in watched(looks, alone))
    assert not any(event for _, (_, event) in watched(looks, compared))


def test_terms_are_those_of_the_playbook() -> None:
    playbook = example()
    errors, latency = playbook.triggers[0], playbook.triggers[1]
    assert canary_terms(playbook, errors, "8", "7").stable == "7"
    assert canary_terms(playbook, latency, "8", "7").stable is None
    assert canary_terms(playbook, latency, "8", "7").line == pytest.approx(12.39, abs=0.01)
    assert canary_terms(playbook, errors, "8", "7").line == pytest.approx(11.29, abs=0.01)
    assert lasting_terms(playbook, latency, "8").line == pytest.approx(14.91, abs=0.01)
    assert lasting_terms(playbook, errors, "8").stable is None


HEADER = "at,version,trigger,failed,total\n"


def rows(*lines: str) -> str:
    return HEADER + "".join(f"{line}\n" for line in lines)


def test_a_file_is_cut_into_looks_that_count_every_row_once() -> None:
    lines = []
    for second in range(1, 601):
        at = (NOON + timedelta(seconds=second)).isoformat()
        lines += [f"{at},8,error-rate,1,10", f"{at},7,error-rate,0,90"]
    found = measurements(rows(*lines), "m.csv")
    assert versions(found) == ("8", "7")
    (errors,) = replayed(example(), found, "8", "7", is_canary=True)
    assert (errors.looks, errors.missing) == (20, 0)
    assert (errors.known.failed, errors.known.total) == (600, 6_000)
    assert errors.tripped_at is not None
    # A look reaches to its end and not beyond: the row at a full half minute belongs to the look that ends there.
    assert errors.tripped_at.second % 30 == 0


def test_a_gap_is_missing_and_a_healthy_file_leads_to_nothing() -> None:
    minutes = [minute for minute in range(120) if not 30 <= minute < 40]
    lines = [f"{(NOON + timedelta(minutes=m)).isoformat()},8,latency,1,1000" for m in minutes]
    (latency,) = replayed(example(), measurements(rows(*lines), "m.csv"), "8", None, is_canary=False)
    assert latency.tripped_at is None
    assert latency.missing > 0
    assert latency.silent_at is not None
    assert latency.known.total == 110_000


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", "m.csv:1", "columns"),
        ("when,version\n", "m.csv:1", "columns"),
        (rows("2026-11-29T12:00:00Z,8,error-rate,1"), "m.csv:2", "4 values"),
        (rows("yesterday,8,error-rate,1,2"), "m.csv:2", "yesterday"),
        (rows("2026-11-29T12:00:00Z,8,error-rate,3,2"), "m.csv:2", "3 of 2"),
        (rows("2026-11-29T12:00:00Z,8,error-rate,-1,2"), "m.csv:2", "-1 of 2"),
        (rows("2026-11-29T12:00:00Z,8,error-rate,1.5,2"), "m.csv:2", "1.5"),
        (rows('2026-11-29T12:00:00Z,"8,error-rate,1,2'), "m.csv:2", "CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line(text: str, at: str, words: str) -> None:
    with pytest.raises(PlaybookError) as raised:
        measurements(text, "m.csv")
    assert raised.value.at == at
    assert words in raised.value.what


def test_times_that_span_ages_are_a_mistake_that_is_told() -> None:
    text = rows("0001-01-02T00:00:00Z,8,latency,0,1", "9998-01-01T00:00:00Z,8,latency,0,1")
    with pytest.raises(PlaybookError, match="span"):
        replayed(example(), measurements(text, "m.csv"), "8", None, is_canary=True)


def test_the_forecast_is_what_the_loop_does() -> None:
    by_name = {each.trigger: each for each in forecast(example(), 10.0)}
    assert set(by_name) == {"error-rate", "latency", "missing-features", "approvals"}
    latency = by_name["latency"].steps
    assert [step.requests for step in latency] == [1, 5, 25, 100]
    delays = [step.delay for step in latency[:3] if step.delay is not None]
    assert delays == sorted(delays, reverse=True)
    assert all(each.advice == "" for each in by_name.values())


def test_too_short_a_step_is_told_with_what_would_mend_it() -> None:
    made, _ = problems(HURRIED, "f")
    assert made is not None
    late = {each.trigger: each.advice for each in forecast(made, 10.0)}
    assert late["latency"].startswith("make step 1 hold ")
    assert late["latency"].endswith("or start with 2 %") or late["latency"].endswith("or start with 5 %")
    assert forecast(made, 10.0) == forecast(made, 10.0)


def test_hardly_any_traffic_cannot_be_judged_and_it_is_said() -> None:
    made, _ = problems(HURRIED, "f")
    assert made is not None
    advice = {each.trigger: each.advice for each in forecast(made, 0.001)}
    assert advice["latency"] == "no step below 100 % sees it in time: this much traffic can't be judged by a canary"


SPLIT = WatchTerms("8", 0.02, 3.0, beside="7", share=0.01, split=SplitTerms(0.01, NOON + LENGTH))


def test_a_canary_that_gets_another_share_than_it_was_given_is_told_after_three_looks() -> None:
    known, events = Watched(), []
    for number in range(1, 5):
        # The first look began before the share was given.
        known, event = seen(known, look(number, v8=(0, 49), v7=(0, 51)), SPLIT)
        events.append(event)
    assert events == [None, None, None, SplitOff(3, 0.49, 0.01)]
    known, event = seen(known, look(6, v8=(0, 1), v7=(0, 99)), SPLIT)
    assert (known.split, event) == (0, None)
    # Where nobody was told to split the traffic, nothing is asked of it.
    assert seen(known, look(7, v8=(0, 49), v7=(0, 51)), replace(SPLIT, split=None))[0].split == 0


@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 0.5, 0.99])
def test_a_right_split_is_odd_in_one_look_of_a_hundred_at_most(share: float) -> None:
    terms, chance = SplitTerms(share, NOON), random.Random(7)
    for asked in (3, 40, 400):
        odd = sum(
            is_off(Counted(0, own), Counted(0, asked - own), terms)
            for own in (sum(chance.random() < share for _ in range(asked)) for _ in range(1_000))
        )
        assert odd <= 10
    assert is_off(Counted(0, 0), Counted(0, 2_000), terms)
    assert not is_off(Counted(0, 0), Counted(0, 0), terms)
    sticky = replace(terms, is_sticky=True)
    assert not is_off(Counted(0, int(1_000_000 * share * 0.6)), Counted(0, int(1_000_000 * (1 - share * 0.6))), sticky)


def test_a_drift_trips_where_its_rows_prove_the_distance_in_a_canary_or_in_a_window() -> None:
    frozen = reference_of([float(n) for n in range(20_000)])
    same, moved = (1,) * 100, (0,) * 50 + (2,) * 50
    canary = replace(TERMS, drift=DriftTerms(0.15, 0.01, 360), line=0.15)
    known = Watched(drift=DriftSeen(frozen))
    assert weight_of(known, canary) is None
    for number in range(1, 20):
        known, event = seen(known, binned(number, same), canary)
        assert event is None
    # What has drifted since is a part of everything that was seen.
    tripped = []
    for number in range(20, 60):
        known, event = seen(known, binned(number, moved), canary)
        tripped += [event] if event is not None else []
    weight = weight_of(known, canary)
    assert weight is not None
    assert (len(tripped) > 0, weight > 0.15, known.total) == (True, True, 59 * 100)
    lasting = replace(canary, drift=DriftTerms(0.15, 1e-5, 1, 30))
    known = Watched(drift=DriftSeen(frozen))
    events = [(known := (one := seen(known, binned(n, moved), lasting))[0]) and one[1] for n in range(1, 61)]
    assert [n for n, each in enumerate(events, 1) if each is not None] == [30, 60]


def binned(number: int, bins: tuple[int, ...]) -> Look:
    counted = look(number, v8=(0, sum(bins)))
    return replace(counted, bins={"8": bins})
