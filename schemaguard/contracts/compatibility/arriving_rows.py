"""Rows and values that arrive by a statement, and may break a promise that no constraint of the table keeps.

What a constraint keeps out the server keeps out: such a statement fails itself.
"""

import re
from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.literals import plain_literals
from schemaguard.catalog.objects import Catalog, Column, Name, Table
from schemaguard.contracts.compatibility.bounds import Limit, is_within, promised_bounds
from schemaguard.contracts.compatibility.domains import base_type
from schemaguard.contracts.compatibility.reading import (
    Flaw,
    is_required,
    possible_values,
    promised_bounds_kept,
    unique_sets,
)
from schemaguard.contracts.compatibility.relation import Relation, relation
from schemaguard.contracts.compatibility.rowsource import below_view, family, stores
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.contract import ContractTable, Promise
from schemaguard.frozen import replace

_CAST = r"(?:\s*::\s*[\w .\"()\[\]]+)?"
_NULL = re.compile(rf"\s*null{_CAST}\s*", re.IGNORECASE)
_LITERAL = re.compile(rf"(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|(true|false)){_CAST}", re.IGNORECASE)
_FILLING = re.compile(r'coalesce\s*\(\s*(?:"?\w+"?\.)?"?\w+"?\s*,\s*([^()]+)\)\Z', re.IGNORECASE)
_UNKNOWN = ""


def arriving_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What of the promises to a reader the rows that arrive with the change may break."""
    # A migration may have changed the table since it began: what stands at its end is kept of every row.
    after = catalogs[1]
    shown = relation(part.table, after)
    if part.access != "read" or shown is None:
        return
    match change:
        case c.InsertRows(table=table):
            known = after.table(below_view(table, after))
            if known is not None:
                values = _inserted(change, known)
                if known.open:
                    values = _unlisted(part, change, known) | values
                    yield from _nulls(part, known, change)
                yield from _sent(part, shown, known, values, after, only=known.partition_by is None)
        case c.UpdateRows(table=table, only=only):
            known = after.table(below_view(table, after))
            if known is not None:
                yield from _sent(part, shown, known, _assigned(change, after), after, only=only)
        case (
            c.AttachPartition(partition=child, is_empty=False)
            | c.SetInheritance(table=child, inherits=True, is_empty=False)
        ):
            yield from _joining(part, shown, catalogs, after.resolve(child))
            if shown.is_open and isinstance(change, c.SetInheritance):
                yield from _joining_unlisted(part, change, after)
        case _:
            return


def _unlisted(part: ContractTable, change: c.InsertRows, table: Table) -> dict[str, list[str]]:
    """What an INSERT without a list of columns may give those that nobody has listed: anything."""
    if change.columns is not None and not (change.from_query and not change.columns):
        return {}
    return {promise.column: [_UNKNOWN] for promise in part.promises if table.column(promise.column) is None}


def _nulls(part: ContractTable, table: Table, change: c.InsertRows) -> Iterator[Flaw]:
    """NULL that is written out for a column of which isn't known whether it lets it in."""
    for at, name in enumerate(change.columns or ()):
        promise, column = part.promise(name), table.column(name)
        is_unknown = column is None or not column.is_listed
        is_null = any(at < len(row) and _NULL.fullmatch(row[at]) for row in change.values)
        if promise is not None and promise.required and is_unknown and is_null:
            yield DOUBT, name, "NULL is written, and it isn't known whether the column lets it in"


def _sent(
    part: ContractTable, shown: Relation, table: Table, values: dict[str, list[str]], catalog: Catalog, *, only: bool
) -> Iterator[Flaw]:
    """What of the values is felt: by who reads the table, and by who reads one of its children that they may reach."""
    read = stores(part.table, catalog)
    if table.name in read:
        yield from _written(part, shown, table, values, catalog)
        return
    for name in sorted(family(table.name, catalog, only=only) & read, key=str):
        child = catalog.tables[name]
        for _, column, _ in _written(part, shown, child, values, catalog):
            yield DOUBT, column, f"whether what is written gets into {name} isn't known"


def _written(
    part: ContractTable, shown: Relation, table: Table, values: dict[str, list[str]], catalog: Catalog
) -> Iterator[Flaw]:
    """What of the values, column by column, no constraint of the table keeps within what was promised."""
    for promise in part.promises:
        home = shown.home(promise.column)
        if home is None or home[0].name not in (table.name, *_parents(table)):
            continue
        own = table.column(home[1].name) or home[1]
        left = unkept(promise, own, table, catalog)
        if own.name in values and left is not None:
            yield from _broken(promise.column, left, values[own.name])


def _parents(table: Table) -> tuple[Name, ...]:
    return (*table.inherits, *((table.partition_of,) if table.partition_of is not None else ()))


def _joining(part: ContractTable, shown: Relation, catalogs: tuple[Catalog, Catalog], child: Name) -> Iterator[Flaw]:
    """The rows of a table that becomes a partition or a child: its own constraints count."""
    before, after = catalogs
    table = after.tables.get(child)
    if table is None or child not in stores(part.table, after) - stores(part.table, before):
        return
    for promise in part.promises:
        home = shown.home(promise.column)
        column = table.column(home[1].name) if home is not None else None
        left = unkept(promise, column, table, after) if column is not None else None
        if left is not None:
            yield DOUBT, promise.column, f"whether the rows of {child} are {left.in_words} isn't known"


def _joining_unlisted(part: ContractTable, change: c.SetInheritance, catalog: Catalog) -> Iterator[Flaw]:
    """The same of a child of which nothing is known; partitions are attached every day, and have their table's keys."""
    if catalog.resolve(change.parent) != catalog.resolve(part.table):
        return
    for promise in part.promises:
        left = replace(promise, required=False)
        if left.in_words:
            yield DOUBT, promise.column, f"whether the rows of {change.table} are {left.in_words} isn't known"


def unkept(promise: Promise, column: Column, table: Table, catalog: Catalog) -> Promise | None:
    """What of the promise no constraint of the table keeps; None where all of it is kept."""
    low, high = promised_bounds_kept(promise, table, column.name)
    possible = possible_values(column, table, catalog)
    is_listed = promise.enum is not None and possible is not None and possible <= set(promise.enum)
    type_ = base_type(column.type, catalog)
    is_short = promise.max_length is not None and bool(type_.modifiers) and type_.modifiers[0] <= promise.max_length
    left = replace(
        promise,
        required=promise.required and not is_required(column, table),
        unique=promise.unique and frozenset({column.name}) not in unique_sets(table, catalog),
        minimum=None if low else promise.minimum,
        exclusive_minimum=None if low else promise.exclusive_minimum,
        maximum=None if high else promise.maximum,
        exclusive_maximum=None if high else promise.exclusive_maximum,
        max_length=None if is_short else promise.max_length,
        enum=None if is_listed else promise.enum,
    )
    if table.open and not column.is_listed:
        # Which keys it has and whether it is required isn't known; that a history of its own says.
        left = replace(left, required=False, unique=False)
    return left if left.in_words else None


def _broken(column: str, left: Promise, values: Iterable[str]) -> Iterator[Flaw]:
    found = dict.fromkeys(flaw for value in values if (flaw := _flaw(left, value)) is not None)
    certain = [flaw for flaw in found if flaw[0] != DOUBT]
    for code, detail in certain or found:
        yield code, column, detail


def _flaw(left: Promise, text: str) -> tuple[str, str] | None:
    """The cause and the detail of what a value breaks, a doubt where it isn't known which value it is."""
    if _NULL.fullmatch(text):
        return ("null-possible", "NULL is written") if left.required else None
    value = _literal(text)
    if value is None:
        return DOUBT, f"whether what is written is {left.in_words} isn't known"
    if left.enum is not None and value not in left.enum:
        return "value-added", f"{value} is written"
    if left.max_length is not None and len(value) > left.max_length:
        return "range-widened", f"{len(value)} characters are written"
    if not _is_between(left, value):
        return "range-widened", f"{value} is written"
    return (DOUBT, "whether what is written is unique isn't known") if left.unique else None


def _is_between(left: Promise, value: str) -> bool:
    """Whether the promised bounds hold of the value; bounds are promised of numbers."""
    promised = promised_bounds(left)
    try:
        number = float(value)
    except ValueError:
        return True
    is_high_enough = promised.minimum is None or is_within(Limit(number), promised.minimum)
    return is_high_enough and (promised.maximum is None or is_within(Limit(-number), promised.maximum))


def _literal(text: str) -> str | None:
    """The value of a literal, perhaps cast or filled in where there is none; None where it isn't written out."""
    inner = _FILLING.fullmatch(text.strip())
    found = _LITERAL.fullmatch(plain_literals((inner[1] if inner is not None else text).strip()))
    if found is None:
        return None
    return found[1].replace("''", "'") if found[1] is not None else found[2] or found[3].lower()


def _inserted(change: c.InsertRows, table: Table) -> dict[str, list[str]]:
    """Column → the SQL of what an INSERT gives it, row by row; empty where that isn't known."""
    is_any = change.columns is None or (change.from_query and not change.columns)
    listed = tuple(column.name for column in table.columns) if is_any else change.columns or ()
    is_known = bool(change.values) and all(len(row) == len(listed) for row in change.values)
    found = {column: [row[at] for row in change.values] if is_known else [_UNKNOWN] for at, column in enumerate(listed)}
    for column in table.columns:
        given = found.setdefault(column.name, ["DEFAULT"])
        default = column.filling or ("NULL" if column.generated is None and column.identity is None else _UNKNOWN)
        found[column.name] = [default if text.strip().upper() == "DEFAULT" else text for text in given]
    return found


def _assigned(change: c.UpdateRows, catalog: Catalog) -> dict[str, list[str]]:
    """Column of the table below → the SQL of what an UPDATE assigns it."""
    through = relation(change.table, catalog)
    found: dict[str, list[str]] = {}
    values = change.values or (_UNKNOWN,) * len(change.columns)
    for column, text in zip(change.columns, values, strict=True):
        home = through.home(column) if through is not None else None
        if column not in change.unchanged:
            found[home[1].name if home is not None else column] = [text]
    return found
