"""The line of a canary that is compared with stable: stable's own share, raised for its noise, times a margin."""

import math
from collections.abc import Sequence

from schemaguard.playbooks.look import Counted

LOOKS = 6
"""How many looks of stable are pooled: a minute where a look is ten seconds."""
ERRORS = 2
"""How many standard errors stable's share is raised by."""


def stable_share(recent: Sequence[Counted]) -> float | None:
    """An upper estimate of stable's share from its newest looks, the last one last; None where it had no requests.

    The larger of the share of the last look, so that an outage of both excuses the canary at once, and of the pooled
    share two standard errors up, with one more failure and request than were seen. With one standard error, failures
    that come in clusters trip up to 7 % of the canaries that are as bad as the margin allows (`benchmarks.triggers`).
    """
    pooled = recent[-LOOKS:]
    total = sum(look.total for look in pooled)
    if not total:
        return None
    share = (sum(look.failed for look in pooled) + 1) / (total + 1)
    return max(pooled[-1].share, share + ERRORS * math.sqrt(share / total))


def line_against_stable(threshold: float, margin: float, recent: Sequence[Counted]) -> float:
    """What a canary's share is bet against: the threshold, or `margin` times stable's share where that is more.

    It is at most 1, where nothing can trip: a canary can't be worse than a stable of which everything fails.
    """
    share = stable_share(recent)
    return threshold if share is None else min(max(threshold, margin * share), 1.0)
