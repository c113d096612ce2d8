"""Members that switch together or not at all: two-phase commit, with the decision in the fleet's own tables.

Each member goes through INTENT and PREPARE by itself: from then on it satisfies both contracts. Then each one's COMMIT
is prepared: its server keeps the transaction, whatever dies. Then `commit` is decided in one row, and only then does
any member switch. Whoever finds a run without a decision decides `abort`; with one, carries it out. There is one path
for both, `_conclude`, which the coordinator takes, and whoever comes after it has died.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from schemaguard.adapters.control.prepared import gid, label_of
from schemaguard.commands.fleet import member as protocol
from schemaguard.commands.fleet.looking import ask_each, require_different
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.commands.fleet.run import standing
from schemaguard.commands.resume import abandon, resume
from schemaguard.commands.site import Site
from schemaguard.commands.switching import switch
from schemaguard.errors import ConflictError, RefusedError, SchemaguardError, UsageError
from schemaguard.fleet.manifest import LARGEST_TOGETHER, FleetMember
from schemaguard.fleet.protocol import Asked, Close, FleetRun, FleetTask, FleetVerb, RunState, TaskState
from schemaguard.fleet.standing import FleetStanding
from schemaguard.frozen import dataclass
from schemaguard.releases.document import from_document
from schemaguard.releases.ports import ConnectionLostError
from schemaguard.releases.release import Operation, OperationState
from schemaguard.releases.steps import STEPS

if TYPE_CHECKING:
    from schemaguard.adapters.fleet.store import FleetStore

COMMIT, ABORT = "commit", "abort"
_BEFORE_COMMIT = STEPS[:2]
Told = tuple[TaskState, Mapping[str, Any], str]
Watch = Callable[[str], None]
"""Hears of each phase when it is over."""


class NobodySwitchedError(SchemaguardError):
    """One of the members that switch together couldn't, so none has."""

    def __init__(self, member: str, cause: SchemaguardError) -> None:
        super().__init__(f"{member}: {cause.what}; no member has switched", at=cause.at, next=cause.next)
        self.exit_code = cause.exit_code


@dataclass(frozen=True, slots=True)
class _Open:
    """The members of a run with the site of each, by task."""

    tasks: tuple[FleetTask, ...]
    sites: Mapping[int, Site]


def together(
    fleet: Fleet, asked: Asked, members: tuple[FleetMember, ...], watch: Watch = lambda _: None
) -> FleetStanding:
    """Promote or roll back all of these members, or none.

    Raises NobodySwitchedError where one of them can't, UsageError where they are too many, RefusedError where a server
    keeps no prepared transactions, ConfigError where two of them are one database, ConflictError where another run of
    the fleet is open.
    """
    require_possible(asked, members)
    require_different(fleet, members)
    with ExitStack() as opened, fleet.store() as store:
        sites = {each.name: opened.enter_context(fleet.member_site(each)) for each in members}
        _require_prepared(sites)
        store.install()
        waves = dict.fromkeys((each.name for each in members), 1)
        run = store.open_run(fleet.manifest.fleet, asked, fleet.manifest.policy, waves, is_together=True)
        store.coordinate(run.id)
        tasks = store.tasks(run.id)
        its = _Open(tasks, {task.id: sites[task.member] for task in tasks})
        failed = _prepare_all(run, its, watch)
        decision = store.decide(run.id, COMMIT if failed is None else ABORT)
        watch("decided")
        _conclude(store, run, decision, its)
        if decision != COMMIT:
            raise failed or NobodySwitchedError("", ConflictError("somebody else has decided against it"))
    return standing(fleet)


def require_possible(asked: Asked, members: tuple[FleetMember, ...]) -> None:
    """UsageError where what is asked can't be done together, or not with so many."""
    if asked.verb is FleetVerb.UPGRADE:
        raise UsageError(
            "an upgrade commits revision by revision, and can't be prepared", next="schemaguard fleet upgrade"
        )
    if not 2 <= len(members) <= LARGEST_TOGETHER:
        raise UsageError(
            f"{len(members)} members can't switch together: 2 to {LARGEST_TOGETHER} can",
            next="choose them: --group GROUP or --member NAME",
        )


def _require_prepared(sites: Mapping[str, Site]) -> None:
    without = [name for name, site in sites.items() if site.database.most_prepared() == 0]
    if without:
        raise RefusedError(
            f"these servers keep no prepared transactions: {', '.join(without)}",
            at="max_prepared_transactions = 0",
            next="alter system set max_prepared_transactions = 20, and restart the server; or leave --together out",
        )


def _prepare_all(run: FleetRun, its: _Open, watch: Watch) -> NobodySwitchedError | None:
    """Bring every member to where its COMMIT is prepared; the error of the one that can't."""
    operations: dict[int, Operation] = {}
    name = ""
    try:
        for task in its.tasks:
            name, site = task.member, its.sites[task.id]
            request = protocol.request(site, run, task.member)
            operations[task.id] = switch(site, request, steps=_BEFORE_COMMIT).outcome.operation
        watch("begun")
        for task in its.tasks:
            name, site, operation = task.member, its.sites[task.id], operations[task.id]
            site.database.prepare_switch(operation, from_document(operation.document), gid(run.label, task.id))
        watch("prepared")
    except SchemaguardError as error:
        return NobodySwitchedError(name, error)
    return None


# What was decided


@dataclass(frozen=True, slots=True)
class FleetSettled:
    """What was settled, and what is left and why, a line each."""

    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def reconcile(fleet: Fleet) -> FleetSettled:
    """Settle what was left prepared or open of members that switch together, in all of them.

    ConflictError where the coordinator is still at it.
    """
    with fleet.store() as store:
        run = store.open_one(fleet.manifest.fleet)
        settled = FleetSettled() if run is None or not run.is_together else _reconcile_run(fleet, store, run)
        if settled.left:
            return settled
        done, left = _reconcile_others(fleet, store)
    return FleetSettled((*settled.done, *done), left)


def _reconcile_run(fleet: Fleet, store: "FleetStore", run: FleetRun) -> FleetSettled:
    if not store.coordinate(run.id):
        raise ConflictError(f"run {run.id} ({run.asked.words}) is being carried out", next="wait until it has ended")
    decision = run.decision or store.decide(run.id, ABORT)
    with ExitStack() as opened:
        tasks = store.tasks(run.id)
        sites = {task.id: opened.enter_context(fleet.member_site(fleet.manifest.member(task.member))) for task in tasks}
        left = _conclude(store, run, decision, _Open(tasks, sites))
    words = "all members have switched" if decision == COMMIT else "no member has switched"
    told = f"run {run.id} ({run.asked.words}): "
    if left:
        return FleetSettled(left=tuple(f"{told}decided ({decision}), and not settled: {each}" for each in left))
    return FleetSettled((f"{told}{words}",))


def _reconcile_others(fleet: Fleet, store: "FleetStore") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepared transactions that no open run knows of: of a run that is over, or of another fleet."""
    from schemaguard.adapters.fleet.looking import look

    seen, unreachable = ask_each(fleet, fleet.manifest.members, lambda url: look(url, with_catalog=False))
    done, left = [], [f"{name} can't be asked: {why}" for name, why in unreachable.items()]
    for name, its in seen.items():
        for each in its.prepared:
            run = store.by_label(label_of(each))
            if run is None or run.decision is None:
                left.append(f"{name}: the transaction {each} belongs to no run of this fleet")
                continue
            with fleet.member_site(fleet.manifest.member(name)) as site:
                site.database.settle(each, commit=run.decision == COMMIT)
            done.append(f"{name}: what run {run.id} had left is settled ({run.decision})")
    return tuple(done), tuple(left)


def _conclude(store: "FleetStore", run: FleetRun, decision: str, its: _Open) -> tuple[str, ...]:
    """Carry the decision out in every member, and close the run where that was possible everywhere; what is left."""
    told: dict[int, Told] = {}
    left: list[str] = []
    for task in its.tasks:
        try:
            facts = _settled(its.sites[task.id], run, task, decision)
        except SchemaguardError as error:
            left.append(f"{task.member}: {error.what}")
            told[task.id] = TaskState.FAILED, {}, error.what
        else:
            told[task.id] = (TaskState.DONE if decision == COMMIT else TaskState.BACK), facts, ""
    if left:
        close = Close(RunState.STOPPED, f"decided ({decision}), and not settled everywhere")
    else:
        close = Close(RunState.DONE if decision == COMMIT else RunState.ABANDONED)
    store.conclude(run, told, close)
    return tuple(left)


def _settled(site: Site, run: FleetRun, task: FleetTask, decision: str) -> Mapping[str, Any]:
    """One member as it was decided; a connection that was lost is made again, once."""
    try:
        return _settle(site, run, task, decision)
    except ConnectionLostError:
        site.database.reconnect()
        return _settle(site, run, task, decision)


def _settle(site: Site, run: FleetRun, task: FleetTask, decision: str) -> Mapping[str, Any]:
    """Done again, it finds what is done."""
    database = site.database
    # A coordinator that has died may have a session that is still preparing: it has this lock until it ends.
    database.lock()
    database.settle(gid(run.label, task.id), commit=decision == COMMIT)
    operation = database.fleet_operation(run.label, task.member)
    if operation is None:
        return {}
    is_open = operation.state in (OperationState.OPEN, OperationState.WAITING)
    if decision == ABORT:
        if is_open:
            abandon(site, operation.id)
        return {"operation": operation.id}
    for model in operation.models:
        # A transaction that has notified can't be prepared, so it comes after: servers poll the epoch besides.
        database.notify(model)
    if not is_open:
        return protocol.switched(operation, None)
    return protocol.switched(operation, resume(site, operation.id, finish=bool(run.asked.options.get("finish"))))
