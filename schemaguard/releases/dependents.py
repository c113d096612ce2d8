"""Who else is concerned when models are switched: who reads what they write, and who shares what comes back or goes."""

from collections.abc import Iterable, Iterator

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError, command_line
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.captured import columns_of
from schemaguard.releases.lookahead import Fit
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import OperationKind
from schemaguard.releases.together import OperationPlan, Planning

Column = tuple[Name, str]
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Dependent:
    """Another model or consumer in its window, and why it is concerned.

    `loses`: what it reads wouldn't be written any more. `lacks` is what it is promised and doesn't have afterwards,
    which it doesn't have now either: a plan that takes something from somebody is refused.
    """

    who: str
    why: str
    loses: bool = False
    lacks: str | None = None
    model: str = ""
    """Whose contract it is, as it is published."""
    digest: str = ""
    """Which contract it is."""
    is_switched: bool = False
    """Whether it is what comes to serve, and `model` whose version would have to write what it reads."""


@dataclass(frozen=True, slots=True)
class RollbackStanding:
    """What a rollback of a model would do now (None: none can be planned), what stands in its way, what is odd."""

    model: str
    plan: OperationPlan | None
    obstacles: tuple[str, ...]
    notes: tuple[str, ...]
    dependents: tuple[Dependent, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it could be carried out now."""
        return self.plan is not None and not self.obstacles


def dependents(
    planning: Planning, fit: Fit, serving: frozenset[tuple[str, str]] = frozenset()
) -> tuple[Dependent, ...]:
    """Everybody else in their window who is concerned, in the order of their names.

    Who reads what one of them writes is concerned as well, and so on. Of the models that are switched only those are
    named whose version reads what another one's won't write, or what no version writes that serves: `serving` are the
    models that do, each with the digest of its contract.
    """
    catalog = planning.nows[0].catalog
    members = {plan.model for plan in planning.plan.members}
    others = [contract for contract in planning.nows[0].needed if contract.model not in members]
    found = [each for contract in others for each in _directly(contract, planning)]
    readers = [each for each in others if any(_reads(each, plan, planning) for plan in planning.plan.members)]
    found += _through(readers, others, catalog)
    found += [one for target in planning.targets for one in _directly(target.contract, planning) if one.loses]
    found += [one for target in planning.targets for one in _unwritten(target.contract, planning, others, serving)]
    lacking = {contract.who: _lacking(contract, planning, fit) for contract in others}
    told = {(each.who, each.why): replace(each, lacks=lacking.get(each.who)) for each in found}
    return tuple(sorted(told.values(), key=lambda each: (each.who, not each.loses)))


def _lacking(contract: Contract, planning: Planning, fit: Fit) -> str | None:
    return next((unmet.message for unmet in fit.unmet(contract, planning.catalog)), None)


def _directly(other: Contract, planning: Planning) -> Iterator[Dependent]:
    """What of the plans it is concerned by itself."""
    catalog = planning.nows[0].catalog
    read = _columns(other, "read", catalog)
    named = read | _columns(other, "write", catalog)
    for plan in planning.plan.members:
        if plan.model == other.model:
            continue
        before, written = _writes(plan, planning)
        if lost := read & (before - written):
            why = f"reads {_named(lost)}, which {plan.model} {plan.to_version} doesn't write"
            yield Dependent(other.who, why, loses=True, model=other.model, digest=other.digest)
        if kept := read & written:
            yield Dependent(
                other.who, f"reads {_named(kept)}, which {plan.model} writes", model=other.model, digest=other.digest
            )
        moved = _moved(plan, planning)
        if shared := {(table, column) for table, column in named if {(table, column), (table, None)} & moved}:
            yield Dependent(other.who, f"shares {_named(shared)}", model=other.model, digest=other.digest)


def _unwritten(
    target: Contract, planning: Planning, others: list[Contract], serving: frozenset[tuple[str, str]]
) -> Iterator[Dependent]:
    """What it reads of a model that stays, whose version that serves doesn't write it while another one does."""
    catalog = planning.nows[0].catalog
    models = {model for model, _ in serving}
    idle = [each for each in others if each.model in models and (each.model, each.digest) not in serving]
    at_work = [each for each in others if each not in idle] + [each.contract for each in planning.targets]
    written = {column for each in at_work for column in _columns(each, "write", catalog)}
    read = _columns(target, "read", catalog) - written
    for each in idle:
        if lost := read & _columns(each, "write", catalog):
            why = f"reads {_named(lost)}, which {each.who} writes and nothing that serves does"
            yield Dependent(target.who, why, loses=True, model=each.model, digest=each.digest, is_switched=True)


def _through(readers: list[Contract], others: list[Contract], catalog: Catalog) -> Iterator[Dependent]:
    """Who reads what these readers write, who reads what those write, and so on; nobody is followed twice."""
    waiting, seen = list(readers), {each.digest for each in readers}
    while waiting:
        between = waiting.pop(0)
        written = _columns(between, "write", catalog)
        for other in others:
            read = _columns(other, "read", catalog) & written
            if not read or other.model == between.model:
                continue
            why = f"reads {_named(read)}, which {between.who} writes downstream of this"
            yield Dependent(other.who, why, model=other.model, digest=other.digest)
            if other.digest not in seen:
                seen.add(other.digest)
                waiting.append(other)


def _reads(other: Contract, plan: Plan, planning: Planning) -> bool:
    before, written = _writes(plan, planning)
    return bool(_columns(other, "read", planning.nows[0].catalog) & (before | written))


def _writes(plan: Plan, planning: Planning) -> tuple[frozenset[Column], frozenset[Column]]:
    """What the release that is left writes, and what the one that comes writes."""
    now = next(each for each in planning.nows if each.pointer.model == plan.model)
    written = _columns(now.releases[plan.to_version].contract, "write", now.catalog)
    before = _columns(now.active.contract, "write", now.catalog) if now.active is not None else frozenset()
    return before, written


def require_followed(plan: OperationPlan, concerned: Iterable[Dependent], goes_along: Iterable[str] = ()) -> None:
    """RefusedError, with the list, where somebody in their window reads what wouldn't be written any more.

    `goes_along` are the models that could be taken along.
    """
    losing = [each for each in concerned if each.loses]
    if not losing or plan.kind in (OperationKind.ADVANCE, OperationKind.ABORT):
        return
    members = {each.model for each in plan.members}
    if all(each.is_switched for each in losing):
        raise RefusedError(
            "; ".join(f"{each.who} {each.why}" for each in losing),
            at="it would read what is written no more, or not yet",
            next=f"{_with_its_writer(plan, losing[0].model)}, or: --without-dependents",
        )
    staying = [each for each in losing if each.model not in members]
    following = dict.fromkeys(each.model for each in staying)
    if not staying:
        again = f"name another version of {losing[0].model}: --also MODEL=VERSION"
    elif set(following) <= set(goes_along) and plan.kind is OperationKind.ROLLBACK:
        again = command_line("rollback", plan.model, "--with-dependents", "--reason", "WHY")
    elif set(following) <= set(goes_along) and plan.kind is OperationKind.PROMOTE:
        also = (f"--also={model}=VERSION" for model in following)
        again = command_line("promote", plan.model, plan.lead.to_version, *also)
    else:
        again = f"let {', '.join(dict.fromkeys(each.who for each in staying))} do without it first"
    raise RefusedError(
        f"somebody reads what {' and '.join(f'{each.model} {each.to_version}' for each in plan.members)} "
        f"{'do' if len(members) > 1 else 'does'}n't write:\n       "
        + "\n       ".join(f"{each.who} {each.why}" for each in losing),
        at="their release windows are open",
        next=f"{again}, or: --without-dependents",
    )


def _with_its_writer(plan: OperationPlan, writer: str) -> str:
    """What lets a version serve that writes what comes to serve reads."""
    if plan.kind is OperationKind.PROMOTE and writer not in plan.models:
        return command_line("promote", plan.model, plan.lead.to_version, f"--also={writer}=VERSION")
    return f"first let a version of {writer} serve that writes it"


def _columns(contract: Contract, access: str, catalog: Catalog) -> frozenset[Column]:
    return frozenset(
        (catalog.resolve(part.table), promise.column)
        for part in contract.tables
        if part.access == access
        for promise in part.promises
    )


def _moved(plan: Plan, planning: Planning) -> set[tuple[Name, str | None]]:
    """What comes back into sight, and what goes out of it."""
    now, catalog = planning.nows[0], planning.nows[0].catalog
    back = {each.retired for each in plan.reversals}
    moved: set[tuple[Name, str | None]] = set(columns_of(now, plan.reversals))
    moved |= {(catalog.resolve(each.table), each.column) for each in now.retired if each.id in back}
    return moved | {(catalog.resolve(each.name), each.column) for each in plan.leftovers}


def _named(columns: Iterable[Column]) -> str:
    names = sorted(f"{table}.{column}" for table, column in columns)
    return f"{', '.join(names[:_SHOWN])}{f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''}"
