"""What becomes of a reader's rows through code that a statement runs: triggers, defaults, checks, and its own calls.

See https://www.postgresql.org/docs/18/trigger-definition.html.
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Check, Column, Name, Table, View
from schemaguard.contracts.compatibility.arriving_rows import arriving_flaws
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.row_changes import row_flaws
from schemaguard.contracts.compatibility.rowsource import ancestors, below_view, deleted_from, stores
from schemaguard.contracts.compatibility.triggers import bodies_of, called_bodies
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.contract import ContractTable

_DEEPEST = 5
_COMPILED = frozenset({"c", "internal"})
_OfRows = c.InsertRows | c.UpdateRows | c.DeleteRows | c.TruncateTable
_EVENTS = {c.InsertRows: "INSERT", c.UpdateRows: "UPDATE", c.DeleteRows: "DELETE", c.TruncateTable: "TRUNCATE"}


def ran_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a reader feels of the rows that functions change because the statement runs them."""
    if not catalogs[1].functions or relation(part.table, catalogs[0]) is None:
        return
    for function in unknown_effects(change, catalogs[1]):
        yield DOUBT, None, f"the statement runs {function}(), and it isn't known what that does"
    if part.access != "read":
        return
    for function, effect in effects(change, catalogs[1]):
        for code, column, detail in (
            *row_flaws(part, catalogs, effect),
            *arriving_flaws(part, catalogs, effect),
        ):
            yield code, column, f"{function}() runs{f': {detail}' if detail else ''}"
    if isinstance(change, c.UpdateRows) and below_view(change.table, catalogs[0]) in stores(part.table, catalogs[0]):
        yield from _assigned_by_triggers(part, change, catalogs[1])


def effects(change: c.Change, catalog: Catalog) -> Iterator[tuple[str, c.Change]]:
    """(function, what it does to rows) of every function that the statement runs, and that those run in turn."""
    if not catalog.functions:
        return
    met: set[tuple[str, c.Change]] = set()
    waiting: list[tuple[c.Change, int]] = [(change, 0)]
    while waiting:
        cause, depth = waiting.pop()
        for function, effect in _direct(cause, catalog):
            if (function, effect) not in met:
                met.add((function, effect))
                yield function, effect
                if depth < _DEEPEST:
                    waiting.append((effect, depth + 1))


def unknown_effects(change: c.Change, catalog: Catalog) -> Iterator[str]:
    """The functions that the statement runs and that may do more than change rows: it isn't known what."""
    if not catalog.functions:
        return
    causes = (change, *(effect for _, effect in effects(change, catalog)))
    for function, body in called_bodies([root for cause in causes for root in _roots(cause, catalog)], catalog):
        if not body.is_read or body.runs_text or body.defines:
            yield function


def _roots(change: c.Change, catalog: Catalog) -> list[Name]:
    """The functions that the statement itself runs; those in C are taken to do what their extension says."""
    words = frozenset(word for text in _run_texts(change, catalog) for word in expressions.words(text))
    words |= getattr(change, "calls", frozenset())
    roots = [name for name, _ in catalog.functions if name.name in words]
    if isinstance(change, _OfRows):
        roots += _fired(change, catalog)
    foreign = {name for (name, _), one in catalog.functions.items() if (one.language or "").lower() in _COMPILED}
    return [name for name in roots if name not in foreign]


def _direct(change: c.Change, catalog: Catalog) -> Iterator[tuple[str, c.Change]]:
    for function, body in called_bodies(_roots(change, catalog), catalog):
        for update in body.updates:
            yield function, c.UpdateRows(update.table, update.columns, has_where=True)
        for name in sorted(body.deleted, key=str):
            yield function, c.DeleteRows(name, has_where=True)
        for name in sorted(body.inserted, key=str):
            yield function, c.InsertRows(name, (), from_query=True)


def _fired(change: _OfRows, catalog: Catalog) -> Iterator[Name]:
    """The functions of the triggers that the statement fires."""
    event = _EVENTS[type(change)]
    columns = frozenset(change.columns) if isinstance(change, c.UpdateRows) else frozenset()
    for owner in _owners(change, catalog):
        for trigger in owner.triggers:
            is_meant = not (event == "UPDATE" and trigger.columns) or bool(columns & {*trigger.columns})
            if trigger.enabled and event in trigger.events and is_meant:
                yield trigger.function


def _owners(change: _OfRows, catalog: Catalog) -> Iterator[Table | View]:
    """The relations whose rows the statement touches."""
    name = catalog.resolve(change.table)
    base = below_view(change.table, catalog)
    only = not isinstance(change, c.InsertRows) and change.only
    below = frozenset({base}) if only else stores(base, catalog)
    names: Iterable[Name] = (name, *below, *ancestors(base, catalog))
    if isinstance(change, c.DeleteRows):
        names = (*names, *deleted_from(base, catalog, only=only))
    for each in dict.fromkeys(names):
        owner = catalog.tables.get(each) or catalog.views.get(each)
        if owner is not None:
            yield owner


def _run_texts(change: c.Change, catalog: Catalog) -> Iterator[str]:
    """The expressions that the server evaluates for rows because of the change."""
    match change:
        case c.InsertRows(table=table, columns=listed):
            known = catalog.table(table)
            for column in known.columns if known is not None else ():
                if column.generated or (listed is not None and column.name not in listed):
                    yield from _of_column(column)
            yield from _checks(known)
        case c.UpdateRows(table=table):
            known = catalog.table(table)
            yield from (column.generated for column in (known.columns if known is not None else ()) if column.generated)
            yield from _checks(known)
        case c.AddColumn(column=column):
            yield from _of_column(column)
        case c.AddConstraint(constraint=Check(definition=text, valid=True)):
            yield text
        case c.RetypeColumn(using=str() as text):
            yield text
        case c.CreateView(view=View(materialized=True, populated=True, query=text)):
            yield text
        case c.RefreshView(view=name, with_data=True) if (view := catalog.views.get(catalog.resolve(name))) is not None:
            yield view.query
        case c.CreateTable(as_query=str() as text):
            yield text
        case _:
            return


def _of_column(column: Column) -> Iterator[str]:
    yield from (text for text in (column.default, column.generated) if text is not None)


def _checks(table: Table | None) -> Iterator[str]:
    for constraint in table.constraints if table is not None else ():
        if isinstance(constraint, Check):
            yield constraint.definition
    for policy in table.policies if table is not None and table.force_row_security else ():
        yield from (text for text in (policy.using, policy.check) if text is not None)


def _assigned_by_triggers(part: ContractTable, change: c.UpdateRows, catalog: Catalog) -> Iterator[Flaw]:
    """Columns to which a BEFORE UPDATE trigger gives another value as rows are updated."""
    for owner in _owners(change, catalog):
        for trigger in owner.triggers:
            is_meant = not trigger.columns or bool({*trigger.columns} & {*change.columns})
            if not (trigger.enabled and trigger.timing == "BEFORE" and "UPDATE" in trigger.events and is_meant):
                continue
            for function, body in bodies_of(trigger.function, catalog):
                for column in sorted(body.assigned):
                    if part.promise(column) is not None and column not in change.columns:
                        yield "rows-overwritten", column, f"{function}() gives it a value"
