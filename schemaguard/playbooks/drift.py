"""Drift of a column: the distance of Kolmogorov and Smirnov to a frozen reference, with a band that holds at all times.

The reference is kept as its quantiles' edges, so that only counts travel. At the edges the distance is a lower bound
of the true one, at most 1 / (edges + 1) below it. The band is that of Dvoretzky, Kiefer and Wolfowitz, with Massart's
constant (Massart 1990, https://doi.org/10.1214/aop/1176990746).
"""

import math
from collections.abc import Sequence
from itertools import accumulate

from schemaguard.frozen import dataclass

EDGES = 99
"""A hundred bins."""


@dataclass(frozen=True, slots=True)
class DriftReference:
    """The inner edges of the reference's bins, rising, the share of its rows up to each, and how many rows it had."""

    edges: tuple[float, ...]
    below: tuple[float, ...]
    rows: int


def reference_of(values: Sequence[float]) -> DriftReference:
    """The reference of these values. Raises ValueError where there are none, or one isn't a number."""
    ordered = sorted(values)
    if not ordered or any(math.isnan(value) for value in ordered):
        raise ValueError("a reference needs numbers")
    size = len(ordered)
    # Values that come often would give one edge twice.
    edges = sorted({ordered[min(size - 1, (number * size) // (EDGES + 1))] for number in range(1, EDGES + 1)})
    return DriftReference(tuple(edges), tuple(_share_up_to(ordered, edge) for edge in edges), size)


def _share_up_to(ordered: Sequence[float], edge: float) -> float:
    from bisect import bisect_right

    return bisect_right(ordered, edge) / len(ordered)


def distance(reference: DriftReference, counts: Sequence[int]) -> float:
    """The largest difference at an edge, 0 to 1, of counts a bin: (-inf, edge], …, (last edge, inf).

    Raises ValueError where there aren't as many bins, or no rows.
    """
    total = sum(counts)
    if len(counts) != len(reference.edges) + 1 or not total:
        raise ValueError(f"{len(counts)} bins with {total} rows for {len(reference.edges) + 1}")
    cumulated = accumulate(counts[:-1])
    return max(abs(seen / total - below) for seen, below in zip(cumulated, reference.below, strict=True))


def proven_distance(reference: DriftReference, counts: Sequence[int], alpha: float, looks: int) -> float:
    """The distance that the rows prove at the level `alpha` over so many looks; below 0 where they prove none."""
    seen = math.sqrt(math.log(2 * looks / (alpha / 2)) / (2 * sum(counts)))
    frozen = math.sqrt(math.log(2 / (alpha / 2)) / (2 * reference.rows))
    return distance(reference, counts) - seen - frozen


def added(before: Sequence[int], counts: Sequence[int]) -> tuple[int, ...]:
    """Counts a bin, added up over looks."""
    return tuple(counts) if not before else tuple(old + new for old, new in zip(before, counts, strict=True))
