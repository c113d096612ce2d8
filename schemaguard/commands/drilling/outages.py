"""Scenarios in which what stands around a model fails: the registry, the database, an alias, an artifact."""

import time
from contextlib import suppress

from schemaguard.adapters.control import drilling
from schemaguard.commands.canary import abort_request, start_request
from schemaguard.commands.drilling.sandbox import ACTOR, SHARES, NotCoveredError, Sandbox
from schemaguard.commands.ready import ready
from schemaguard.commands.reconcile import reconcile
from schemaguard.commands.resume import resume
from schemaguard.commands.status import status
from schemaguard.commands.switching import switch
from schemaguard.errors import DatabaseError, SchemaguardError
from schemaguard.frozen import replace
from schemaguard.releases.ports import ConnectionLostError
from schemaguard.releases.release import Intent, StepName

_RECOVERS_S = 60.0


def registry_down(box: Sandbox) -> None:
    """The way back of what serves, without the registry."""
    trigger = box.trigger("goes back for a share of failures", *SHARES, action="rollback", is_null=False)
    box.promote()
    alias = (box.model, box.site().alias)
    box.registry.aliases[alias] = box.ground.canary
    box.from_here()
    before = box.epoch_before
    box.registry.down = True
    box.registry.asked_at.clear()
    done = box.fail(box.supposed(trigger))
    box.gone_back(done, trigger)
    too_early = sum(1 for epoch in box.registry.asked_at if epoch == before)
    box.check(
        "the registry isn't asked before the commit", not too_early, f"asked {too_early} times" if too_early else ""
    )
    box.check("the alias waits", box.registry.aliases[alias] == box.ground.canary)
    box.registry.down = False
    with box.site() as site:
        reconcile(site, finish=True)
    box.check("the alias follows when the registry is back", box.registry.aliases[alias] == box.ground.stable)


def database_restarts(box: Sandbox) -> None:
    """A crash after each of the five steps."""
    if not box.ground.can_crash:
        raise NotCoveredError("only an embedded server is crashed: leave --server out")
    box.start()
    if box.pointer().canary is None:
        raise NotCoveredError("the playbook has no canary to abort")
    box.from_here()
    drilling.settle_down(box.connection)
    crashed: list[str] = []
    _carried_through(box, crashed)
    at = box.pointer()
    box.check("a crash after each step", crashed == [each.value for each in StepName], ", ".join(crashed))
    box.check("the epoch has moved once", at.epoch == box.epoch_before + 1, f"by {at.epoch - box.epoch_before}")
    box.check("the canary has no traffic", at.canary is None)
    box.check("no operation is left open", drilling.counted(box.connection, box.model)[0] == 0)
    box.reads_everything(box.ground.stable)


def _carried_through(box: Sandbox, crashed: list[str]) -> None:
    def crash(step: StepName) -> None:
        if step.value not in crashed:
            crashed.append(step.value)
            with suppress(DatabaseError):
                drilling.crash(box.url)
            _wait(box)
            raise ConnectionLostError("the database has crashed", at=step.value)

    for attempt in range(2 * len(StepName)):
        try:
            with box.site() as site:
                if attempt and site.database.operation(None) is None:
                    return
                if not attempt:
                    switch(site, abort_request(site, box.model, Intent(ACTOR, "drill")), finish=True, watch=crash)
                else:
                    resume(site, None, finish=True, watch=crash)
                return
        except ConnectionLostError:
            continue


def _wait(box: Sandbox) -> None:
    until = time.monotonic() + _RECOVERS_S
    while True:
        try:
            box.reconnect()
        except DatabaseError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
            continue
        return


def wrong_alias(box: Sandbox) -> None:
    """Somebody's hand on the alias."""
    with box.site() as site:
        alias = (box.model, site.alias)
    box.registry.aliases[alias] = box.ground.canary
    with box.site() as site:
        named = [each for each in status(site, box.model).drift if f"{box.model}@" in each]
    box.check("status names it", bool(named))
    box.check("the pointer still decides what serves", box.pointer().active == box.ground.stable)
    with box.site() as site:
        reconcile(site)
    box.check("reconcile puts it back", box.registry.aliases[alias] == box.ground.stable)
    entries = drilling.events(box.connection, "alias-corrected")
    box.check(
        "the ledger says who",
        any(each["actor"] == ACTOR and each["payload"]["was"] == box.ground.canary for each in entries),
    )


def lost_artifact(box: Sandbox) -> None:
    """What would serve again can't be loaded."""
    box.promote()
    with box.site() as site:
        before = ready(site, box.model)
    target = before.plan.lead.to_version if before.plan is not None else None
    box.check("a way back stands", target is not None)
    if target is None:
        return
    box.registry.lost.add((box.model, target))
    with box.site() as site:
        found = ready(site, box.model)
    box.check("ready names it before it is needed", any("artifact" in each for each in found.obstacles))
    box.from_here()
    with box.site() as site:
        try:
            wanted = start_request(site, box.model, target, Intent(ACTOR, "drill"), percent=1)
            switch(site, replace(wanted, is_unverified=False), finish=True)
            refused = False
        except SchemaguardError:
            refused = True
    box.check("it isn't put to serve", refused and box.pointer().epoch == box.epoch_before)
