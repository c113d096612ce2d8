"""What a playbook lets be done only with the approvals of others: asked before a switch, and used up by it."""

from typing import TYPE_CHECKING

from schemaguard.commands.site import Site
from schemaguard.errors import DatabaseError, NeedsHumanError, command_line
from schemaguard.releases.document import plan_hash
from schemaguard.releases.ports import ConnectionLostError
from schemaguard.releases.release import OperationKind
from schemaguard.releases.together import OperationPlan

if TYPE_CHECKING:
    from schemaguard.playbooks.playbook import Act, ApprovalTerms, Playbook

ACTS: dict[OperationKind, "Act"] = {
    OperationKind.PROMOTE: "promote",
    OperationKind.CANARY: "canary",
    OperationKind.ADVANCE: "advance",
}
"""What may have to be approved: whatever takes a bad version away never waits for anybody."""


def terms_for(site: Site, model: str, kind: OperationKind) -> "tuple[Playbook, ApprovalTerms] | None":
    """What the published playbook of a model asks for before an operation; None where it asks nothing."""
    act = ACTS.get(kind)
    if act is None:
        return None
    # Whoever goes back waits for nobody's word, nor for what reads playbooks.
    from schemaguard.adapters.control import watching
    from schemaguard.commands.watched import read_playbook

    try:
        in_force = {one.model: one for one in site.database.ask(watching.in_force)}
    except ConnectionLostError:
        raise
    except DatabaseError:
        # A control schema that is older than playbooks has none.
        return None
    if model not in in_force:
        return None
    playbook = read_playbook(in_force[model])
    found = next((each for each in playbook.approvals if each.act == act), None)
    return (playbook, found) if found is not None else None


def require_approved(site: Site, plan: OperationPlan) -> None:
    """NeedsHumanError where a member of a plan needs more approvals than were given for just this plan."""
    hashed = plan_hash(plan)
    for each in plan.members:
        asked = terms_for(site, each.model, each.kind)
        if asked is None:
            continue
        from schemaguard.adapters.control import approving
        from schemaguard.playbooks.approving import missing

        playbook, terms = asked
        roles = playbook.roles.approve
        given = site.database.ask(
            lambda c, model=each.model, roles=roles, act=terms.act: approving.given(c, model, act, hashed, roles)  # type: ignore[misc]  # bound now
        )
        why = missing(terms, playbook.roles, given, site.database.clock())
        if why:
            raise NeedsHumanError(
                f"{terms.act} of {each.model} {each.to_version} has {why}",
                at=f"plan {hashed[:12]}: another plan needs its own",
                next=command_line("approve", each.model, terms.act, each.to_version, "--reason", "WHY")
                + ", as somebody else",
            )


def use_approvals(site: Site, plan: OperationPlan, operation: int) -> None:
    """Let no second operation be carried out by the same approvals."""
    hashed = plan_hash(plan)
    for each in plan.members:
        asked = terms_for(site, each.model, each.kind)
        if asked is not None:
            from schemaguard.adapters.control import approving

            act = asked[1].act
            site.database.ask(
                lambda c, model=each.model, act=act: approving.use(c, model, act, hashed, (site.actor, operation))  # type: ignore[misc]  # bound now
            )
