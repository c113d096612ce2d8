"""unproven: a statement that can't be understood could change a table under contract."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Opaque
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.rowsource import under
from schemaguard.contracts.contract import ContractTable
from schemaguard.finding import Explanation, Family, Severity
from schemaguard.history.deployment import advice, names_in
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts import refusal
from schemaguard.rules.facts.blame import Blamed
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.directives import Touches
from schemaguard.rules.rule import EVERY, Match, Rule
from schemaguard.sql.writing.identifiers import quote, written


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, Opaque):
        yield from matches(context, lambda blamed: blamed.breakage.is_doubt and _is_open_to_doubt(blamed, context))
        return
    for held in context.contracts:
        for part in held.contract.tables:
            told = _touched(change, context, part)
            if told is not None:
                yield Match(
                    object=str(part.table),
                    message=f"{change.reason}; it {told}",
                    instead=refusal.INSTEAD if refusal.is_refused(change) else _instead(change, context, part),
                    cause="opaque",
                    readers=held.readers(part.access),
                    explanation=_explanation() if context.explains else None,
                )


def _is_open_to_doubt(blamed: Blamed, context: Context) -> bool:
    """Whether the author says nothing of what the statement touches, or says that it touches this."""
    if context.touches is None:
        return True
    table, column = blamed.breakage.table, blamed.breakage.column
    if column is None:
        return context.touches.names_table(context.before, table)
    return context.touches.names(context.before, table, column)


def _explanation() -> Explanation:
    # The table of compatibility is only read where somebody asks why.
    from schemaguard.rules.facts.explaining import of_row

    return of_row("opaque")


def _touched(change: Opaque, context: Context, part: ContractTable) -> str | None:
    if context.touches is not None:
        return _declared(context.touches, context.before, part)
    if change.names is None:
        return f"could name any table, and so {part.table}"
    named = {context.before.resolve(name) for name in change.names}
    if context.before.resolve(part.table) in named:
        return f"names {part.table}"
    below = sorted(str(name) for name in named & under(part.table, context.before))
    return f"names {below[0]}, whose rows {part.table} shows" if below else None


def _declared(touches: Touches, catalog: Catalog, part: ContractTable) -> str | None:
    columns = [promise.column for promise in part.promises if touches.names(catalog, part.table, promise.column)]
    if columns:
        return f"touches {part.table}({', '.join(columns)}) as its author says"
    # A writer also feels what happens to the columns that it omits.
    if part.access == "write" and touches.names_table(catalog, part.table):
        return f"touches {part.table} as its author says"
    return None


def _instead(change: Opaque, context: Context, part: ContractTable) -> str:
    column = part.promises[0].column if part.promises else "column"
    marker = "#" if context.is_python else "--"
    schema = None if part.table.schema == "public" else part.table.schema
    touched = f"{written(Name(part.table.name, schema))}({quote(column)})"
    touches = f"    {marker} schemaguard: touches {touched}\n    {marker} schemaguard: touches nothing"
    if names := names_in(change.reason):
        return f"{advice(names)}\nor say above the statement what it touches:\n{touches}"
    return f"write it as plain statements that can be read, or say above it what it touches:\n{touches}"


RULE = Rule(
    id="unproven",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a statement that may touch a table under contract, and whose effect can't be known without running it",
    effect="the model version may break: nothing shows that it still works afterwards",
    instead="write it as plain statements that can be read, or say above it what it touches",
    watches=EVERY,
    check=_check,
)
