"""The evidence against a version: bets on the share of failures in each look, a detector that forgets healthy hours.

For each bet k: M <- (M + 1)(1 + k (share - line) / line), the evidence is the logarithm of the bets' mean. While the
expected share is at most the line, M - looks is a supermartingale whatever the failures inside of a look have to do
with each other, so P(max M >= c within L looks) <= L / c (Doob), and the mean time between false alarms is at least c
looks (Shin, Ramdas, Rinaldo 2023, "E-detectors", https://arxiv.org/abs/2203.03532).
"""

import math
from collections.abc import Iterable

from schemaguard.frozen import dataclass

BETS = (0.1, 0.25, 0.5, 0.75, 0.95)
"""Small ones find small excesses, large ones find large excesses soon."""
_NOTHING = (-math.inf,) * len(BETS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log M of each bet after `looks` looks; nothing at the start."""

    logs: tuple[float, ...] = _NOTHING
    looks: int = 0

    @property
    def weight(self) -> float:
        """Log of the bets' mean, minus infinity at the start: what is compared with a line."""
        top = max(self.logs)
        if top == -math.inf:
            return top
        return top + math.log(sum(math.exp(log - top) for log in self.logs) / len(self.logs))


def grown(before: Evidence, share: float, line: float) -> Evidence:
    """The evidence after one more look: `share` of failures (0 to 1) against `line` (above 0, at most 1).

    Raises ValueError outside of these bounds.
    """
    if not (0 <= share <= 1 and 0 < line <= 1):
        raise ValueError(f"a share of {share:g} against a line of {line:g}")
    excess = (share - line) / line
    logs = tuple(_plus_one(log) + math.log1p(bet * excess) for bet, log in zip(BETS, before.logs, strict=True))
    return Evidence(logs, before.looks + 1)


def _plus_one(log: float) -> float:
    """log(M + 1) of log M, without leaving the range of a float."""
    if log == -math.inf:
        return 0.0
    return log + math.log1p(math.exp(-log)) if log > 0 else math.log1p(math.exp(log))


def canary_line(planned_looks: int, alpha: float) -> float:
    """What the evidence must reach in a canary of so many looks: a healthy one trips with probability <= alpha."""
    return math.log(planned_looks / alpha)


def lasting_line(looks_between_alarms: float) -> float:
    """What the evidence must reach afterwards, so that false alarms are on average at least so many looks apart."""
    return math.log(looks_between_alarms)


def evidence_of(shares: Iterable[float], line: float) -> Evidence:
    """The evidence of these looks, from nothing."""
    found = Evidence()
    for share in shares:
        found = grown(found, share, line)
    return found
