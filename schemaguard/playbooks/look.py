"""Looks: what one measurement of one trigger over a slice of time counted, or why it is missing."""

from collections.abc import Mapping
from datetime import datetime

from schemaguard.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Counted:
    """Failures among the requests of one version in one look."""

    failed: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; 0 where nothing was asked."""
        return self.failed / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What each version did in (since, until]."""

    since: datetime
    until: datetime
    versions: Mapping[str, Counted]
    bins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Rows a bin of a drift's reference, by version."""


@dataclass(frozen=True, slots=True)
class MissingLook:
    """A look that couldn't be had: it changes no evidence, and nothing is ever rolled back for it."""

    since: datetime
    until: datetime
    reason: str
