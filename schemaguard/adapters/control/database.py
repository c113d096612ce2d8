"""The database port of releases, on PostgreSQL: each method one query or one transaction, retried as a whole."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from schemaguard.adapters.control import (
    additions,
    captured,
    fence,
    fleet_marks,
    freezing,
    journal,
    ledger,
    outbox,
    pointer,
    prepared,
    publication,
    situation,
    tampering,
)
from schemaguard.adapters.control import probes as observation
from schemaguard.adapters.control import window as windows
from schemaguard.adapters.control.session import ControlSession
from schemaguard.adapters.postgres import connection as postgres
from schemaguard.adapters.postgres.standby import commit_durably, confirmed
from schemaguard.catalog.objects import Catalog
from schemaguard.config import Hook, Proxy
from schemaguard.contracts.views import ContractViews
from schemaguard.errors import DatabaseError, RefusedError
from schemaguard.registry.publication import BoundContract, Publication
from schemaguard.releases.now import Now
from schemaguard.releases.ports import ConnectionLostError, Delivery, PreparationRefusedError
from schemaguard.releases.release import (
    CapturedRows,
    Intent,
    Operation,
    OperationKind,
    Pointer,
    Retired,
    ReversalClass,
    StepName,
)
from schemaguard.releases.seen import Seen
from schemaguard.releases.together import OperationPlan
from schemaguard.window.window import Window

# What a switch needs is imported with this file; what only looks, pays or clears up is imported by its method.
if TYPE_CHECKING:
    from schemaguard.adapters.control.removal import Remains
    from schemaguard.releases.chronicle import Happening, PastRelease
    from schemaguard.releases.overview import Debt, Overview
    from schemaguard.releases.records import ControlRecords

T = TypeVar("T")
Row = tuple[Any, ...]
CHANNEL = "schemaguard"
LONGEST_MS = 10_000
"""How long a statement of an instant way back may take."""
_REFUSALS = frozenset({"22", "23", "2B", "42"})


# Who only looks at the state of things, as status does, needn't import what changes it.
def _preparation() -> Any:
    from schemaguard.adapters.control import preparation

    return preparation


def _finish() -> Any:
    from schemaguard.adapters.control import finish

    return finish


def _promising(act: Callable[["psycopg.Connection[Row]"], T]) -> Callable[["psycopg.Connection[Row]"], T]:
    """The act of an operation, which the fence lets through, and after which it knows what is promised from now on."""

    def fenced(connection: "psycopg.Connection[Row]") -> T:
        fence.allow_operation(connection)
        done = act(connection)
        fence.promise(connection)
        return done

    return fenced


class ControlDatabase(ControlSession):
    """What releases ask of the database that is migrated, and do to it."""

    def __init__(
        self,
        url: str,
        *,
        lock_wait_s: float = 2.0,
        read_only: bool = False,
        hooks: tuple[Hook, ...] = (),
        proxies: tuple[Proxy, ...] = (),
    ) -> None:
        super().__init__(url, lock_wait_s=lock_wait_s, read_only=read_only)
        self._hooks = hooks
        self._proxies = proxies

    def now(self, model: str) -> Now:
        """Everything that a plan of one model is made from, as `nows` reads it."""
        return self.nows((model,))[0]

    def nows(self, models: Sequence[str]) -> tuple[Now, ...]:
        """Everything that a plan is made from, of one moment, a model each. RefusedError where the control schema has
        rows that schemaguard has not written.
        """
        tampering.require_own(self._snapshot(tampering.read))
        return self._snapshot(lambda c: situation.read_together(c, models))

    def models(self) -> tuple[str, ...]:
        """The models of which something is published."""
        return self._read(situation.published)

    def serving(self) -> frozenset[tuple[str, str]]:
        """The models that serve, or run a canary, each with the digest of that contract."""
        return self._read(situation.serving)

    def overview(self, model: str | None) -> "Overview":
        """Everything that status shows, of one moment."""
        from schemaguard.adapters.control import overview

        return self._snapshot(lambda c: overview.read(c, model))

    def catalog(self) -> Catalog:
        """The live catalog."""
        return self._snapshot(situation.catalog)

    def bound(self) -> tuple[BoundContract, ...]:
        """Every published contract, once a version."""
        return self._read(publication.bound)

    def view_schema(self, wanted: Publication) -> str:
        """The schema of a contract's views: the one that it has, or the one that it will have."""
        return self._read(lambda c: publication.place(c, wanted))

    def publish(self, wanted: Publication, views: ContractViews) -> None:
        """Bind a contract to a version and make its views."""
        self._write(lambda c: _preparation().ensure_roles(c, views))
        self._write(_promising(lambda c: publication.publish(c, wanted, views)))

    def chronicle(self, model: str) -> "tuple[Happening, ...]":
        """Everything that happened to a model, oldest first."""
        from schemaguard.adapters.control import past

        return self._snapshot(lambda c: past.read_chronicle(c, model))

    def past_release(self, model: str, at: datetime) -> "PastRelease | None":
        """What of a model served at a time."""
        from schemaguard.adapters.control import past

        return self._snapshot(lambda c: past.past_release(c, model, at))

    def freeze(self, model: str, who: tuple[str, str], until: datetime | None) -> None:
        """Let nobody switch a model; `who` is (actor, why)."""
        self._write(lambda c: freezing.freeze(c, model, who, until))

    def thaw(self, model: str, who: tuple[str, str]) -> bool:
        """Let a model be switched again; whether it was frozen."""
        return self._write(lambda c: freezing.thaw(c, model, who))

    def window(self, at: datetime | None = None) -> Window:
        """Who is in the window, now or at another time."""
        return self._read(lambda c: windows.read_window(c, at))

    def open_operation(self, plan: OperationPlan, intent: Intent) -> Operation:
        """INTENT; ConflictError where another operation is open or the epoch has moved, RefusedError where what the
        control schema says isn't what schemaguard has written there.
        """
        tampering.require_own(self._snapshot(tampering.read))

        def open_one(connection: "psycopg.Connection[Row]") -> int:
            number = journal.open_operation(connection, plan, intent)
            if intent.decision is not None:
                from schemaguard.adapters.control import deciding

                deciding.take_up(connection, intent.decision, number, (intent.actor, plan.model))
            if intent.fleet is not None:
                fleet_marks.take_up(connection, intent.fleet, number)
            return number

        number = self._write(open_one)
        operation = self.operation(number)
        assert operation is not None
        return operation

    def operation(self, number: int | None = None) -> Operation | None:
        """That operation with its journal, or the open one."""
        return self._read(lambda c: journal.read_operation(c, number))

    def fleet_operation(self, run: str, member: str) -> Operation | None:
        """What a run of a fleet has begun here, with its journal."""
        return self._read(lambda c: fleet_marks.operation_of(c, run, member))

    def records(self) -> "ControlRecords":
        """What the registry in the browser shows besides the overview, of one moment."""
        from schemaguard.adapters.control import browsing

        return self._snapshot(browsing.read)

    def mark(self) -> str:
        """A text that is another one as soon as anything was done: what was read before may be old then."""
        from schemaguard.adapters.control import browsing

        return self._read(browsing.mark)

    def unfinished(self) -> tuple[Operation, ...]:
        """Every operation that is open or waits, oldest first."""
        return self._read(journal.read_unfinished)

    def observe(self, operation: Operation, plan: OperationPlan) -> tuple[Seen, ...]:
        """What the probes of an operation's steps look at, a member of the plan each."""
        return self._read(lambda c: observation.observe(c, operation, plan))

    def prepare(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """PREPARE: bring back what the target needs and make its views, in one query that holds every strong lock; then
        write the rows that come back, in a transaction of its own.
        """
        for each in plan.members:
            self._write(lambda c, views=each.views: _preparation().ensure_roles(c, views))  # type: ignore[misc]  # bound now
        longest = LONGEST_MS if plan.reversal_class is ReversalClass.INSTANT else None
        try:
            facts = self._strongly(lambda c: _preparation().prepare(c, operation, plan), longest_ms=longest)
            # What they are written to is in sight by now; nobody who reads waits while that lasts.
            values = self._carry(operation, plan)
            return {**facts, "values": values} if values else facts
        except RefusedError as error:
            raise PreparationRefusedError(error.what, at=error.at, next=error.next) from error
        except DatabaseError as error:
            # Class 22: a value can't be had; 23: a constraint; 2B and 42: something depends on it, or a name is taken.
            cause = error.__cause__
            if isinstance(cause, psycopg.Error) and (cause.sqlstate or "")[:2] in _REFUSALS:
                place = postgres.place(self._url)
                raise PreparationRefusedError(
                    f"{error.what}; nothing was changed", at=place, next="schemaguard status, then decide again"
                ) from cause
            raise

    def commit(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """COMMIT: switch the pointers, and look whether a standby has it before anybody else is told.

        RefusedError where they switch only together with other databases.
        """

        def alone(connection: "psycopg.Connection[Row]") -> Mapping[str, Any]:
            fleet_marks.refuse_alone(connection, operation)
            return switch(connection)

        switch = self._switching(operation, plan)
        facts = self._write(_promising(alone))
        found = self._read(lambda c: confirmed(c, self._patience))
        if found is None:
            return facts
        return {**facts, **({"standbys": list(found.by)} if found.by else {"doubt": found.doubt})}

    def _switching(
        self, operation: Operation, plan: OperationPlan
    ) -> Callable[["psycopg.Connection[Row]"], Mapping[str, Any]]:
        def switch(connection: "psycopg.Connection[Row]") -> Mapping[str, Any]:
            commit_durably(connection, self._patience)
            if plan.kind not in (OperationKind.ADVANCE, OperationKind.ABORT):
                is_anew = plan.kind is not OperationKind.ROLLBACK
                for each in plan.members:
                    contract = situation.contract_served(connection, each.model, each.to_version)
                    # Before the switch, whose entry in the ledger covers these rows.
                    additions.take_shapes(connection, each.model, each.to_version, contract, anew=is_anew)
            return pointer.switch(connection, operation, plan, self._hooks, self._proxies)

        return switch

    def prepare_switch(self, operation: Operation, plan: OperationPlan, name: str) -> None:
        """Everything of COMMIT but the commit, as a prepared transaction of that name: see `settle`."""
        self._read(lambda c: prepared.prepare(c, name, _promising(self._switching(operation, plan))))

    def settle(self, name: str, *, commit: bool) -> bool:
        """Commit a prepared transaction or take it back; whether it was there."""
        return self._read(lambda c: prepared.settle(c, name, commit=commit))

    def prepared(self) -> tuple[str, ...]:
        """The names of the prepared transactions of ours that are left here."""
        return self._read(prepared.ours)

    def is_together_open(self) -> bool:
        """Whether an operation is open here that switches only together with other databases."""
        return self._read(fleet_marks.is_together_open)

    def most_prepared(self) -> int:
        """How many transactions the server keeps prepared at once."""
        return self._read(prepared.most)

    def notify(self, model: str) -> None:
        """Tell the servers that listen that the pointer has moved."""
        self._read(lambda c: c.execute("select pg_notify(%s, %s)", (CHANNEL, model)))

    def deliveries(self, operation: Operation) -> tuple[Delivery, ...]:
        """What of the operation's outbox isn't delivered yet."""
        return self._read(lambda c: outbox.undelivered(c, operation.id))

    def newest_epoch(self, model: str) -> int:
        """The pointer's epoch."""
        return self._read(lambda c: pointer.read(c, model)).epoch

    def delivered(self, delivery: Delivery, detail: Mapping[str, Any]) -> None:
        """Say that a delivery has arrived, once."""
        self._write(lambda c: outbox.delivered(c, delivery, detail))

    def not_delivered(self, delivery: Delivery, error: str) -> None:
        """Count a failed attempt."""
        self._write(lambda c: outbox.not_delivered(c, delivery, error))

    def finish(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """FINISH: retire what nobody names any more, close the operation, and try what its way back owes."""
        # A fill may read what is taken out of sight next, so that what it serves is tried before.
        first = self._pay_for(operation) if plan.leftovers else ((), ())
        self._strongly(lambda c: _finish().retiring(c, operation, plan))
        facts = self._write(_promising(lambda c: _finish().finish(c, operation, plan)))
        paid, owed = self._pay_for(operation)
        return {**facts, "paid": [*first[0], *paid], "owed": list(owed)}

    def _pay_for(self, operation: Operation) -> tuple[tuple[str, ...], tuple[str, ...]]:
        from schemaguard.adapters.control import debts

        return self.pay(self._read(lambda c: debts.unpaid(c, operation=operation.id)))

    def pay(self, owed: "tuple[Debt, ...] | None" = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Try what is owed (None: whatever is due): (what is back, what the rows don't allow, and why)."""
        from schemaguard.adapters.control import debts

        paid, left = [], []
        for debt in self._read(lambda c: debts.unpaid(c, due=True)) if owed is None else owed:
            try:
                why = self._read(lambda c, debt=debt: debts.pay(c, debt))  # type: ignore[misc]  # bound now
            except DatabaseError as error:
                if isinstance(error, ConnectionLostError):
                    raise
                why = error.what
            if why is None:
                paid.append(debt.name)
            else:
                left.append(f"{debt.name}: {why}")
        return tuple(paid), tuple(left)

    def needed_by(self, retired: Retired) -> tuple[str, ...]:
        """Who is in the window and names a retired object, such as `fraud@7`."""
        from schemaguard.adapters.control import purging

        return self._read(lambda c: purging.needed_by(c, retired))

    def purge(self, retired: Retired, who: tuple[str, str | None, str | None]) -> None:
        """Drop a retired object for good: (actor, who approved it early, why)."""
        from schemaguard.adapters.control import purging

        self._write(lambda c: purging.purge(c, retired, who))

    def purge_captured(self, rows: CapturedRows, who: tuple[str, str | None, str | None]) -> None:
        """Drop for good what a revision changed or deleted: (actor, who approved it early, why)."""
        self._write(lambda c: captured.purge(c, rows, who))

    def remains(self) -> "Remains":
        """What schemaguard has put into this database."""
        from schemaguard.adapters.control import removal

        return self._read(removal.read)

    def remove(self, remains: "Remains") -> tuple[str, ...]:
        """Remove all of it; the roles that another database still needs."""
        from schemaguard.adapters.control import removal

        return self._write(lambda c: removal.remove(c, remains))

    def abandon(self, operation: Operation, plan: OperationPlan, actor: str) -> None:
        """Undo PREPARE and close the operation without having switched anything."""
        from schemaguard.adapters.control import debts

        self._carry(operation, plan, is_undone=True)
        self._strongly(lambda c: _finish().abandon(c, operation, plan, actor))
        self.pay(self._read(lambda c: debts.unpaid(c, operation=operation.id)))

    def _carry(self, operation: Operation, plan: OperationPlan, *, is_undone: bool = False) -> list[str]:
        def carry(connection: "psycopg.Connection[Row]") -> list[str]:
            return [
                words
                for each in plan.members
                for words in captured.carry(connection, operation, each, is_undone=is_undone)
            ]

        return self._write(carry) if any(each.captured is not None for each in plan.reversals) else []

    def mark_done(self, operation: Operation, step: StepName, actor: str) -> None:
        """Take somebody's word that a step is done."""
        self._write(lambda c: journal.mark_done(c, operation, step, actor))

    def alias_corrected(self, at: Pointer, alias: str, was: str | None, actor: str) -> None:
        """Write down that an alias was put back to what its pointer says."""
        facts = {"alias": alias, "was": was, "version": at.active, "epoch": at.epoch}
        self._write(lambda c: ledger.record(c, "alias-corrected", (actor, at.model, None), facts))

    def traffic_corrected(self, at: Pointer, proxy: str, was: str, actor: str) -> None:
        """Write down that a proxy was put back to what its model's pointer says."""
        facts = {"proxy": proxy, "was": was, "canary": at.canary, "percent": at.canary_percent, "epoch": at.epoch}
        self._write(lambda c: ledger.record(c, "traffic-corrected", (actor, at.model, None), facts))

    def accepted(self, who: tuple[str, str], facts: Mapping[str, Any]) -> None:
        """Write down what (actor, model) answers for although something speaks against it, and why."""
        actor, model = who
        self._write(lambda c: ledger.record(c, "switch-accepted", (actor, model, None), facts))

    def start(self, operation: Operation, step: StepName) -> None:
        """Write into the journal that a step starts."""
        self._write(lambda c: journal.start(c, operation.id, step))

    def done(self, operation: Operation, step: StepName, detail: Mapping[str, Any]) -> None:
        """Write into the journal that a step is done."""
        self._write(lambda c: journal.done(c, operation.id, step, detail))

    def wait(self, operation: Operation, step: StepName, reason: str) -> None:
        """Let the operation wait at a step, blocking nobody."""
        self._write(lambda c: journal.wait(c, operation, step, reason))
