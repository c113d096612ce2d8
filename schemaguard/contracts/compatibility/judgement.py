"""What a change breaks: what the catalog after it no longer gives, and the one before it did."""

import re
from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import meanings
from schemaguard.contracts.compatibility.access import disowned, revoked
from schemaguard.contracts.compatibility.arriving_rows import arriving_flaws
from schemaguard.contracts.compatibility.attributes import attribute_shifts
from schemaguard.contracts.compatibility.breakage import NEXT_COPY, Breakage, breakage
from schemaguard.contracts.compatibility.computed import query_functions, unlisted_function
from schemaguard.contracts.compatibility.counters import counter_flaws
from schemaguard.contracts.compatibility.domains import base_type
from schemaguard.contracts.compatibility.functions import function_flaws
from schemaguard.contracts.compatibility.partitions import partition_flaws
from schemaguard.contracts.compatibility.paths import path_flaws
from schemaguard.contracts.compatibility.positional import misplaced, spread
from schemaguard.contracts.compatibility.queried import parts_of_query, query_breakages
from schemaguard.contracts.compatibility.ran import ran_flaws
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.refreshed import refreshed_flaws
from schemaguard.contracts.compatibility.relation import Relation, relation
from schemaguard.contracts.compatibility.renamed_functions import followed
from schemaguard.contracts.compatibility.replaced import replaced
from schemaguard.contracts.compatibility.rights_below import rights_flaws
from schemaguard.contracts.compatibility.row_changes import row_flaws
from schemaguard.contracts.compatibility.rows_behind import rows_behind_flaws
from schemaguard.contracts.compatibility.satisfied import as_breakages, state
from schemaguard.contracts.compatibility.signed import refused_columns
from schemaguard.contracts.compatibility.transition import reader_shifts, writer_shifts
from schemaguard.contracts.compatibility.triggers import trigger_flaws
from schemaguard.contracts.compatibility.unlisted import UnlistedTable, shown_otherwise, unlisted
from schemaguard.contracts.compatibility.unlisted_types import unlisted_type_shifts
from schemaguard.contracts.compatibility.used_symbols import symbol_flaws
from schemaguard.contracts.compatibility.view_settings import view_settings
from schemaguard.contracts.compatibility.viewed import is_followed, retyped_under_view, seen_through_view
from schemaguard.contracts.compatibility.writing import is_left_out_in_vain
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.finding import Severity
from schemaguard.frozen import replace

Key = tuple[str, str, Name, str | None, str]


def breakages(contract: Contract, before: Catalog, after: Catalog, change: c.Change) -> tuple[Breakage, ...]:
    """What the change breaks or shifts for a contract: what flips between the two catalogs, blamed on the change."""
    parts = (part_breakages(contract, part, before, after, change) for part in contract.tables)
    return together(contract, (each for part in parts for each in part), (before, after), change)


def part_breakages(
    contract: Contract, part: ContractTable, before: Catalog, after: Catalog, change: c.Change
) -> tuple[Breakage, ...]:
    """What the change does to one table; of its contract, only the query and what it reads through count."""
    if is_followed(contract, part, change, before):
        return tuple(as_breakages(contract, part, trigger_flaws(part, (before, after), change)))
    before = followed(before, after)
    found: dict[Key, Breakage] = {}
    broken = {each.key for each in state(contract, part, before)}
    subjects = {(each[1], each[2], each[3]) for each in broken if each[0].startswith(("column-", "table-"))}
    for each in (
        *state(contract, part, after, before),
        *_between(contract, part, before, after),
        *_by(contract, part, (before, after), change),
        *_unlisted(contract, part, (before, after), change),
        *as_breakages(contract, part, _of_rows(part, (before, after), change)),
        *as_breakages(contract, part, path_flaws(part, before, change)),
        *as_breakages(contract, part, ran_flaws(part, (before, after), change)),
        *as_breakages(contract, part, function_flaws(contract, part, (before, after), change)),
        *as_breakages(contract, part, rows_behind_flaws(contract, part, before, change)),
        *as_breakages(contract, part, rights_flaws(contract, part, (before, after), change)),
        *as_breakages(contract, part, symbol_flaws(contract, part, (before, after), change)),
        *retyped_under_view(contract, part, change, before),
        *misplaced(contract, part, before, after),
        *spread(contract, part, before, change),
        *_attributes(contract, part, before, after),
        *as_breakages(contract, part, unlisted_type_shifts(part, before, change, contract.query)),
        *_functions(contract, part, (before, after), change),
        *as_breakages(contract, part, replaced(part, (before, after), change)),
    ):
        if isinstance(change, _RENAMINGS) and each.cause == "default-changed":
            continue  # A default means its sequence and functions, not their names.
        named = _named(each, contract, part, change, (before, after))
        named = seen_through_view(named, contract, change, before)
        if each.key not in broken and (named.access, named.table, named.column) not in subjects:
            found.setdefault(named.key, named)
    return tuple(found.values())


def together(
    contract: Contract, of_parts: Iterable[Breakage], catalogs: tuple[Catalog, Catalog], change: c.Change
) -> tuple[Breakage, ...]:
    """The breakages of a contract from those of its tables, with what its query and its signature say."""
    before, after = catalogs
    found: dict[Key, Breakage] = {}
    queried = (
        each
        for part in parts_of_query(contract, before)
        for each in part_breakages(contract, part, before, after, change)
        if each.cause not in _SAID_OF_QUERIES and not each.is_doubt and each.severity is not Severity.NOTE
    )
    for each in (*of_parts, *query_breakages(contract, before, after, change), *queried):
        found.setdefault(each.key, each)
    found = {key: each for key, each in found.items() if not _is_said_already(each, found.values())}
    if contract.signature:
        refused = {each.key for each in refused_columns(contract, before)}
        found.update((each.key, each) for each in refused_columns(contract, after) if each.key not in refused)
    return tuple(_late(each, contract) for each in found.values())


_SAID_OF_QUERIES = frozenset({"column-dropped", "column-renamed", "table-dropped", "table-moved", "default-changed"})
"""What is said of what a query names in its own words, and what only who promised something would feel."""
_RENAMINGS = (c.RenameObject, c.MoveObject, c.RenameTable, c.MoveTable)
_REMADE = frozenset({"values-converted", "definition-changed", "expression-changed"})


def _is_said_already(found: Breakage, others: Iterable[Breakage]) -> bool:
    """Whether other values in a column are the least of what another breakage of that column says."""
    return found.cause in _REMADE and any(
        (other.access, other.table, other.column) == (found.access, found.table, found.column)
        and other.cause not in _REMADE
        and other.severity is Severity.ERROR
        for other in others
    )


def _late(found: Breakage, contract: Contract) -> Breakage:
    """The breakage with how much later a copy shows it, where the contract says how old its copy may be."""
    if contract.reads_through != "copy" or contract.lag is None:
        return found
    return replace(found, effect=found.effect.replace(NEXT_COPY, f"{NEXT_COPY} (at most {contract.lag} later)"))


def _between(contract: Contract, part: ContractTable, before: Catalog, after: Catalog) -> Iterator[Breakage]:
    was, now = relation(part.table, before), relation(part.table, after)
    if was is None or now is None:
        return
    shifts = reader_shifts if part.access == "read" else writer_shifts
    yield from as_breakages(contract, part, shifts(part, was, now, (before, after)))


def _functions(
    contract: Contract, part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change
) -> Iterator[Breakage]:
    """What becomes of the functions that the feature query calls, told once, of the first table that is read."""
    first = next((each for each in contract.tables if each.access == "read"), None)
    if contract.query is not None and part is first:
        yield from as_breakages(contract, part, query_functions(contract.query, catalogs))
        yield from as_breakages(contract, part, unlisted_function(contract.query, catalogs[0], change))


def _attributes(contract: Contract, part: ContractTable, before: Catalog, after: Catalog) -> Iterator[Breakage]:
    """What becomes of the attributes of composite columns; a column of which nothing else is known has its own type."""
    was, now = relation(part.table, before), relation(part.table, after)
    for promise in part.promises:
        old, new = (shown.column(promise.column) if shown is not None else None for shown in (was, now))
        if old is not None and new is not None and not old.type.is_built_in:
            types, catalogs = (old.type, new.type), (before, after)
            shifts = attribute_shifts(promise.column, types, catalogs, contract.query, part.access)
            yield from as_breakages(contract, part, shifts)


def _by(
    contract: Contract, part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change
) -> Iterator[Breakage]:
    """What only the change itself tells: access, a star, and what happens to a table nobody knows the columns of."""
    before = catalogs[0]
    resolved = before.resolve(part.table)
    through = contract.reads_through
    match change:
        case c.RevokeAccess():
            yield from as_breakages(contract, part, revoked(part, catalogs, change))
        case c.ChangeOwner() if through != "view":
            # Under a contract view the views' owner has grants of its own, which a new owner of the table leaves.
            yield from as_breakages(contract, part, disowned(part, catalogs, change))
        case c.AddColumn(table=name, column=column) if before.resolve(name) == resolved and _takes_all(contract, part):
            yield breakage("star-query", part.access, (part.table, column.name), through)
        case c.RenameEnumValue(type=name, value=value, to=to):
            yield from _renamed_value(contract, part, catalogs, (name, value, to))
        case c.DropObject(kind="rule", on=Name() as name) if (
            before.resolve(name) == resolved and part.access == "write"
        ):
            detail = f"rule {change.object.name} is gone, which rewrote statements"
            yield breakage("trigger-unread", part.access, (part.table, None), through, detail)
        case c.SetColumnOption() | c.SetTableOption():
            yield from as_breakages(contract, part, view_settings(part, before, change))
        case _:
            return


def _unlisted(
    contract: Contract, part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change
) -> Iterator[Breakage]:
    before, after = catalogs
    was, now = relation(part.table, before), relation(part.table, after)
    if was is not None and now is not None:
        yield from as_breakages(contract, part, shown_otherwise(part, was, now, catalogs))
    if was is not None and was.is_open:
        asked = UnlistedTable(contract, part, was, now, before, after)
        yield from as_breakages(contract, part, unlisted(asked, change))


def _of_rows(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What becomes of rows that are there, and of those that are sent."""
    yield from row_flaws(part, catalogs, change)
    yield from refreshed_flaws(part, catalogs, change)
    yield from arriving_flaws(part, catalogs, change)
    yield from partition_flaws(part, catalogs, change)
    yield from trigger_flaws(part, catalogs, change)
    yield from counter_flaws(part, catalogs, change)


def _takes_all(contract: Contract, part: ContractTable) -> bool:
    is_star = contract.query is not None and re.search(
        r"select\s+(\w+\.)?\*|,\s*(\w+\.)?\*", contract.query, re.IGNORECASE
    )
    return part.access == "read" and bool(is_star)


def _renamed_value(
    contract: Contract, part: ContractTable, catalogs: tuple[Catalog, Catalog], renamed: tuple[Name, str, str]
) -> Iterator[Breakage]:
    type_, value, to = renamed
    before, after = catalogs
    if _has_label(after, type_, value) or _has_label(before, type_, value) is False:
        return  # It has it again, or it was given to it only in between.
    shown = relation(part.table, before)
    for promise in part.promises:
        column = shown.column(promise.column) if shown is not None else None
        base = base_type(column.type, before) if column is not None else None
        if base is not None and base.name == type_.name and (promise.enum is None or value in promise.enum):
            yield breakage(
                "value-renamed", part.access, (part.table, promise.column), contract.reads_through, f"{value} → {to}"
            )


def _has_label(catalog: Catalog, type_: Name, value: str) -> bool | None:
    """Whether the enum of that name has the label; None where there is no such enum, or it isn't known."""
    enum = next((catalog.enums[name] for name in meanings(catalog, type_) if name in catalog.enums), None)
    return value in enum.labels if enum is not None else None


def _named(
    found: Breakage, contract: Contract, part: ContractTable, change: c.Change, catalogs: tuple[Catalog, Catalog]
) -> Breakage:
    """The breakage under the code that says how the change brought it about."""
    code = found.cause
    if code == "column-dropped" and isinstance(change, c.RenameColumn) and change.column == found.column:
        return _as("column-renamed", found, contract, f"now {change.to}")
    if code == "table-dropped" and (to := _moved(change, part)) is not None:
        return _as("table-moved", found, contract, f"now {to}")
    if code in ("value-added", "value-removed") and isinstance(change, c.RenameEnumValue):
        return _as("value-renamed", found, contract, f"{change.value} → {change.to}")
    if code == "required-column-added" and found.column is not None:
        was = relation(part.table, catalogs[0])
        return _omitted(found, contract, was, found.column)
    return found


def _moved(change: c.Change, part: ContractTable) -> str | None:
    """What the change makes of the table's name; None where it gives nothing another name."""
    match change:
        case c.RenameObject(kind="schema", to=schema) | c.MoveTable(schema=schema) | c.MoveObject(schema=schema):
            return f"{schema}.{part.table.name}"
        case c.RenameTable(to=to) | c.RenameObject(to=to):
            return to
        case _:
            return None


def _omitted(found: Breakage, contract: Contract, was: Relation | None, name: str) -> Breakage:
    old = was.column(name) if was is not None else None
    if old is None or is_left_out_in_vain(old):
        return found
    return _as("default-dropped" if old.not_null else "null-refused", found, contract, "")


def _as(code: str, found: Breakage, contract: Contract, detail: str) -> Breakage:
    return breakage(code, found.access, (found.table, found.column), contract.reads_through, detail)
