"""How long a change takes at production's size, how much queues meanwhile, and how severe that makes it."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Exclusion, ForeignKey, Name, PrimaryKey, Unique
from schemaguard.finding import Severity
from schemaguard.frozen import dataclass
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.production import ProductionFacts, TableLoad
from schemaguard.rules.facts.traffic import felt, worked_on

_MB = 1_000_000
NOTE_BELOW_S = 1.0
"""What lasts less than a second is felt by nobody who retries."""
ERROR_FROM_S = 10.0
"""From then on clients give up: a person soon, a pool after 30 s as a rule, a load balancer after 60."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a change means at production's size: how long it works, what that makes of it, and how it was reckoned."""

    seconds: float
    severity: Severity
    said: str


def reckon(context: Context, production: ProductionFacts) -> Reckoning | None:
    """The reckoning of a change whose work grows with its tables; None where it doesn't, or one of them isn't known."""
    work = context.facts.work
    relations = worked_on(context)
    loads = [load for name in relations if (load := _load(name, production)) is not None]
    if not work.grows_with_table or not relations or len(loads) != len(relations):
        return None
    seconds, how = _seconds(context, loads, production)
    severity = Severity.ERROR
    if seconds < ERROR_FROM_S:
        severity = Severity.NOTE if seconds < NOTE_BELOW_S else Severity.WARNING
    took = f"{'≈' if seconds >= 0.01 else 'less than'} {_number(seconds)} s"
    return Reckoning(seconds, severity, f"{took}{_queue(context, production)} (reckoned from {how})")


def _seconds(context: Context, loads: list[TableLoad], production: ProductionFacts) -> tuple[float, str]:
    rates = production.rates
    rows, size = sum(load.rows for load in loads), sum(load.bytes for load in loads)
    whose = "as this server was measured" if rates.is_measured else "as a small server does, none was measured"
    if context.facts.work.work == "rewrite" or isinstance(context.change, c.UpdateRows | c.DeleteRows):
        size += sum(load.index_bytes for load in loads)
        return size / _MB / rates.rewrite_mb_per_s, f"{_size(size)} at {_number(rates.rewrite_mb_per_s)} MB/s, {whose}"
    if _builds_index(context.change):
        return rows / rates.index_rows_per_s, f"{rows:,} rows at {_number(rates.index_rows_per_s)} rows/s, {whose}"
    if isinstance(context.change, c.AddConstraint) and isinstance(context.change.constraint, ForeignKey):
        return rows / rates.lookup_rows_per_s, f"{rows:,} rows at {_number(rates.lookup_rows_per_s)} rows/s, {whose}"
    return size / _MB / rates.scan_mb_per_s, f"{_size(size)} at {_number(rates.scan_mb_per_s)} MB/s, {whose}"


def _builds_index(change: c.Change) -> bool:
    match change:
        case c.CreateIndex() | c.Reindex():
            return True
        case c.AddConstraint(constraint=PrimaryKey() | Unique() | Exclusion(), using_index=None):
            return True
        case c.AddColumn(constraints=constraints):
            return any(isinstance(one, PrimaryKey | Unique) for one in constraints)
        case _:
            return False


def _queue(context: Context, production: ProductionFacts) -> str:
    """What waits meanwhile a second, and what it has to wait for itself; empty where nothing does."""
    reads = writes = longest = 0.0
    for lock in felt(context):
        load = _load(lock.relation, production)
        if load is not None and lock.blocks_writes:
            writes += load.writes_per_second
            reads += load.reads_per_second if lock.blocks_reads else 0.0
            longest = max(longest, load.longest_transaction_s)
    waiting = [f"{_number(reads)} reads/s"] * (reads >= 1) + [f"{_number(writes)} writes/s"] * (writes >= 1)
    queue = f", ≈ {' and '.join(waiting)} queue" if waiting else ""
    return queue + (f", behind transactions of up to {_number(longest)} s" if longest >= 1 else "")


def _load(relation: Name, production: ProductionFacts) -> TableLoad | None:
    return production.tables.get(f"{relation.schema or 'public'}.{relation.name}")


def _number(value: float) -> str:
    """A figure with two digits that count: `0.03`, `1.4`, `140`, `2,100`; none that is less than a hundredth."""
    if value < 0.01:
        return "0.01"
    if value >= 100:
        digits = len(str(int(value))) - 2
        return f"{round(value, -digits):,.0f}"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"


def _size(size: int) -> str:
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{_number(size / factor)} {unit}"
    return f"{size / 1000:.0f} kB"
