"""What a watcher carries out by itself: which decision first, and what keeps it from any."""

from collections.abc import Sequence
from datetime import UTC, datetime

from schemaguard.frozen import dataclass
from schemaguard.playbooks.deciding import KeptDecision, TriggerPass
from schemaguard.playbooks.playbook import AfterRollback, Playbook

_STRENGTH = ("rollback", "fallback", "freeze")
"""Of several that are open at one epoch the strongest is carried out; the epoch that it makes overtakes the others."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a decision in a pass: its state, and in words why or how."""

    decision: KeptDecision
    state: str
    words: str
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class WatchRound:
    """One pass over everything that is watched: what was seen, what was carried out, which canaries got more.

    `traffic`: what was put right at a proxy, or couldn't be.
    """

    passes: tuple[TriggerPass, ...]
    acted: tuple[Acted, ...] = ()
    advanced: tuple[str, ...] = ()
    traffic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """What PostgreSQL says of those who want an automatic act: who published the playbook, and who watches."""

    publisher: str | None
    """The role that published it; None where that was before roles were written down."""
    watcher: str
    publisher_may: bool
    watcher_may: bool


def in_order(decisions: Sequence[KeptDecision]) -> list[KeptDecision]:
    """The strongest first, then the oldest."""
    return sorted(decisions, key=lambda one: (_STRENGTH.index(one.action), one.id))


def not_permitted(playbook: Playbook, found: Permission) -> str:
    """Why those who are concerned may not let anything be carried out, empty where they may."""
    named = ", ".join(playbook.roles.execute)
    if not found.publisher_may:
        who = found.publisher or "somebody unknown"
        return f"{who}, who published the playbook, is none of those who may execute: {named}"
    return "" if found.watcher_may else f"{found.watcher}, who watches, is none of those who may execute: {named}"


def too_soon(terms: AfterRollback, acts: Sequence[datetime], now: datetime) -> str:
    """Why another automatic way back would be one too many, empty where it isn't; `acts` are the times of the last."""
    recent = [at for at in acts if at > now - terms.within]
    if len(recent) >= terms.most:
        return f"{len(recent)} automatic ways back since {min(recent).astimezone(UTC):%Y-%m-%d %H:%M} UTC are enough"
    last = max(recent, default=None)
    if last is not None and last + terms.cooldown > now:
        return f"the last automatic way back was at {last.astimezone(UTC):%H:%M} UTC: nothing for {terms.cooldown}"
    return ""
