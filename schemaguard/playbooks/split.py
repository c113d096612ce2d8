"""Whether a canary gets the share of the traffic that it was given, by what looks counted.

Three looks in a row have to be off, each with a probability of at most one in a hundred where the share is right: by
the bound of Chernoff and Hoeffding on a binomial's tails (Hoeffding 1963, https://doi.org/10.1080/01621459.1963.10500830).
"""

import math
from datetime import datetime

from schemaguard.frozen import dataclass
from schemaguard.playbooks.look import Counted

LOOKS_OFF = 3
_LIMIT = math.log(2 / 0.01)


@dataclass(frozen=True, slots=True)
class SplitTerms:
    """The share that was given (0 to 1), and from when on it holds; `is_sticky` where a client stays where it is."""

    share: float
    since: datetime
    is_sticky: bool = False


def is_off(own: Counted, others: Counted, terms: SplitTerms) -> bool:
    """Whether what two versions were asked in a look is odd for the share.

    Clients who ask more often than others make the share of the requests another one than theirs: where they stay where
    they are, it has to be wrong by a factor of two.
    """
    total = own.total + others.total
    if not total:
        return False
    seen = own.total / total
    if terms.is_sticky and terms.share / 2 <= seen <= 2 * terms.share:
        return False
    return total * _divergence(seen, terms.share) > _LIMIT


def _divergence(seen: float, share: float) -> float:
    """Kullback and Leibler's, of two coins."""
    own = seen * math.log(seen / share) if seen else 0.0
    others = (1 - seen) * math.log((1 - seen) / (1 - share)) if seen < 1 else 0.0
    return own + others
