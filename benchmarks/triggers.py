"""False alarms and delays of the playbook's statistic, beside the rules that other tools document.

`python -m benchmarks.triggers [--runs N]`: worlds of an hour, a line of 2 %, alpha 1 %. Each cell has two figures, for
5 and 50 canary requests in a look of ten seconds. The other tools' rules are modelled on their documentation (Argo
Rollouts' failureLimit, Flagger's threshold, CloudWatch's "3 of 5 datapoints", a sequential probability ratio test); the
tools weren't run. Failures come alone, in clusters inside of a look, and in bursts of which some or all reach into the
next one: bursts that last as long as a look are what the promise doesn't cover. The statistic is the package's formula
over all runs at once; the first line says how far it is from the package's own steps.
"""

import argparse
import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmarks.table import show
from schemaguard.playbooks.drift import proven_distance, reference_of
from schemaguard.playbooks.evidence import BETS, Evidence, canary_line, grown, lasting_line
from schemaguard.playbooks.stable import ERRORS
from schemaguard.playbooks.stable import LOOKS as POOLED

LOOKS, LOOK_SECONDS, LINE, ALPHA = 360, 10, 0.02, 0.01
SIZES = (5, 50)
Counts = NDArray[np.int64]
Shares = NDArray[np.float64]
Rule = Callable[[Counts, int], NDArray[np.bool_]]
DRAW = np.random.default_rng(16)


def bets(shares: Shares, lines: Shares | float) -> Shares:
    """The evidence after each look, runs × looks: the package's formula over all runs at once."""
    logs = np.full((len(BETS), len(shares)), -np.inf)
    found = np.empty(shares.shape)
    excess = (shares - lines) / lines
    for look in range(shares.shape[1]):
        logs = np.logaddexp(logs, 0) + np.log1p(np.array(BETS)[:, None] * excess[:, look])
        top = logs.max(0)
        found[:, look] = top + np.log(np.mean(np.exp(logs - top), 0))
    return found


def ours(failed: Counts, requests: int) -> NDArray[np.bool_]:
    """Whether the evidence stands above a canary's line."""
    return bets(failed / requests, LINE) >= canary_line(LOOKS, ALPHA)


def any_look(failed: Counts, requests: int) -> NDArray[np.bool_]:
    """One look above the line."""
    return failed / requests > LINE


def in_a_row(failed: Counts, requests: int) -> NDArray[np.bool_]:
    """Three looks in a row above it."""
    above = any_look(failed, requests)
    padded = np.pad(above, ((0, 0), (2, 0)))
    return above & padded[:, 1:-1] & padded[:, :-2]


def in_all(most: int) -> Rule:
    """So many looks above it in all."""
    return lambda failed, requests: np.cumsum(any_look(failed, requests), 1) >= most


def three_of_five(failed: Counts, requests: int) -> NDArray[np.bool_]:
    """Three of the last five looks above it."""
    sums = np.cumsum(np.pad(any_look(failed, requests).astype(int), ((0, 0), (5, 0))), 1)
    return (sums[:, 5:] - sums[:, :-5]) >= 3


def sprt(failed: Counts, requests: int) -> NDArray[np.bool_]:
    """A sequential probability ratio test of 2 % against 4 %."""
    right, asked = np.cumsum(failed, 1), np.cumsum(np.full(failed.shape, requests), 1)
    ratio = right * math.log(2) + (asked - right) * math.log((1 - 2 * LINE) / (1 - LINE))
    return ratio >= math.log(1 / ALPHA)


RULES: dict[str, Rule] = {
    "any look above": any_look,
    "3 in a row": in_a_row,
    "4 in all (Argo failureLimit 3)": in_all(4),
    "5 in all (Flagger threshold 5)": in_all(5),
    "3 of 5 (CloudWatch)": three_of_five,
    "SPRT, 4 %": sprt,
    "ours": ours,
}


def alone(rate: float) -> Callable[[int, int], Counts]:
    """Failures that have nothing to do with each other."""
    return lambda runs, requests: DRAW.binomial(requests, rate, (runs, LOOKS))


def clustered(rate: float, size: int) -> Callable[[int, int], Counts]:
    """Failures in clusters inside of a look."""
    return lambda runs, requests: np.minimum(
        DRAW.poisson(requests * rate / size, (runs, LOOKS)) * size, requests
    ).astype(np.int64)


def bursts(rate: float, size: int, across: float) -> Callable[[int, int], Counts]:
    """Clusters of which a part, `across`, reaches with its other half into the next look."""

    def made(runs: int, requests: int) -> Counts:
        mean = requests * rate / size
        inside = DRAW.poisson(mean * (1 - across), (runs, LOOKS)) * size
        halves = DRAW.poisson(mean * across, (runs, LOOKS + 1)) * size / 2
        return np.minimum(inside + np.ceil(halves[:, 1:]) + np.floor(halves[:, :-1]), requests).astype(np.int64)

    return made


def varying(rate: float, spread: float) -> Callable[[int, int], Counts]:
    """A rate that varies from look to look, with this coefficient of variation."""
    shape = 1 / spread**2
    return lambda runs, requests: DRAW.binomial(
        requests, np.minimum(DRAW.gamma(shape, rate / shape, (runs, LOOKS)), 1.0)
    )


def after_calm(rate: float) -> Callable[[int, int], Counts]:
    """Half an hour at half a percent, then this rate."""

    def made(runs: int, requests: int) -> Counts:
        rates = np.repeat([0.005, rate], LOOKS // 2)
        return DRAW.binomial(requests, rates, (runs, LOOKS))

    return made


HEALTHY = {
    "1 %": alone(0.01),
    "2 %, on the line": alone(0.02),
    "1 %, clusters of 5": clustered(0.01, 5),
    "1 %, a burst in 5 across looks": bursts(0.01, 4, 0.2),
    "1 %, bursts as long as a look": bursts(0.01, 4, 1.0),
    "1 %, varies, cv 2": varying(0.01, 2),
}
FAULTS = {
    "5 %": (alone(0.05), 0),
    "10 %": (alone(0.10), 0),
    "30 %": (alone(0.30), 0),
    "10 % after calm": (after_calm(0.1), 180),
}


def first(hits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first look that trips in each run, -1 where none does."""
    return np.where(hits.any(1), hits.argmax(1), -1)


def false_alarms(runs: int) -> None:
    """Healthy worlds: how many of a hundred canaries are rolled back."""
    rows = []
    worlds = {name: {size: made(runs, size) for size in SIZES} for name, made in HEALTHY.items()}
    for name, rule in RULES.items():
        cells = [
            " / ".join(f"{(first(rule(world[size], size)) >= 0).mean() * 100:.1f}" for size in SIZES)
            for world in worlds.values()
        ]
        rows.append((name, *cells))
    show(f"Healthy canaries of an hour that are rolled back, in % of {runs} (alpha is 1 %)", ("rule", *HEALTHY), rows)


def delays(runs: int) -> None:
    """Bad worlds: how long until it is seen."""
    rows = []
    worlds = {name: ({size: made(runs, size) for size in SIZES}, start) for name, (made, start) in FAULTS.items()}
    for name, rule in RULES.items():
        cells = []
        for world, start in worlds.values():
            two = []
            for size in SIZES:
                hit = first(rule(world[size], size))
                after = (hit[hit >= start] - start + 1) * LOOK_SECONDS
                before = (hit[hit >= 0] < start).mean() if (hit >= 0).any() else 0.0
                two.append(f"{np.median(after):.0f}" if len(after) > runs / 2 else f"({before:.0%} before)")
            cells.append(" / ".join(two))
        rows.append((name, *cells))
    show("Bad canaries: median seconds from the fault until it is seen", ("rule", *FAULTS), rows)


def against_stable(runs: int) -> None:
    """`compare: stable`: equal canaries, canaries on the margin, and faults; with clusters in stable, other margins."""
    rows = []
    worlds = [
        ("equal 2 %", 0.02, 0.02, 1.5, False), ("equal 10 %", 0.10, 0.10, 1.5, False),
        ("equal 10 %, clusters in both", 0.10, 0.10, 1.5, True), ("equal 10 %, margin 1.2", 0.10, 0.10, 1.2, False),
        ("equal 10 %, margin 1.2, clusters in both", 0.10, 0.10, 1.2, True),
        ("equal 5 %, margin 3", 0.05, 0.05, 3.0, False),
        ("on the margin: 7.5 %, 5 %", 0.075, 0.05, 1.5, False),
        ("on the margin: 6 %, 5 %, margin 1.2", 0.06, 0.05, 1.2, False),
        ("on the margin: 15 %, 10 %, clusters", 0.15, 0.10, 1.5, True),
        ("fault: 10 %, 1 %", 0.10, 0.01, 1.5, False), ("fault: 30 %, 10 %", 0.30, 0.10, 1.5, False),
    ]  # fmt: skip
    for name, canary, stable, margin, in_clusters in worlds:
        cells = []
        for times in (19, 3, 1):
            two = []
            for size in SIZES:
                made = (lambda rate: clustered(rate, 5)) if in_clusters else alone
                own, others = made(canary)(runs, size), made(stable)(runs, size * times)
                hit = first(bets(own / size, lines_of(others, size * times, margin)) >= canary_line(LOOKS, ALPHA))
                caught = hit[hit >= 0]
                delay = (
                    f", {np.median(caught + 1) * LOOK_SECONDS:.0f} s"
                    if name.startswith("fault") and len(caught)
                    else ""
                )
                two.append(f"{(hit >= 0).mean() * 100:.1f}{delay}")
            cells.append(" / ".join(two))
        rows.append((name, *cells))
    show(f"Against stable: canaries that are rolled back, in % of {runs}", ("world", "stable 19 ×", "3 ×", "1 ×"), rows)


def lines_of(others: Counts, requests: int, margin: float) -> Shares:
    """The line of each look: what `schemaguard.playbooks.stable` says, over all runs at once."""
    sums = np.cumsum(np.pad(others, ((0, 0), (1, 0))), 1)
    pooled = np.minimum(np.arange(1, LOOKS + 1), POOLED)
    six = sums[:, 1:] - sums[:, np.arange(1, LOOKS + 1) - pooled]
    asked = pooled * requests
    share = (six + 1) / (asked + 1)
    return np.clip(margin * np.maximum(others / requests, share + ERRORS * np.sqrt(share / asked)), LINE, 1.0)


def afterwards(days: int) -> None:
    """After the canary: false alarms of a healthy model, and delays of a fault, one model a row."""
    rows = []
    line = lasting_line(347 * 8_640)
    for size in SIZES:
        for name, rate in (("1 %", 0.01), ("1.9 %", 0.019)):
            shares = DRAW.binomial(size, rate, (days, 8_640)) / size
            logs = bets(shares, LINE)
            fault = first(bets(DRAW.binomial(size, 0.10, (400, 1_500)) / size, LINE) >= line)
            rows.append(
                (
                    f"{size} requests a look, {name}",
                    int((logs >= line).any(1).sum()),
                    f"{np.median(fault + 1) * 10:.0f}",
                )
            )
    show(f"After the canary, {days} days each", ("healthy at", "days with a false alarm", "10 %: median s"), rows)


def drifts(runs: int) -> None:
    """A drift of a column, `KS > 0.15`: everything since the canary began against a frozen reference of 20,000 rows."""
    rows = []
    worlds = [
        ("the same", 0.0, 1), ("the same, each value 5 times", 0.0, 5), ("D = 0.08", 0.08, 1),
        ("on the line: 0.15", 0.15, 1), ("on the line, each value 5 times", 0.15, 5),
        ("drift: 0.2", 0.2, 1), ("drift: 0.38", 0.38, 1),
    ]  # fmt: skip
    for name, true, times in worlds:
        cells = []
        for size in SIZES:
            hit = np.concatenate([_drift_hits(min(100, runs), size, true, times) for _ in range(max(1, runs // 100))])
            caught = hit[hit >= 0]
            delay = (
                f", {np.median(caught + 1) * LOOK_SECONDS:.0f} s" if name.startswith("drift") and len(caught) else ""
            )
            cells.append(f"{(hit >= 0).mean() * 100:.1f}{delay}")
        rows.append((name, *cells))
    show(f"Drift: canaries that trip, in % of {runs} (alpha is 1 %)", ("world", *map(str, SIZES)), rows)


def _drift_hits(runs: int, size: int, true: float, times: int) -> NDArray[np.int64]:
    """The first look that trips, of canaries that share a reference; the distance of two normals is `true`."""
    normal = NormalDist()
    frozen = reference_of(DRAW.normal(size=20_000).tolist())
    shift = 2 * normal.inv_cdf((1 + true) / 2)
    below = np.array([normal.cdf(edge - shift) for edge in frozen.edges])
    chances = np.diff(np.concatenate([[0.0], below, [1.0]]))
    rows = np.cumsum(DRAW.multinomial(max(1, size // times), chances, (runs, LOOKS)) * times, 1)
    many = rows.sum(2)
    far = np.abs(np.cumsum(rows, 2)[:, :, :-1] / many[:, :, None] - np.array(frozen.below)).max(2)
    # What `schemaguard.playbooks.drift` takes off, over all runs at once.
    taken = np.sqrt(np.log(4 * LOOKS / ALPHA) / (2 * many)) + math.sqrt(math.log(4 / ALPHA) / (2 * frozen.rows))
    one = proven_distance(frozen, rows[0, -1].tolist(), ALPHA, LOOKS)
    assert abs(one - float((far - taken)[0, -1])) < 1e-9
    return first(far - taken > 0.15)


def means(runs: int) -> None:
    """A mean, `revenue loses > 20 %`: in each look the canary's against that of as many of stable's rows."""
    rows = []
    worlds = [
        ("the same", 0.1, 1.0, 1.2), ("on the line: each pays a fifth less", 0.1, 0.8, 1.2),
        ("on the line: a fifth fewer buy", 0.08, 1.0, 1.2), ("the same, heavier tails", 0.1, 1.0, 2.0),
        ("on the line, heavier tails", 0.1, 0.8, 2.0), ("all buy; a fifth less", 1.0, 0.8, 1.2),
        ("loss: a half", 0.05, 1.0, 1.2), ("loss: all", 0.0, 1.0, 1.2),
    ]  # fmt: skip
    for name, share, factor, spread in worlds:
        cells = []
        for size in SIZES:
            hit = np.concatenate([_loss_hits(100, size, (share, factor, spread)) for _ in range(max(1, runs // 100))])
            caught = hit[hit >= 0]
            delay = f", {np.median(caught + 1) * LOOK_SECONDS:.0f} s" if name.startswith("loss") and len(caught) else ""
            cells.append(f"{(hit >= 0).mean() * 100:.1f}{delay}")
        rows.append((name, *cells))
    show(f"Means: canaries that trip, in % of {runs} (alpha is 1 %)", ("world", *map(str, SIZES)), rows)


def _loss_hits(runs: int, size: int, world: tuple[float, float, float]) -> NDArray[np.int64]:
    share, factor, spread = world
    own = _revenue(runs, size, share, spread) * factor
    stable = _revenue(runs, size, 1.0 if share == 1.0 else 0.1, spread)
    return first(bets((own < stable * 0.8).astype(float), 0.5) >= canary_line(LOOKS, ALPHA))


def _revenue(runs: int, size: int, share: float, spread: float) -> Shares:
    shape = (runs, LOOKS, size)
    paid = np.where(DRAW.random(shape) < share, DRAW.lognormal(3.0, spread, shape), 0.0)
    return np.asarray(paid.mean(2))


def equality() -> float:
    """The largest difference between the package's own steps and the arrays above."""
    shares = DRAW.binomial(50, 0.04, (10, 200)) / 50
    found, worst = bets(shares, LINE), 0.0
    for run in range(len(shares)):
        evidence = Evidence()
        for look in range(shares.shape[1]):
            evidence = grown(evidence, float(shares[run, look]), LINE)
            worst = max(worst, abs(evidence.weight - float(found[run, look])))
    return worst


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    print(f"largest difference between the package's steps and the arrays: {equality():.1e}\n")
    false_alarms(runs)
    delays(runs)
    against_stable(max(100, runs // 2))
    drifts(runs)
    means(runs)
    afterwards(max(10, runs // 10))


if __name__ == "__main__":
    main()
