"""What has to happen to a catalog so that it satisfies a contract: restored, inverted, or lifted; or refused."""

from collections.abc import Collection, Iterable
from datetime import datetime

from schemaguard.catalog.changes import DropNotNull
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.lookahead import Fit, Unmet
from schemaguard.releases.now import Now
from schemaguard.releases.release import AppliedChange, Retired, ReversalClass

_LIFTED_CAUSES = frozenset({"required-column-added", "null-refused"})


@dataclass(frozen=True, slots=True)
class Reversal:
    """One thing that is undone: a retirement (`retired`), rows (`captured`) or another change, with its statements."""

    object: str
    statements: tuple[str, ...]
    reversal_class: ReversalClass
    retired: int | None = None
    applied: int | None = None
    revision: str | None = None
    owed: tuple[str, ...] = ()
    """Constraints and indexes that are tried when nobody writes the other shape any more."""
    without_value: int | None = None
    fill: str | None = None
    """What rows without a value get, as SQL."""
    fill_from: str | None = None
    """Who declared it, such as `the contract of fraud@7`; None where the operator says it."""
    captured: int | None = None
    """Rows that a revision changed or deleted, and that were kept: they are given back."""
    is_again: bool = False
    """They were given back before, and what the revision wrote is written again."""
    rows: int = 0
    changed_since: int | None = None
    """Those of them that somebody has written since; None where they weren't counted. They stay as they are."""
    gone: int | None = None
    """Those that somebody has deleted since."""


@dataclass(frozen=True, slots=True)
class Loosening:
    """A NOT NULL that is lifted, so that a writer who doesn't know the column can write again."""

    schema: str
    table: str
    column: str

    @property
    def object(self) -> str:
        """The column's name, such as `transactions.entry_mode`."""
        return f"{Name(self.table, self.schema)}.{self.column}"

    @property
    def statement(self) -> str:
        """What lifts it; running it again changes nothing."""
        from schemaguard.sql.writing.statements import rendered

        return rendered(DropNotNull(Name(self.table, self.schema), self.column))


@dataclass(frozen=True, slots=True)
class Wish:
    """A contract that the database has to satisfy.

    `name` is whose it is, such as `fraud@7`. `served_until` is when it last served: what was retired since then is
    brought back. `may_loosen` allows a NOT NULL to be lifted for it.
    """

    contract: Contract
    name: str
    may_loosen: bool
    served_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What makes a catalog ready, and the catalog that comes out of it."""

    catalog: Catalog
    reversals: tuple[Reversal, ...] = ()
    loosenings: tuple[Loosening, ...] = ()


def restore(retired: Iterable[Retired], wanted: Collection[int]) -> tuple[Reversal, ...]:
    """The reversals of these retirements, the latest first."""
    chosen = (each for each in retired if each.id in wanted)
    return tuple(
        Reversal(
            each.object, each.restore, each.restore_class, retired=each.id, applied=each.applied_change,
            revision=each.revision, owed=each.owed, without_value=each.without_value,
        )
        for each in sorted(chosen, key=lambda each: each.id, reverse=True)
    )  # fmt: skip


def make_ready(wish: Wish, catalog: Catalog, forced: tuple[Reversal, ...], around: tuple[Now, Fit]) -> Readiness:
    """What has to be undone for the wish, beginning with what is undone anyway (`forced`).

    Raises RefusedError, with everything that stays unmet, where no chain of stored inverses gets there.
    """
    now, fit = around
    ready = Readiness(fit.after((s for each in forced for s in _all_statements(each)), catalog), forced)
    while unmet := fit.unmet(wish.contract, ready.catalog):
        step = _restored(wish, unmet, ready, now) or (wish.may_loosen and _loosened(unmet, ready)) or None
        if step is None:
            step = _inverted(wish, unmet, ready, around)
        if step is None:
            raise _refusal(wish, unmet, ready, around)
        ready = replace(step, catalog=fit.after(_new_statements(ready, step), ready.catalog))
    return ready


def _new_statements(before: Readiness, after: Readiness) -> tuple[str, ...]:
    undone = tuple(s for each in after.reversals[len(before.reversals) :] for s in _all_statements(each))
    return undone + tuple(each.statement for each in after.loosenings[len(before.loosenings) :])


def _all_statements(reversal: Reversal) -> tuple[str, ...]:
    return (*reversal.statements, *reversal.owed)


def _restored(wish: Wish, unmet: tuple[Unmet, ...], ready: Readiness, now: Now) -> Readiness | None:
    """The next retirement to undo: the first one after the wisher last served, of an object that is missing."""
    taken = {each.retired for each in ready.reversals}
    for missing in unmet:
        candidates = [
            each
            for each in now.retired
            if each.id not in taken and each.table == missing.table and each.column in (None, missing.column)
        ]
        since = [each for each in candidates if wish.served_until is None or each.retired_at >= wish.served_until]
        if candidates:
            chosen = min(since, key=lambda each: each.id) if since else max(candidates, key=lambda each: each.id)
            return replace(ready, reversals=(*ready.reversals, *restore([chosen], {chosen.id})))
    return None


def _loosened(unmet: tuple[Unmet, ...], ready: Readiness) -> Readiness | None:
    for missing in unmet:
        if missing.cause in _LIFTED_CAUSES and missing.column is not None:
            loosening = Loosening(missing.table.schema or "public", missing.table.name, missing.column)
            if loosening not in ready.loosenings:
                return replace(ready, loosenings=(*ready.loosenings, loosening))
    return None


def _inverted(wish: Wish, unmet: tuple[Unmet, ...], ready: Readiness, around: tuple[Now, Fit]) -> Readiness | None:
    """The latest applied change whose stored inverse leaves less unmet, and nothing new."""
    now, fit = around
    taken = {each.applied for each in ready.reversals}
    tables = {each.table for each in unmet}
    for change in reversed(now.applied):
        if change.id in taken or not _may_help(change, tables):
            continue
        inverse = change.inverse or ()
        if fit.overreach(inverse, ready.catalog) is not None:
            continue
        left = fit.unmet(wish.contract, fit.after(inverse, ready.catalog))
        if set(left) < set(unmet):
            reversal = Reversal(
                change.statement, inverse, change.inverse_class, applied=change.id, revision=change.revision
            )
            return replace(ready, reversals=(*ready.reversals, reversal))
    return None


def _may_help(change: AppliedChange, tables: Collection[Name]) -> bool:
    is_cheap = change.inverse_class in (ReversalClass.INSTANT, ReversalClass.SLOW)
    return is_cheap and not change.undone and bool(change.inverse) and not change.tables.isdisjoint(tables)


def _overreaching(unmet: tuple[Unmet, ...], ready: Readiness, around: tuple[Now, Fit]) -> str:
    now, fit = around
    for change in reversed(now.applied):
        if not _may_help(change, {each.table for each in unmet}):
            continue
        if (statement := fit.overreach(change.inverse or (), ready.catalog)) is not None:
            return f"; what revision {change.revision} wrote down to take it back isn't carried out: {statement}"
    return ""


def _refusal(wish: Wish, unmet: tuple[Unmet, ...], ready: Readiness, around: tuple[Now, Fit]) -> RefusedError:
    now = around[0]
    more = f" (and {len(unmet) - 1} more)" if len(unmet) > 1 else ""
    lossy = next(
        (c for c in reversed(now.applied) if not c.undone and unmet[0].table in c.tables and c.inverse is None), None
    )
    blamed = f"; revision {lossy.revision} changed it and has no inverse: {lossy.statement}" if lossy else ""
    blamed += _overreaching(unmet, ready, around)
    wait = (
        "undo that with a new migration first"
        if wish.may_loosen
        else "apply the migration that the contract was written for"
    )
    return RefusedError(
        f"the database doesn't give {wish.name} what its contract promises: {unmet[0].message}{more}",
        at=f"{unmet[0].object}{blamed}",
        next=f"{wait}; nothing was changed",
    )
