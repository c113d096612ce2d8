"""What the watcher carries out by itself, as ordinary operations: each decision once, however many watch or die.

A decision is taken up in the transaction that opens its operation, and closed with the freeze that follows it. A
watcher that is killed in between leaves both linked: the next one carries the operation on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from schemaguard.adapters.control import deciding, pointer
from schemaguard.adapters.control.watching import InForce
from schemaguard.commands.canary import abort_request, advance_request, status
from schemaguard.commands.resume import abandon, resume
from schemaguard.commands.rollback import request as rollback_request
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Request, Shown, switch
from schemaguard.errors import ConflictError, DatabaseError, NeedsHumanError, RefusedError, SchemaguardError, UsageError
from schemaguard.frozen import replace
from schemaguard.playbooks.acting import Acted, in_order, not_permitted, too_soon
from schemaguard.playbooks.deciding import KeptDecision, why_decided
from schemaguard.playbooks.playbook import Playbook
from schemaguard.releases.ports import ConnectionLostError, PreparationRefusedError
from schemaguard.releases.release import Intent, OperationKind, OperationState, Pointer, ReversalClass


def carry_out(site: Site, one: InForce, playbook: Playbook) -> tuple[Acted, ...]:
    """Carry out what is open of a model, the strongest first; what can't be done now stays open."""
    found = site.database.ask(lambda c: deciding.open_ones(c, one.model))
    acted = []
    for decision in in_order(found):
        with _unlocked_afterwards(site):
            try:
                acted.append(_carried_out(site, one, playbook, decision))
            except ConnectionLostError:
                raise
            except DatabaseError as error:
                # Such as tables that others keep locked: the next pass tries again.
                acted.append(Acted(decision, "open", error.what, decision.operation))
    return tuple(acted)


def advance(site: Site, one: InForce, playbook: Playbook) -> tuple[str, ...]:
    """Give a canary its next share where the playbook says that nobody has to be asked, and nothing holds it back."""
    asked = {approval.act for approval in playbook.approvals}
    if one.canary is None or not playbook.canary.advances_itself or asked & {"advance", "promote"}:
        return ()
    (report,) = status(site, one.model) or (None,)
    if report is None or report.waits or report.version != one.canary or _why_not_permitted(site, one, playbook):
        return ()
    with _unlocked_afterwards(site):
        intent = Intent(site.actor, f"step {report.standing.step} is over")
        try:
            wanted = advance_request(site, one.model, intent, if_epoch=report.epoch)
            done = switch(site, wanted)
        except ConnectionLostError:
            raise
        except SchemaguardError as error:
            return (f"{one.model}@{report.version} keeps {report.standing.percent} %: {error.what}",)
    share = done.outcome.plan.lead.canary
    return (f"{one.model}@{report.version} gets {share.percent if share is not None else 100} % of the traffic",)


@contextmanager
def _unlocked_afterwards(site: Site) -> Iterator[None]:
    """A watcher goes on for months: whoever operates by hand mustn't wait for its end."""
    try:
        yield
    finally:
        with suppress(DatabaseError):
            site.database.unlock()


def _carried_out(site: Site, one: InForce, playbook: Playbook, decision: KeptDecision) -> Acted:
    if decision.operation is not None:
        return _followed_up(site, playbook, decision)
    if playbook.mode != "act":
        return _closed(site, decision, "refused", "the playbook only advises by now")
    at = site.database.ask(lambda c: pointer.read(c, decision.model))
    if at.epoch != decision.epoch:
        return _closed(site, decision, "overtaken", f"epoch {at.epoch} is newer than the one that was measured")
    why = _why_not_permitted(site, one, playbook)
    if why:
        return _closed(site, decision, "refused", why)
    if decision.action == "freeze":
        return _frozen(site, decision, "done", _reason(decision))
    acts = site.database.ask(lambda c: deciding.acts(c, one.model))
    why = too_soon(playbook.after_rollback, acts, site.database.clock())
    if why:
        return _frozen(site, decision, "refused", why)
    try:
        done = switch(site, _request(site, playbook, decision, at), _approve)
    except ConflictError as error:
        return Acted(decision, "open", error.what)
    except (RefusedError, UsageError, NeedsHumanError, PreparationRefusedError) as error:
        # An operation may have been opened for it, and given up again.
        now = site.database.ask(lambda c: deciding.read(c, decision.id))
        return _frozen(site, now, "refused", error.what)
    return _done(site, playbook, replace(decision, operation=done.outcome.operation.id))


def _why_not_permitted(site: Site, one: InForce, playbook: Playbook) -> str:
    roles = playbook.roles.execute
    return not_permitted(playbook, site.database.ask(lambda c: deciding.permission(c, one.model, one.digest, roles)))


def _request(site: Site, playbook: Playbook, decision: KeptDecision, at: Pointer) -> Request:
    """What is asked for names its target, and the epoch that was measured."""
    detected = site.database.ask(lambda c: deciding.detected_at(c, decision))
    intent = Intent(site.actor, _reason(decision), str(decision.snapshot["trip"]), detected, decision.id)
    # Where what is kept to fall back is what serves beside the canary, the way there is to end the canary.
    stays = decision.action == "rollback" or (playbook.fallback and playbook.fallback.version == at.active)
    if at.canary is not None and stays:
        wanted = abort_request(site, decision.model, intent, if_epoch=decision.epoch)
    elif decision.action == "rollback":
        to = _served_before(site, decision.model)
        wanted = rollback_request(site, decision.model, intent, to=to, if_epoch=decision.epoch)
    else:
        assert playbook.fallback is not None
        to = playbook.fallback.version
        wanted = rollback_request(site, decision.model, intent, to=to, if_epoch=decision.epoch)
    return replace(wanted, at_once=True)


def _served_before(site: Site, model: str) -> str:
    """What the version that serves was promoted over; UsageError where it was over nothing."""
    now = site.database.now(model)
    promoted = (o for o in reversed(now.history) if o.kind is OperationKind.PROMOTE)
    found = next((o.from_version for o in promoted if o.to_version == now.pointer.active), None)
    if found is None:
        raise UsageError(f"{model} {now.pointer.active} was not promoted over another version", next="name one by hand")
    return found


def _approve(shown: Shown) -> None:
    """Nobody waits for a long way back who hasn't been asked."""
    if shown.plan.reversal_class is not ReversalClass.INSTANT:
        raise NeedsHumanError(
            f"the way back is {shown.plan.reversal_class.value}, and only an instant one is gone without a person",
            next="schemaguard rollback",
        )


def _followed_up(site: Site, playbook: Playbook, decision: KeptDecision) -> Acted:
    """Somebody has opened the operation: it is carried on where it was left, and then the decision is done."""
    operation = site.database.operation(decision.operation)
    assert operation is not None
    if operation.state is OperationState.ABANDONED:
        return _closed(site, decision, "refused", f"operation {operation.id} was given up")
    if operation.state is OperationState.OPEN:
        try:
            resume(site, operation.id, at_once=True)
        except PreparationRefusedError as error:
            abandon(site, operation.id)
            return _frozen(site, decision, "refused", error.what)
        except (ConflictError, UsageError, NeedsHumanError) as error:
            # Another watcher is at it, or has just ended it; or a person has to look.
            return Acted(decision, "open", error.what, operation.id)
    return _done(site, playbook, decision)


def _done(site: Site, playbook: Playbook, decision: KeptDecision) -> Acted:
    until = site.database.clock() + playbook.after_rollback.freeze
    return _froze(
        site,
        decision,
        ("done", f"operation {decision.operation}, frozen until {until:%Y-%m-%d %H:%M} UTC"),
        (_reason(decision), until),
    )


def _frozen(site: Site, decision: KeptDecision, state: str, why: str) -> Acted:
    """What can't be gone back on, or is to be looked at, gets nothing new until a person thaws it."""
    if state == "done":
        return _froze(site, decision, (state, "frozen"), (why, None))
    reason = f"decision {decision.id} couldn't be carried out: {why}"
    return _froze(site, decision, (state, f"{why}; frozen"), (reason, None))


def _froze(
    site: Site, decision: KeptDecision, closing: tuple[str, str], freezing: tuple[str, datetime | None]
) -> Acted:
    reason, until = freezing
    who = (site.actor, until)
    return _told(site, decision, closing, lambda c: deciding.freeze_for(c, decision, closing, reason, who))


def _closed(site: Site, decision: KeptDecision, state: str, why: str) -> Acted:
    return _told(site, decision, (state, why), lambda c: deciding.close_alone(c, decision, state, why, site.actor))


def _told(site: Site, decision: KeptDecision, closing: tuple[str, str], act: Callable[[Any], bool]) -> Acted:
    try:
        was_open = site.database.ask(act)
    except ConflictError as error:
        return Acted(decision, "open", error.what, decision.operation)
    state, why = closing if was_open else ("open", "another watcher is at it, or was faster")
    return Acted(decision, state, why, decision.operation)


def _reason(decision: KeptDecision) -> str:
    why = why_decided(decision.kind, decision.snapshot)
    return f"{'' if decision.kind == 'split' else f'{decision.trigger}: '}{why}, decision {decision.id}"
