"""A catalog for the eye: every table with its columns, constraints and indexes; and how two catalogs differ."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from schemaguard.catalog import description
from schemaguard.catalog.diff import Difference
from schemaguard.catalog.fold.draft import indexed
from schemaguard.catalog.objects import (
    Catalog,
    Column,
    Domain,
    EnumType,
    Table,
    View,
)
from schemaguard.report.visible import visible

_Named = TypeVar("_Named", Table, View, EnumType, Domain)
_WIDEST_TYPE = 32
_KINDS = 12
"""Room for `foreign key` and its like."""


def show(catalog: Catalog, console: Console, summary: str) -> None:
    """Print the catalog, and below it where it comes from and how much it is."""
    catalog = indexed(catalog)
    tables = [table for table in _sorted(catalog.tables.values()) if table.persistence != "temporary"]
    for table in tables:
        _print(_table(table, catalog), console)
    for view in _sorted(catalog.views.values()):
        _print(_view(view), console)
    for enum in _sorted(catalog.enums.values()):
        labels = ", ".join(enum.labels)
        _print([_heading(str(enum.name), "enum"), Text(f"  {visible(labels)}")], console)
    for domain in _sorted(catalog.domains.values()):
        checks = "".join(f"  check {check.definition}" for check in domain.checks)
        spelled = f"  {domain.base.spelling}{'  not null' * domain.not_null}{checks}"
        _print([_heading(str(domain.name), "domain"), Text(visible(spelled))], console)
    counts = [
        _count(len(tables), "table"),
        _count(sum(len(table.columns) for table in tables), "column"),
        *(_count(len(found), word) for found, word in ((catalog.views, "view"), (catalog.enums, "enum")) if found),
        f"{catalog.opaque} opaque",
    ]
    console.print(Text(f"{visible(summary)} · {', '.join(counts[:-1])} · {counts[-1]}", "bold"), soft_wrap=True)


def show_differences(differences: Sequence[Difference], console: Console, left: str, right: str) -> None:
    """Print what the right catalog has otherwise than the left one."""
    for difference in differences:
        missing_left, missing_right = difference.left is None, difference.right is None
        style = "green" if missing_left else "red" if missing_right else "yellow"
        console.print(Text(visible(str(difference)), style), soft_wrap=True)
    if not differences:
        console.print(Text(f"{visible(left)} and {visible(right)} are equal", "bold green"), soft_wrap=True)
        return
    said = f"{_count(len(differences), 'difference')}: - {left} has it, + {right} has it, ~ both have it, but differ"
    console.print(Text(visible(said), "bold"), soft_wrap=True)


def _sorted(objects: Iterable[_Named]) -> list[_Named]:
    return sorted(objects, key=lambda made: (made.name.schema or "", made.name.name))


def _print(lines: Iterable[Text], console: Console) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print()


def _heading(name: str, kind: str) -> Text:
    return Text.assemble((visible(name), "bold cyan"), "  ", (kind, "dim"))


def _table(table: Table, catalog: Catalog) -> Iterator[Text]:
    notes: list[str] = []
    if table.persistence != "permanent":
        notes.append(table.persistence)
    if table.partition_by:
        notes.append(f"partitioned by {table.partition_by}")
    if table.partition_of:
        notes.append(f"partition of {table.partition_of} {table.partition_bound or ''}".rstrip())
    if table.row_security:
        notes.append("row security")
    if table.open:
        notes.append("created elsewhere: it may have more columns")
    yield _heading(str(table.name), ", ".join(["table", *map(visible, notes)]))
    yield from _columns(table.columns)
    for constraint in table.constraints:
        yield _row(*description.constraint(constraint))
    for name in catalog.indexes_of.get(table.name, ()):
        index = catalog.indexes[name]
        if index.constraint is None:
            yield _row(*description.index(index))


def _columns(columns: Sequence[Column]) -> Iterator[Text]:
    names = [visible(column.name) for column in columns]
    types = [visible(column.type.spelling) for column in columns]
    widest_name = max([_KINDS, *map(len, names)])
    widest_type = min(_WIDEST_TYPE, max([0, *map(len, types)]))
    for column, name, type_ in zip(columns, names, types, strict=True):
        text = Text.assemble("  ", (name.ljust(widest_name), ""), "  ", (type_.ljust(widest_type), "green"))
        text.append("  not null" if column.not_null else "          ", "dim")
        if column.identity:
            text.append(f"  identity {column.identity}", "dim")
        if column.generated:
            text.append(f"  generated {visible(column.generated)}", "dim")
        if column.default is not None:
            text.append(f"  default {visible(column.default)}", "dim")
        text.rstrip()
        yield text


def _row(kind: str, what: str, name: str | None) -> Text:
    return Text.assemble(
        "  ", (kind.ljust(_KINDS), "magenta"), "  ", visible(what), (f"  {visible(name)}" if name else "", "dim")
    )


def _view(view: View) -> Iterator[Text]:
    yield _heading(str(view.name), "materialized view" if view.materialized else "view")
    if view.columns is None:
        yield Text("  its columns aren't known", "yellow")
    else:
        yield from _columns(view.columns)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
