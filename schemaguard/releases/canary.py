"""Plans of a canary: a share of the traffic for a version, more of it, none any more. None of them is a promotion."""

from typing import assert_never

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.views import contract_views
from schemaguard.errors import RefusedError, UsageError, command_line
from schemaguard.releases.additions import in_the_way
from schemaguard.releases.captured import values_moved
from schemaguard.releases.filling import fill_rows, worst_class
from schemaguard.releases.leftovers import leftovers_of_rollback
from schemaguard.releases.lookahead import Fit
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan, Wanted, check_epoch, check_others, plan_and_catalog, released_by
from schemaguard.releases.readiness import Wish, make_ready
from schemaguard.releases.release import Canary, OperationKind, Release
from schemaguard.releases.revisions import RevisionMove

MOST_PERCENT = 99
"""All of the traffic is a promotion."""


def plan_for(now: Now, wanted: Wanted, fit: Fit) -> tuple[Plan, Catalog]:
    """The plan for what is wanted, whatever it is, and the catalog that its PREPARE leads to.

    Raises UsageError for what can't be meant, ConflictError where the epoch isn't the one that was seen, and
    RefusedError where it would break somebody.
    """
    match wanted.kind:
        case OperationKind.PROMOTE | OperationKind.ROLLBACK:
            return plan_and_catalog(now, wanted, fit)
        case OperationKind.CANARY:
            return _start(now, wanted, fit)
        case OperationKind.ADVANCE:
            return _advance(now, wanted, fit), now.catalog
        case OperationKind.ABORT:
            return _abort(now, wanted), now.catalog
        case _:
            assert_never(wanted.kind)


def _start(now: Now, wanted: Wanted, fit: Fit) -> tuple[Plan, Catalog]:
    """The version's contract holds from PREPARE on, beside those of everybody else; nothing is retired."""
    check_epoch(now, wanted)
    share, active = _share(wanted), _active(now)
    target = _target(now, share, active)
    _require_room(now, target, active)
    ready = make_ready(Wish(target.contract, target.who, False, target.superseded_at), now.catalog, (), (now, fit))
    ready, _ = fill_rows(ready, target, wanted.fills, (now, ()))
    _require_same_rows(now, target, active, fit)
    check_others(now, ready, target, (now.catalog, fit))
    made = Plan(
        kind=wanted.kind,
        model=now.pointer.model,
        from_version=active.version,
        to_version=target.version,
        epoch=now.pointer.epoch,
        alias=wanted.alias,
        reversals=ready.reversals,
        views=contract_views(target.contract, target.view_schema, ready.catalog),
        revision=RevisionMove(now.heads, now.heads),
        reversal_class=worst_class(ready, target),
        reads_copy=target.contract.reads_through == "copy",
        canary=share,
    )
    return made, ready.catalog


def _advance(now: Now, wanted: Wanted, fit: Fit) -> Plan:
    check_epoch(now, wanted)
    share, active = _share(wanted), _active(now)
    canary = _running(now)
    if share.version != canary.version:
        raise UsageError(f"{canary.who} is the canary, not {share.version}", next="schemaguard canary status")
    if share.percent <= now.pointer.canary_percent:
        raise UsageError(
            f"{canary.who} has {now.pointer.canary_percent} % already, and {share.percent} % isn't more",
            next=command_line("canary", "status", now.pointer.model),
        )
    _require_thawed(now)
    unmet = fit.unmet(canary.contract, now.catalog)
    if unmet:
        raise RefusedError(
            f"the database doesn't give {canary.who} what its contract promises any more: {unmet[0].message}",
            at=unmet[0].object,
            next=command_line("canary", "abort", now.pointer.model, "--reason", "WHY"),
        )
    return Plan(
        kind=wanted.kind,
        model=now.pointer.model,
        from_version=active.version,
        to_version=canary.version,
        epoch=now.pointer.epoch,
        alias=wanted.alias,
        revision=RevisionMove(now.heads, now.heads),
        canary=share,
        canary_before=canary.version,
    )


def _abort(now: Now, wanted: Wanted) -> Plan:
    """What serves has had its contract kept all along, so that nothing has to come back first."""
    check_epoch(now, wanted)
    active, canary = _active(now), _running(now)
    return Plan(
        kind=wanted.kind,
        model=now.pointer.model,
        from_version=canary.version,
        to_version=active.version,
        epoch=now.pointer.epoch,
        alias=wanted.alias,
        revision=RevisionMove(now.heads, now.heads),
        leftovers=leftovers_of_rollback(now, active),
        canary_before=canary.version,
    )


def _share(wanted: Wanted) -> Canary:
    share = wanted.share
    assert share is not None
    if not 1 <= share.percent <= MOST_PERCENT:
        raise UsageError(
            f"a canary has 1 to {MOST_PERCENT} % of the traffic, not {share.percent} %",
            next="all of it is a promotion: schemaguard promote MODEL VERSION",
        )
    return share


def _active(now: Now) -> Release:
    if now.active is None:
        raise UsageError(
            f"no version of {now.pointer.model} serves, so none can take over a share of its traffic",
            next=command_line("promote", now.pointer.model, "VERSION"),
        )
    return now.active


def _running(now: Now) -> Release:
    if now.canary is None:
        raise UsageError(
            f"no canary of {now.pointer.model} runs (epoch {now.pointer.epoch})",
            next=command_line("canary", "start", now.pointer.model, "VERSION"),
        )
    return now.canary


def _target(now: Now, share: Canary, active: Release) -> Release:
    model = now.pointer.model
    if now.canary is not None:
        raise RefusedError(
            f"{now.canary.who} runs as a canary with {now.pointer.canary_percent} % already",
            next=command_line("canary", "abort", model, "--reason", "WHY"),
        )
    if share.version not in now.releases:
        raise UsageError(
            f"{model} {share.version} is not published",
            at=f"published: {', '.join(now.releases) or 'none'}",
            next=command_line("contracts", "publish", model, share.version),
        )
    if share.version == active.version:
        raise UsageError(f"{active.who} serves all of the traffic already", next="schemaguard status")
    _require_thawed(now)
    return now.releases[share.version]


def _require_thawed(now: Now) -> None:
    if now.pointer.frozen:
        raise RefusedError(now.pointer.frozen_in_words, next=command_line("thaw", now.pointer.model, "--reason", "WHY"))


def _require_same_rows(now: Now, target: Release, active: Release, fit: Fit) -> None:
    """What a revision changed in rows is there for both or for neither: a canary reads what the active one reads."""
    moved = values_moved(now, target, released_by(now, target, fit), is_rollback=False)
    if moved:
        raise RefusedError(
            f"{target.who} needs other values than {active.who}, and both would read the same rows",
            at=moved[0].object,
            next=f"{command_line('promote', now.pointer.model, target.version)}, or a rollback",
        )


def _require_room(now: Now, target: Release, active: Release) -> None:
    """What a newer version added may refuse what an older one writes: a rollback takes that off, a canary can't."""
    stops = in_the_way(now.additions.get(target.version, ()), target.contract, active.contract)
    if stops:
        raise RefusedError(
            f"{stops[0].object} may refuse what {target.who} writes, and {active.who} may rely on it",
            next=command_line("rollback", now.pointer.model, "--to", target.version, "--reason", "WHY"),
        )
