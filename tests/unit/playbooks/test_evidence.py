"""The statistic: its formula in plain numbers, its promise in simulated worlds, and what it is compared with."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.playbooks.drift import added, distance, proven_distance, reference_of
from schemaguard.playbooks.evidence import BETS, Evidence, canary_line, evidence_of, grown, lasting_line
from schemaguard.playbooks.look import Counted
from schemaguard.playbooks.stable import line_against_stable, stable_share

LINE = 0.02
LOOKS = 360
"""An hour of looks of ten seconds."""
ALPHA = 0.01


def plainly(shares: list[float], line: float) -> float:
    """The same in plain numbers, as long as they fit."""
    sums = [0.0] * len(BETS)
    for share in shares:
        sums = [(old + 1) * (1 + bet * (share - line) / line) for old, bet in zip(sums, BETS, strict=True)]
    return math.log(sum(sums) / len(sums))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=25), st.floats(0.01, 0.99))
def test_the_evidence_is_the_formula_of_its_docstring(shares: list[float], line: float) -> None:
    assert evidence_of(shares, line).weight == pytest.approx(plainly(shares, line), rel=1e-9, abs=1e-9)


def test_nothing_seen_weighs_nothing_and_failures_alone_add_up_without_end() -> None:
    assert Evidence().weight == -math.inf
    found = evidence_of([1.0] * 5_000, 0.001)
    assert 20_000 < found.weight < math.inf
    assert found.looks == 5_000


@pytest.mark.parametrize(("share", "line"), [(-0.1, 0.5), (1.1, 0.5), (0.5, 0.0), (0.5, 1.1), (math.nan, 0.5)])
def test_shares_and_lines_outside_of_their_bounds_are_refused(share: float, line: float) -> None:
    with pytest.raises(ValueError, match="against a line"):
        grown(Evidence(), share, line)


def trips(shares: list[float]) -> int | None:
    """The first look in which the line of an hour's canary is crossed."""
    found, line = Evidence(), canary_line(LOOKS, ALPHA)
    for number, share in enumerate(shares, 1):
        found = grown(found, share, LINE)
        if found.weight >= line:
            return number
    return None


def looks_of(draw: random.Random, requests: int, rate: float, cluster: int = 1) -> list[float]:
    """Shares of an hour; failures come alone, or in clusters inside of a look."""
    shares = []
    for _ in range(LOOKS):
        failed = sum(cluster for _ in range(requests // cluster) if draw.random() < rate)
        shares.append(min(failed, requests) / requests)
    return shares


@pytest.mark.parametrize(("rate", "cluster"), [(0.01, 1), (0.02, 1), (0.01, 5), (0.02, 5)])
def test_a_healthy_canary_is_left_alone(rate: float, cluster: int) -> None:
    draw = random.Random(11)
    assert sum(trips(looks_of(draw, 5, rate, cluster)) is not None for _ in range(100)) <= 3


def test_a_bad_canary_is_caught_in_the_time_that_was_simulated() -> None:
    draw = random.Random(12)
    found = sorted(trips(looks_of(draw, 50, 0.10)) or LOOKS for _ in range(61))
    assert 7 <= found[30] <= 11


def test_lines_are_those_of_the_worked_example() -> None:
    assert canary_line(480, 0.002) == pytest.approx(12.39, abs=0.01)
    assert lasting_line(347 * 8_640) == pytest.approx(14.91, abs=0.01)


def test_stable_s_own_failures_raise_the_line_and_its_silence_does_not() -> None:
    calm, burning = Counted(1, 1_000), Counted(300, 1_000)
    assert stable_share([]) is None
    assert line_against_stable(LINE, 1.5, [Counted(0, 0)]) == LINE
    assert line_against_stable(LINE, 1.5, [calm] * 6) == LINE
    assert line_against_stable(LINE, 1.5, [*[calm] * 5, burning]) == pytest.approx(0.45)
    assert line_against_stable(LINE, 1.5, [Counted(900, 1_000)]) == 1.0
    # An outage that is over excuses the canary for a while only.
    assert line_against_stable(LINE, 1.5, [burning, *[calm] * 6]) == LINE


def test_little_traffic_of_stable_raises_the_line() -> None:
    lines = [line_against_stable(LINE, 1.5, [Counted(0, total)]) for total in (2, 10, 50, 1_000)]
    assert all(more > less for more, less in pairwise(lines))


@pytest.mark.parametrize(("canary", "stable"), [(0.05, 0.05), (0.10, 0.10), (0.075, 0.05)])
def test_a_canary_that_is_no_worse_than_the_margin_is_left_alone(canary: float, stable: float) -> None:
    draw = random.Random(13)
    tripped = 0
    for _ in range(25):
        found, recent = Evidence(), []
        for _ in range(LOOKS):
            recent = [*recent, Counted(sum(draw.random() < stable for _ in range(15)), 15)][-6:]
            share = sum(draw.random() < canary for _ in range(5)) / 5
            found = grown(found, share, line_against_stable(LINE, 1.5, recent))
            if found.weight >= canary_line(LOOKS, ALPHA):
                tripped += 1
                break
    assert tripped == 0


def test_the_distance_to_a_reference_is_that_of_kolmogorov_and_smirnov() -> None:
    reference = reference_of([float(number) for number in range(1_000)])
    assert len(reference.edges) == 99
    same = [10] * 100
    assert distance(reference, same) < 0.02
    shifted = [0] * 50 + [20] * 50
    assert distance(reference, shifted) == pytest.approx(0.5, abs=0.02)
    assert added((), same) == tuple(same)
    assert added(same, same) == (20,) * 100


def test_a_reference_of_values_that_come_often_keeps_each_edge_once() -> None:
    reference = reference_of([1.0] * 900 + [2.0] * 100)
    assert reference.edges == (1.0, 2.0)
    assert reference.below == (0.9, 1.0)
    assert distance(reference, [90, 10, 0]) == 0
    assert distance(reference, [40, 60, 0]) == pytest.approx(0.5)


def test_few_rows_prove_no_drift_and_many_do() -> None:
    reference = reference_of([float(number) for number in range(20_000)])
    shifted = [0] * 50 + [1] * 50
    assert proven_distance(reference, shifted, ALPHA, LOOKS) < 0.3
    assert proven_distance(reference, [count * 100 for count in shifted], ALPHA, LOOKS) > 0.4
    assert proven_distance(reference, [1] * 100, ALPHA, LOOKS) < 0


@pytest.mark.parametrize("values", [[], [1.0, math.nan]])
def test_a_reference_needs_numbers(values: list[float]) -> None:
    with pytest.raises(ValueError, match="numbers"):
        reference_of(values)
