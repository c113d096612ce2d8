"""Who else is concerned when a model is switched: who reads what it writes, and who shares what comes back or goes."""

from collections.abc import Iterable, Iterator

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan

Column = tuple[Name, str]
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Dependent:
    """Another model or consumer in its window, and why it is concerned.

    `loses`: what it reads wouldn't be written any more.
    """

    who: str
    why: str
    loses: bool = False


@dataclass(frozen=True, slots=True)
class RollbackStanding:
    """What a rollback of a model would do now (None: none can be planned), what stands in its way, what is odd."""

    model: str
    plan: Plan | None
    obstacles: tuple[str, ...]
    notes: tuple[str, ...]
    dependents: tuple[Dependent, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it could be carried out now."""
        return self.plan is not None and not self.obstacles


def dependents(now: Now, plan: Plan) -> tuple[Dependent, ...]:
    """Everybody else in their window who is concerned, in the order of their names."""
    target = now.releases[plan.to_version].contract
    left = now.active.contract if now.active is not None else None
    written = _columns(target, "write", now.catalog)
    before = _columns(left, "write", now.catalog) if left is not None else frozenset()
    moved = {_split(each, now.catalog) for each in (*plan.restored, *(each.object for each in plan.leftovers))}
    others = [contract for contract in now.needed if contract.model != plan.model]
    found = [each for contract in others for each in _concerned(contract, (written, before), moved, (now, plan))]
    return tuple(sorted(found, key=lambda each: (each.who, not each.loses)))


def _concerned(
    other: Contract,
    writes: tuple[frozenset[Column], frozenset[Column]],
    moved: set[tuple[Name, str | None]],
    context: tuple[Now, Plan],
) -> Iterator[Dependent]:
    now, plan = context
    written, before = writes
    read = _columns(other, "read", now.catalog)
    lost = read & (before - written)
    if lost:
        why = f"reads {_named(lost)}, which {plan.model} {plan.to_version} doesn't write"
        yield Dependent(other.who, why, loses=True)
    kept = read & written
    if kept:
        yield Dependent(other.who, f"reads {_named(kept)}, which {plan.model} writes")
    named = read | _columns(other, "write", now.catalog)
    shared = {(table, column) for table, column in named if (table, column) in moved or (table, None) in moved}
    if shared:
        yield Dependent(other.who, f"shares {_named(shared)}")


def _columns(contract: Contract, access: str, catalog: Catalog) -> frozenset[Column]:
    return frozenset(
        (catalog.resolve(part.table), promise.column)
        for part in contract.tables
        if part.access == access
        for promise in part.promises
    )


def _split(named: str, catalog: Catalog) -> tuple[Name, str | None]:
    """What a plan calls `table.column`, `schema.table.column` or `table`."""
    parts = named.split(".")
    for at in (len(parts) - 1, len(parts)):
        table = Name(parts[at - 1], parts[at - 2] if at > 1 else None)
        if at >= 1 and catalog.resolve(table) in catalog.tables:
            return catalog.resolve(table), parts[at] if at < len(parts) else None
    return Name(parts[-1]), None


def _named(columns: Iterable[Column]) -> str:
    names = sorted(f"{table}.{column}" for table, column in columns)
    return f"{', '.join(names[:_SHOWN])}{f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''}"
