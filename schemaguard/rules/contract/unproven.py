"""unproven: a statement that can't be understood could change a table under contract."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Opaque
from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import ContractTable
from schemaguard.finding import Explanation, Family, Severity
from schemaguard.rules.facts import refusal
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.directives import Touches
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, Opaque):
        return
    for held in context.contracts:
        for part in held.contract.tables:
            told = _touched(change, context, part)
            if told is not None:
                yield Match(
                    object=str(part.table),
                    message=f"{change.reason}; it {told}",
                    instead=refusal.INSTEAD if refusal.is_refused(change) else _instead(context, part),
                    cause="opaque",
                    readers=held.readers(part.access),
                    explanation=_explanation() if context.explains else None,
                )


def _explanation() -> Explanation:
    # The table of compatibility is only read where somebody asks why.
    from schemaguard.rules.facts.explaining import of_row

    return of_row("opaque")


def _touched(change: Opaque, context: Context, part: ContractTable) -> str | None:
    if context.touches is not None:
        return _declared(context.touches, context.before, part)
    if change.names is None:
        return f"could name any table, and so {part.table}"
    wanted = context.before.resolve(part.table)
    return f"names {part.table}" if any(context.before.resolve(name) == wanted for name in change.names) else None


def _declared(touches: Touches, catalog: Catalog, part: ContractTable) -> str | None:
    columns = [promise.column for promise in part.promises if touches.names(catalog, part.table, promise.column)]
    if columns:
        return f"touches {part.table}({', '.join(columns)}) as its author says"
    # A writer also feels what happens to the columns that it omits.
    if part.access == "write" and touches.names_table(catalog, part.table):
        return f"touches {part.table} as its author says"
    return None


def _instead(context: Context, part: ContractTable) -> str:
    column = part.promises[0].column if part.promises else "column"
    marker = "#" if context.is_python else "--"
    return (
        "write it as plain statements that can be read, or say above it what it touches:\n"
        f"    {marker} schemaguard: touches {part.table}({column})\n"
        f"    {marker} schemaguard: touches nothing"
    )


RULE = Rule(
    id="unproven",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a statement that can't be understood and that names, or could name, a table under contract",
    effect="whether the model version still fits afterwards can't be shown, so it is not assumed",
    instead="write it as plain statements that can be read, or say above it what it touches",
    check=_check,
)
