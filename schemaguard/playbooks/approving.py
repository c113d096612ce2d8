"""Approvals: whose word counts for a plan, and what is still missing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemaguard.frozen import dataclass
from schemaguard.playbooks.playbook import ApprovalTerms, PlaybookRoles


@dataclass(frozen=True, slots=True)
class GivenApproval:
    """Somebody's word for a plan; `may` says whether PostgreSQL calls them a member of those who approve."""

    role: str
    at: datetime
    expires_at: datetime | None
    may: bool
    is_mine: bool
    """Whether it is that of whoever asks now."""


def expires(terms: ApprovalTerms, now: datetime) -> datetime | None:
    """When an approval that is given now ends, None where it holds as long as its plan."""
    return now + terms.timeout if terms.timeout is not None and terms.timeout > timedelta() else None


def missing(terms: ApprovalTerms, roles: PlaybookRoles, given: Sequence[GivenApproval], now: datetime) -> str:
    """What is missing of the approvals that an act needs, in words; empty where nothing is.

    Each person counts once, and never for what they ask for themselves.
    """
    good = {each.role for each in given if each.may and not each.is_mine and not _is_over(each, now)}
    if len(good) >= terms.needed:
        return ""
    others = sorted({each.role for each in given} - good)
    reasons = [f"{role}: {_why_not([each for each in given if each.role == role], now)}" for role in others]
    named = ", ".join(roles.approve)
    said = f"{len(good)} of {terms.needed} approvals by others, of {named}"
    return f"{said} ({'; '.join(reasons)})" if reasons else said


def _is_over(one: GivenApproval, now: datetime) -> bool:
    return one.expires_at is not None and one.expires_at <= now


def _why_not(given: Sequence[GivenApproval], now: datetime) -> str:
    if any(each.is_mine for each in given):
        return "asks for it"
    if not any(each.may for each in given):
        return "may not approve"
    return "has approved too long ago" if all(_is_over(each, now) for each in given) else "doesn't count"
