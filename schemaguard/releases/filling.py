"""Rows that the old shape can't take: counted before anything is done, and filled by what the operator says."""

from typing import TYPE_CHECKING

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract
from schemaguard.errors import NeedsHumanError, RefusedError, UsageError, command_line
from schemaguard.frozen import replace
from schemaguard.releases.additions import GivenBack
from schemaguard.releases.now import Now
from schemaguard.releases.readiness import Readiness

if TYPE_CHECKING:
    from schemaguard.releases.plan import Plan
    from schemaguard.releases.together import OperationPlan
from schemaguard.releases.release import OperationKind, Release, Retired, ReversalClass

_ORDER = (
    ReversalClass.INSTANT,
    ReversalClass.SLOW,
    ReversalClass.NEEDS_VALUES,
    ReversalClass.LOSSY,
    ReversalClass.IMPOSSIBLE,
)


def fill_rows(
    ready: Readiness, target: Release, fills: tuple[str, ...], around: tuple[Now, tuple[GivenBack, ...]]
) -> tuple[Readiness, tuple[GivenBack, ...]]:
    """The same, with the class that each way back has by its rows, and with what those without a value get.

    Raises RefusedError where something new has the name of what comes back, and UsageError for a fill that nothing
    needs or that two columns could mean.
    """
    now, back = around
    retired = {each.id: each for each in now.retired}
    wanting = [
        each
        for each in ready.reversals
        if each.retired in retired
        and any(_needs_values(retired[each.retired], one, ready) for one in (target.contract, *now.coming))
    ]
    missing = [each for each in back if _wants_value(each, target.contract, ready)]
    given = _given([*(each.object for each in wanting), *(each.filled for each in missing)], fills)
    made = []
    for each in ready.reversals:
        known = retired.get(each.retired) if each.retired is not None else None
        if known is not None and known.taken_by is not None:
            raise RefusedError(
                f"{each.object} can't come back: {known.taken_by} has its name",
                at=each.object,
                next="rename the newer one in a migration, and let the models change over; nothing was changed",
            )
        if each.object in given:
            made.append(replace(each, fill=given[each.object], reversal_class=ReversalClass.SLOW))
        elif each in wanting and known is not None and (said := _declared(known, target)) is not None:
            made.append(replace(each, fill=said[0], fill_from=said[1], reversal_class=ReversalClass.SLOW))
        elif each in wanting:
            made.append(replace(each, reversal_class=ReversalClass.NEEDS_VALUES))
        elif each.reversal_class is ReversalClass.NEEDS_VALUES:
            # It could have come to that: every row has a value, or nobody was promised one.
            made.append(replace(each, reversal_class=ReversalClass.SLOW))
        else:
            made.append(each)
    counted = tuple(
        _filled(each, given.get(each.filled), target) if each in missing else replace(each, without_value=None)
        for each in back
    )
    return replace(ready, reversals=tuple(made)), counted


def worst_class(ready: Readiness, target: Release, back: tuple[GivenBack, ...] = ()) -> ReversalClass:
    """The most expensive of what is undone. What reads a copy is never there in an instant: it has to be copied."""
    classes = [reversal.reversal_class for reversal in ready.reversals]
    classes += [ReversalClass.SLOW if each.fill else ReversalClass.NEEDS_VALUES for each in back if each.without_value]
    least = ReversalClass.SLOW if target.contract.reads_through == "copy" else ReversalClass.INSTANT
    return max((c for c in (least, *classes) if c in _ORDER), key=_ORDER.index)


def require_values(plan: "OperationPlan") -> None:
    """NeedsHumanError, with the count, where rows have no value that a target's contract promises."""
    for each in plan.members:
        _require_values(each, plan)


def _require_values(plan: "Plan", whole: "OperationPlan") -> None:
    wanting = [
        (each.object, each.without_value)
        for each in plan.reversals
        if each.reversal_class is ReversalClass.NEEDS_VALUES
    ]
    wanting += [
        (each.filled, each.without_value) for each in plan.gives_back if each.without_value and each.fill is None
    ]
    if not wanting:
        return
    counted = ", ".join(f"{count} rows have no value for {name}" for name, count in wanting)
    fill = "EXPR" if len(wanting) == 1 and len(whole.members) == 1 else f"{wanting[0][0]}=EXPR"
    if len(whole.members) > 1:
        others = [f"--also={each.model}={each.to_version}" for each in whole.members if each is not whole.lead]
        back = ("--to", whole.lead.to_version, *others, "--fill", fill, "--reason", "WHY")
        again = command_line("rollback", whole.model, *back)
    elif plan.kind is OperationKind.ROLLBACK:
        again = command_line("rollback", plan.model, "--to", plan.to_version, "--fill", fill, "--reason", "WHY")
    else:
        verb = ("canary", "start") if plan.kind is OperationKind.CANARY else ("promote",)
        again = command_line(*verb, plan.model, plan.to_version, "--fill", fill)
    raise NeedsHumanError(
        f"{counted}, and {plan.model} {plan.to_version} requires one",
        at=f"class: {ReversalClass.NEEDS_VALUES.value}; nothing was changed",
        next=again,
    )


def _needs_values(known: Retired, contract: Contract, ready: Readiness) -> bool:
    if not known.without_value or known.column is None:
        return False
    return known.is_retyped or _is_required(contract, known.table, known.column, ready)


def _is_required(contract: Contract, table: Name, column: str, ready: Readiness) -> bool:
    for each in contract.tables:
        promise = each.promise(column)
        if ready.catalog.resolve(each.table) == table and promise is not None and promise.required:
            return True
    return False


def _wants_value(back: GivenBack, contract: Contract, ready: Readiness) -> bool:
    """Whether somebody who reads was promised a value; who only writes one can do without those of other rows."""
    if not back.without_value or back.column is None:
        return False
    read = replace(contract, tables=tuple(each for each in contract.tables if each.access == "read"))
    return _is_required(read, Name(back.table, back.schema), back.column, ready)


def _filled(back: GivenBack, fill: str | None, target: Release) -> GivenBack:
    if fill is not None:
        return replace(back, fill=fill)
    promised = _promised_fill(target.contract, Name(back.table, back.schema), back.column or "")
    return replace(back, fill=promised, fill_from=f"the contract of {target.contract.who}" if promised else None)


def _declared(known: Retired, target: Release) -> tuple[str, str] | None:
    """(SQL, who declared it): the contract of the version that comes, else the revision that dropped the column."""
    promised = _promised_fill(target.contract, known.table, known.column or "")
    if promised is not None:
        return promised, f"the contract of {target.contract.who}"
    return (known.fill, f"revision {known.revision}") if known.fill is not None else None


def _promised_fill(contract: Contract, table: Name, column: str) -> str | None:
    for each in contract.tables:
        promise = each.promise(column)
        if Name(each.table.name, each.table.schema or "public") == table and promise is not None and promise.fill:
            return promise.fill
    return None


def _given(wanting: list[str], fills: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for fill in fills:
        named = [each for each in wanting if fill.startswith(f"{each}=")]
        if named:
            given[named[0]] = fill.removeprefix(f"{named[0]}=")
        elif len(wanting) == 1:
            given[wanting[0]] = fill
        elif wanting:
            raise UsageError(
                f"--fill {fill!r} doesn't say which column it is for",
                at=", ".join(wanting),
                next=f"--fill {wanting[0]}=EXPR",
            )
        else:
            raise UsageError("--fill is given, but no row lacks a value", next="leave --fill out")
    return given
