"""approve: somebody's word for a plan that a playbook lets be carried out only with it."""

from datetime import datetime

from schemaguard.adapters.control import approving
from schemaguard.commands.approving import ACTS, terms_for
from schemaguard.commands.canary import advance_request, start_request
from schemaguard.commands.policing import questions_of, require_allowed
from schemaguard.commands.promote import request as promotion
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Approve, Request, approved, plan
from schemaguard.errors import RefusedError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.playbooks.approving import expires
from schemaguard.releases.document import plan_hash
from schemaguard.releases.release import Intent


@dataclass(frozen=True, slots=True)
class Approved:
    """A word that was given: for which plan, by which role, until when."""

    plan_hash: str
    role: str
    until: datetime | None


def approve(site: Site, model: str, act: str, version: str | None, reason: str, look: Approve = approved) -> Approved:
    """Approve the plan that an act has now; `look` is shown it, and raises where it isn't to be approved.

    Raises UsageError where the playbook asks for no approval of that act, RefusedError where who is connected isn't
    one of those who may approve.
    """
    shown = plan(site, _request(site, model, act, version, reason))
    lead = shown.plan.lead
    asked = terms_for(site, model, lead.kind)
    if asked is None:
        raise UsageError(
            f"the published playbook of {model} asks for no approval of {act}", next="schemaguard playbook show"
        )
    playbook, terms = asked
    may, role, now = site.database.ask(lambda c: approving.may_approve(c, playbook.roles.approve))
    if not may:
        named = ", ".join(playbook.roles.approve)
        raise RefusedError(
            f"{role}, who is connected, is none of those who may approve: {named}", next="connect as one of them"
        )
    look(shown)
    if site.policy is not None:
        (lead_asks,) = (
            each for each in questions_of(site, shown.plan, Intent(site.actor, reason)) if each["model"] == model
        )
        require_allowed(site, {**lead_asks, "action": "approve"})
    until, hashed = expires(terms, now), plan_hash(shown.plan)
    what = (model, terms.act, lead.to_version, hashed)
    site.database.ask(lambda c: approving.give(c, what, (site.actor, reason), until))
    return Approved(hashed, role, until)


def _request(site: Site, model: str, act: str, version: str | None, reason: str) -> Request:
    intent = Intent(site.actor, reason)
    if act not in ACTS.values():
        raise UsageError(f"{act} isn't approved by itself", at="ACT", next=f"one of {', '.join(ACTS.values())}")
    if act == "advance":
        return advance_request(site, model, intent, early=True)
    if version is None:
        raise UsageError("which version is meant?", at="VERSION", next=f"schemaguard approve {model} {act} VERSION")
    if act == "promote":
        return promotion(site, model, version, intent)
    return start_request(site, model, version, intent)
