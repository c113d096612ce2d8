"""What of a change only the statements before it in its revision, or the parameters beside it, tell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from schemaguard.catalog.changes import (
    AttachPartition,
    Change,
    CreateTable,
    CreateView,
    DeleteRows,
    InsertRows,
    Opaque,
    RefreshView,
    SetInheritance,
    TruncateTable,
    UpdateRows,
)
from schemaguard.catalog.objects import Catalog, Name, View
from schemaguard.contracts.compatibility.ran import effects
from schemaguard.frozen import replace
from schemaguard.history.revision import Step
from schemaguard.rules.facts.made import Made

_OF_ROWS = InsertRows | UpdateRows | DeleteRows | TruncateTable
_PARAMETER = re.compile(r"%\((\w+)\)s|%s|\$(\d+)")
_ONLY_PARAMETER = re.compile(r"(?:%\((\w+)\)s|%s|\$(\d+))(?:::[\w .,()\[\]]+)?\Z")


class Foregoing:
    """The changes of rows that a revision has made so far, and the materialised views that it has filled."""

    __slots__ = ("_changes", "_filled")

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._filled: set[Name] | None = set()

    def told(self, change: Change, step: Step, before: Catalog, made: Made) -> Change:
        """The change with what is known of it here; it is remembered for those that follow."""
        found = _with_parameters(change, step)
        match found:
            case RefreshView(with_data=True) | CreateView(view=View(materialized=True, populated=True)):
                earlier = tuple(self._changes)
                self._changes.append(found)
                is_another = isinstance(found, CreateView) and not made.dropped_views
                return found if is_another else replace(found, brings=earlier)
            case AttachPartition(partition=child) | SetInheritance(table=child, inherits=True):
                found = replace(found, is_empty=self._is_empty(before.resolve(child), made))
            case _:
                pass
        self._note(found, before)
        return found

    def _is_empty(self, table: Name, made: Made) -> bool:
        return table in made.tables and self._filled is not None and table not in self._filled

    def _note(self, change: Change, before: Catalog) -> None:
        if isinstance(change, _OF_ROWS):
            self._changes += [change, *(effect for _, effect in effects(change, before) if effect != change)]
        for table in _filled(change):
            if self._filled is not None and table is not None:
                self._filled.add(before.resolve(table))
            else:
                self._filled = None


def _filled(change: Change) -> Iterator[Name | None]:
    """The tables that may have rows after it; None for any."""
    match change:
        case InsertRows(table=table):
            yield table
        case CreateTable(table=made, as_query=str()):
            yield made.name
        case Opaque(names=None):
            yield None
        case Opaque(names=frozenset() as names):
            yield from names
        case _:
            return


def _with_parameters(change: Change, step: Step) -> Change:
    """The change with the values of parameters in the place of their marks, once for each set of them."""
    if step.parameters is None or not isinstance(change, InsertRows | UpdateRows) or not change.values:
        return change
    sets = step.parameters if step.many and isinstance(step.parameters, list | tuple) else [step.parameters]
    if isinstance(change, UpdateRows):
        return replace(change, values=_row(change.values, sets[0]) if len(sets) == 1 else ("",) * len(change.values))
    return replace(change, values=tuple(row for one in sets for row in _rows(change.values, one)))


def _rows(rows: Sequence[tuple[str, ...]], parameters: object) -> Iterator[tuple[str, ...]]:
    passed = 0
    for row in rows:
        yield _row(row, parameters, passed)
        passed += sum(text.count("%s") for text in row)


def _row(row: Sequence[str], parameters: object, passed: int = 0) -> tuple[str, ...]:
    found = []
    for text in row:
        found.append(_value(text, parameters, passed))
        passed += text.count("%s")
    return tuple(found)


def _value(text: str, parameters: object, passed: int) -> str:
    """The SQL with a parameter's value where it is nothing but that parameter; empty where it only has one in it."""
    alone = _ONLY_PARAMETER.fullmatch(text.strip())
    if alone is None:
        return "" if _PARAMETER.search(text) else text
    if alone[1] is not None:
        return _literal(parameters[alone[1]]) if isinstance(parameters, Mapping) and alone[1] in parameters else ""
    place = int(alone[2]) - 1 if alone[2] is not None else passed
    known = isinstance(parameters, list | tuple) and 0 <= place < len(parameters)
    return _literal(parameters[place]) if known and isinstance(parameters, list | tuple) else ""


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return ""
