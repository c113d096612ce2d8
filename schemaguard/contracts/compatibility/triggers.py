"""What triggers do to a writer's rows: swallow them, change them, refuse them, or fail because a name is gone.

The bodies of functions are looked up when they run, so a rename or a drop that they don't follow fails with the next
write. Source: https://www.postgresql.org/docs/18/trigger-definition.html and
https://www.postgresql.org/docs/18/plpgsql-implementation.html#PLPGSQL-PLAN-CACHING
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Function, Name, Table, Trigger, View
from schemaguard.contracts.compatibility.paths import repathed
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.rowsource import ancestors, stores
from schemaguard.contracts.compatibility.writing import is_left_out_in_vain
from schemaguard.contracts.contract import ContractTable
from schemaguard.sql.reading.bodies import Body, read_body

UNREAD = "trigger-unread"
"""The cause where a trigger may do anything to what is written."""
_HARMLESS = frozenset(
    {"suppress_redundant_updates_trigger", "tsvector_update_trigger", "tsvector_update_trigger_column", "moddatetime"}
    | {"insert_username", "lo_manage"}
)
"""The server's own trigger functions, and those of its contrib modules, that write what they are given."""
_WRITES = frozenset({"INSERT", "UPDATE"})
_DEEPEST = 5


def trigger_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a writer feels of triggers that are new, or do something else now."""
    before, after = catalogs
    if part.access != "write" or relation(part.table, after) is None:
        return
    known = frozenset(_hazards(part, before))
    yield from (flaw for flaw in dict.fromkeys(_hazards(part, after)) if flaw not in known)
    yield from _late(part, catalogs, change)
    yield from _spread(part, catalogs)
    yield from _tightened(part, catalogs, change)
    yield from _uncalled(part, catalogs)
    yield from _unfilled(part, catalogs)
    elsewhere = repathed(catalogs)
    for function, _ in reached_bodies(_written(part, after), after) if elsewhere else ():
        if function in elsewhere:
            yield UNREAD, None, elsewhere[function]


def _uncalled(part: ContractTable, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Functions that are gone, and that a body which a write runs still calls."""
    before, after = catalogs
    if before.functions is after.functions:
        return
    gone = {name.name for name, _ in before.functions} - {name.name for name, _ in after.functions}
    for function, body in reached_bodies(_written(part, after), after) if gone else ():
        for name in sorted({one.name for one in body.called} & gone):
            yield UNREAD, None, f"{function}() calls {name}(), which isn't there"


def _unfilled(part: ContractTable, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Required columns to which a BEFORE trigger gave a value, and gives none from now on."""
    before, after = catalogs
    filled = _filled(part, before)
    for name in _written(part, after) if filled else ():
        table = after.tables.get(name)
        for column in table.columns if table is not None else ():
            promise = part.promise(column.name)
            is_missing = is_left_out_in_vain(column) if promise is None else column.not_null and not promise.required
            if column.name in filled - _filled(part, after) and is_missing:
                yield UNREAD, column.name, "no trigger gives it a value any more, and it is required"


def _filled(part: ContractTable, catalog: Catalog) -> frozenset[str]:
    """The columns to which a BEFORE trigger of a writer's table gives a value."""
    found: set[str] = set()
    for name in _written(part, catalog):
        for trigger in _firing(catalog.tables.get(name) or catalog.views.get(name)):
            if trigger.for_each_row and trigger.timing == "BEFORE" and "INSERT" in trigger.events:
                found.update(
                    column
                    for function in _functions(trigger.function, catalog)
                    for column in read_body(function.language, function.body).assigned
                )
    return frozenset(found)


def reached_bodies(relations: Iterable[Name], catalog: Catalog) -> Iterator[tuple[str, Body]]:
    """(function, body) of all that writing to the relations runs: triggers, defaults, checks, and what these call."""
    roots: list[Name] = []
    for name in relations:
        roots += [trigger.function for trigger in _firing(catalog.tables.get(name) or catalog.views.get(name))]
        table = catalog.tables.get(name)
        texts = _texts(table) if table is not None else ()
        roots += [function for function, _ in catalog.functions if any(function.name in words for words in texts)]
    yield from called_bodies(roots, catalog)


def called_bodies(roots: Iterable[Name], catalog: Catalog) -> Iterator[tuple[str, Body]]:
    """(function, body) of the functions and of those that they call."""
    met: set[Name] = set()
    waiting = [(name, 0) for name in roots]
    while waiting:
        name, depth = waiting.pop()
        for function in _functions(name, catalog):
            if function.name in met:
                continue
            met.add(function.name)
            body = read_body(function.language, function.body)
            yield function.name.name, body
            if depth < _DEEPEST:
                waiting += [(called, depth + 1) for called in body.called]


def bodies_of(name: Name, catalog: Catalog) -> Iterator[tuple[str, Body]]:
    """(function, body) of each function of the name."""
    for function in _functions(name, catalog):
        yield function.name.name, read_body(function.language, function.body)


def _functions(name: Name, catalog: Catalog) -> Iterator[Function]:
    for (known, _), function in catalog.functions.items():
        if known.name == name.name and name.schema in (None, known.schema):
            yield function


def _texts(table: Table) -> tuple[frozenset[str], ...]:
    """The words of every expression that a write evaluates."""
    found = [text for column in table.columns for text in (column.default, column.generated)]
    found += [definition for each in table.constraints if (definition := getattr(each, "definition", None))]
    found += [text for policy in table.policies for text in (policy.using, policy.check)]
    return tuple(expressions.words(text) for text in found if text)


def _firing(owner: Table | View | None) -> tuple[Trigger, ...]:
    """The triggers that fire when rows are written."""
    triggers = owner.triggers if owner is not None else ()
    return tuple(trigger for trigger in triggers if trigger.enabled and _WRITES & set(trigger.events))


def _written(part: ContractTable, catalog: Catalog) -> tuple[Name, ...]:
    """The relations whose triggers fire when the contract's rows are written."""
    name = catalog.resolve(part.table)
    shown = relation(part.table, catalog)
    base = shown.base.name if shown is not None and shown.base is not None else name
    return tuple(dict.fromkeys((name, *sorted(stores(base, catalog), key=str), *ancestors(base, catalog))))


def _hazards(part: ContractTable, catalog: Catalog) -> Iterator[Flaw]:
    if relation(part.table, catalog) is None:
        return
    written = _written(part, catalog)
    for name in written:
        owner = catalog.tables.get(name) or catalog.views.get(name)
        for trigger in _firing(owner):
            yield from _of_trigger(part, owner, trigger, catalog)
    for function, body in reached_bodies(written, catalog):
        yield from _dangling(function, body, catalog)


def _of_trigger(part: ContractTable, owner: Table | View | None, trigger: Trigger, catalog: Catalog) -> Iterator[Flaw]:
    function = next((one for one in _functions(trigger.function, catalog) if not one.arguments), None)
    if function is None:
        if trigger.function.name not in _HARMLESS:
            yield UNREAD, None, f"{trigger.name}: it isn't known what {trigger.function.name}() does"
        return
    body = read_body(function.language, function.body)
    if not body.is_read or body.runs_text:
        yield UNREAD, None, f"{trigger.name}: it isn't known what {function.name.name}() does"
        return
    if body.raises:
        yield UNREAD, None, f"{trigger.name}: {function.name.name}() may refuse rows"
    if trigger.for_each_row and trigger.timing in ("BEFORE", "INSTEAD OF"):
        yield from _before(part, trigger, function, body)
    if isinstance(owner, Table) and not owner.open:
        for field in sorted(body.row_fields):
            if owner.column(field) is None:
                yield "trigger-fails", None, f"{function.name.name}() names {owner.name}.{field}, which isn't there"


def _before(part: ContractTable, trigger: Trigger, function: Function, body: Body) -> Iterator[Flaw]:
    """A row that a BEFORE trigger doesn't give back isn't written, and what it gives back is written instead."""
    name = function.name.name
    if body.returns_nothing:
        yield UNREAD, None, f"{trigger.name}: {name}() may return no row; then nothing is written"
    if body.replaces_row:
        yield UNREAD, None, f"{trigger.name}: {name}() may return another row than the one that was sent"
    for column in sorted(body.assigned):
        if part.promise(column) is not None:
            yield UNREAD, column, f"{trigger.name}: {name}() may write another value than the one that was sent"
    if trigger.timing == "INSTEAD OF":
        yield UNREAD, None, f"{trigger.name}: {name}() writes in place of what is sent"


def _dangling(function: str, body: Body, catalog: Catalog) -> Iterator[Flaw]:
    """Relations that a body names and that are gone, and columns that an INSERT of it no longer fits."""
    for name in sorted(body.relations, key=str):
        if catalog.resolve(name) in catalog.gone:
            yield "trigger-fails/42P01", None, f"{function}() names {name}, which isn't there"
    for insertion in body.inserts:
        table = catalog.table(insertion.table)
        if table is None or table.open:
            continue
        for column in insertion.columns:
            if table.column(column) is None:
                yield "trigger-fails", None, f"{function}() names {table.name}.{column}, which isn't there"
        for own in table.columns:
            if own.name not in insertion.columns and is_left_out_in_vain(own):
                yield "trigger-fails/23502", None, f"{function}() leaves {table.name}.{own.name} out, which is required"


def _late(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """A column that goes or gets another name, and stands in a body that names its table."""
    before, after = catalogs
    named = unnamed(change, before, after)
    if named is None or relation(part.table, before) is None:
        return
    table, column = named
    owners = _written(part, before)
    for function, body in reached_bodies(owners, after):
        names_table = any(before.resolve(name) == table for name in body.relations)
        if table in owners and column in body.row_fields:
            yield "trigger-fails", None, f"{function}() names {table}.{column}, which isn't there"
        elif names_table and column in body.words and not _listed(body, table, column, before):
            yield UNREAD, None, f"{function}() names {table} and {column}, which isn't there under that name"


def _spread(part: ContractTable, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """`INSERT INTO history SELECT NEW.*` fails once the row has more columns than there is room for."""
    before, after = catalogs
    for owner in _written(part, after):
        table, old = after.tables.get(owner), before.tables.get(owner)
        for trigger in _firing(table) if old is not None else ():
            for function, body in called_bodies((trigger.function,), after):
                for target in body.positional if body.spreads_row else ():
                    was, now = before.table(target), after.table(target)
                    if table is None or old is None or was is None or now is None:
                        continue
                    if len(table.columns) - len(now.columns) > len(old.columns) - len(was.columns):
                        detail = f"{function}() inserts every column of {owner} into {now.name}, which has fewer"
                        yield "trigger-fails/42601", None, detail


def _tightened(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """Another table that a body writes takes less than before."""
    before, after = catalogs
    match change:
        case c.AddConstraint(table=name) | c.RetypeColumn(table=name) | c.SetNotNull(table=name):
            table = before.resolve(name)
        case c.SetRowSecurity(table=name, enabled=True) | c.CreateTrigger(table=name):
            table = before.resolve(name)
        case c.CreateIndex(index=index) if index.unique:
            table = before.resolve(index.table)
        case c.DropColumn(table=name):
            table = before.resolve(name)
        case _:
            return
    owners = _written(part, before)
    known = before.tables.get(table)
    if table in owners or known is None:
        return
    for function, body in reached_bodies(owners, after):
        targets = body.positional if isinstance(change, c.DropColumn) else body.written
        if any(before.resolve(target) == table for target in targets):
            yield UNREAD, None, f"{function}() writes {table}, which may refuse it now"


def _listed(body: Body, table: Name, column: str, catalog: Catalog) -> bool:
    """Whether it stands where an INSERT lists its columns, which is judged for certain."""
    return any(catalog.resolve(one.table) == table and column in one.columns for one in body.inserts)


def unnamed(change: c.Change, before: Catalog, after: Catalog) -> tuple[Name, str] | None:
    """The table and the name of a column that isn't there under it any more because of the change."""
    match change:
        case c.DropColumn(table=table, column=column) | c.RenameColumn(table=table, column=column):
            name = before.resolve(table)
            left = after.tables.get(name)
            return (name, column) if left is None or left.column(column) is None else None
        case _:
            return None
