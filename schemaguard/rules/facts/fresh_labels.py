"""Values of an enum that are used in the transaction that adds them, which the server refuses with 55P04.

https://www.postgresql.org/docs/18/sql-altertype.html: "the new value cannot be used until after the transaction has
been committed". Of a type that the same transaction made, it can.
"""

from collections.abc import Iterator, Mapping, Sequence

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    Change,
    CreateIndex,
    CreateTable,
    DeleteRows,
    InsertRows,
    SetDefault,
    UpdateRows,
)
from schemaguard.catalog.objects import Catalog, Column, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass
from schemaguard.rules.facts.context import Context
from schemaguard.sql.reading.tokens import QUOTED, STRING, WORD, Token, tokenize

_COMPARES = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_OTHER_RELATIONS = frozenset({"select", "join", "using", "with"})


@dataclass(frozen=True, slots=True)
class Used:
    """A label that is used too early."""

    enum: Name
    label: str


def used(change: Change, context: Context) -> Used | None:
    """The label that the statement of a change uses, and that its own transaction has added before."""
    if isinstance(change, AddEnumValue) or context.step.autocommit or context.step.conditional:
        return None
    fresh = _fresh(context)
    if not fresh:
        return None
    tokens, _ = tokenize(context.step.statement.sql)
    if not any(token.kind == STRING and token.value in labels for token in tokens for labels in fresh.values()):
        return None
    for enum, labels in fresh.items():
        for label in _labels(change, context.before, enum, tokens):
            if label in labels:
                return Used(enum, label)
    return None


def _fresh(context: Context) -> Mapping[Name, set[str]]:
    """Enum → the labels that the transaction has added so far, of enums that were there before it."""
    found: dict[Name, set[str]] = {}
    begin: Catalog | None = None
    for step in context.run.steps:
        if step is context.step:
            break
        if step.autocommit or step.transaction != context.step.transaction:
            continue
        begin = begin or step.before
        for change in step.changes:
            if isinstance(change, AddEnumValue) and not step.conditional:
                enum = _enum(step.before, Type(change.type.name, change.type.schema))
                if enum is not None and enum in begin.enums and change.value not in begin.enums[enum].labels:
                    found.setdefault(enum, set()).add(change.value)
    return found


def _enum(catalog: Catalog, type_: Type) -> Name | None:
    """The enum that a type is, as the search_path finds it."""
    if type_.dimensions or type_.is_built_in:
        return None
    schemas = (type_.schema,) if type_.schema is not None else (*catalog.search_path,)
    return next((Name(type_.name, schema) for schema in schemas if Name(type_.name, schema) in catalog.enums), None)


def _labels(change: Change, catalog: Catalog, enum: Name, tokens: Sequence[Token]) -> Iterator[str]:
    """The literals of a statement that certainly become values of the enum."""
    yield from _cast(catalog, enum, tokens)
    match change:
        case AddColumn(column=column):
            yield from _default((column,), catalog, enum)
        case CreateTable(table=table):
            yield from _default(table.columns, catalog, enum)
        case SetDefault(table=name, column=column_name, default=expression):
            known = _table(catalog, name)
            target = known.column(column_name) if known is not None else None
            if target is not None and _enum(catalog, target.type) == enum:
                yield from _literal(expression)
        case UpdateRows(table=name) | DeleteRows(table=name) | AddConstraint(table=name):
            yield from _compared(_table(catalog, name), catalog, enum, tokens)
        case CreateIndex(index=index):
            yield from _compared(_table(catalog, index.table), catalog, enum, tokens)
        case InsertRows(table=name, columns=columns):
            yield from _inserted(_table(catalog, name), columns, catalog, enum, tokens)
        case _:
            return


def _table(catalog: Catalog, name: Name) -> Table | None:
    found = catalog.tables.get(catalog.resolve(name))
    return None if found is None or found.open else found


def _default(columns: Sequence[Column], catalog: Catalog, enum: Name) -> Iterator[str]:
    for column in columns:
        if column.default is not None and _enum(catalog, column.type) == enum:
            yield from _literal(column.default)


def _literal(expression: str) -> Iterator[str]:
    tokens, _ = tokenize(expression)
    if len(tokens) == 1 and tokens[0].kind == STRING:
        yield tokens[0].value


def _cast(catalog: Catalog, enum: Name, tokens: Sequence[Token]) -> Iterator[str]:
    """`'x'::enum` and `CAST('x' AS enum)`."""
    for at, token in enumerate(tokens[:-2]):
        behind = tokens[at + 1].key
        is_cast = behind == "::" or (behind == "as" and at > 1 and tokens[at - 2].key == "cast")
        if token.kind == STRING and is_cast and _enum(catalog, _type(tokens, at + 2)) == enum:
            yield token.value


def _type(tokens: Sequence[Token], at: int) -> Type:
    """The name of a type; an array of it is another type."""
    parts = [tokens[at].value]
    while at + 2 < len(tokens) and tokens[at + 1].key == ".":
        at += 2
        parts.append(tokens[at].value)
    is_array = at + 1 < len(tokens) and tokens[at + 1].key == "["
    return Type(parts[-1], parts[-2] if len(parts) > 1 else None, dimensions=int(is_array))


def _compared(table: Table | None, catalog: Catalog, enum: Name, tokens: Sequence[Token]) -> Iterator[str]:
    """Literals that stand behind a column of the enum and `=` or the like, or in its IN list; of one table alone."""
    keys = [token.key for token in tokens]
    if table is None or not _OTHER_RELATIONS.isdisjoint(keys) or keys.count("from") > (keys[0] == "delete"):
        return
    columns = {column.name for column in table.columns if _enum(catalog, column.type) == enum}
    for at, token in enumerate(tokens[:-2]):
        if token.kind not in (WORD, QUOTED) or token.value not in columns:
            continue
        if tokens[at + 1].key in _COMPARES and tokens[at + 2].kind == STRING:
            yield tokens[at + 2].value
        elif tokens[at + 1].key == "in":
            end = next((n for n in range(at + 2, len(tokens)) if keys[n] == ")"), at)
            yield from (tokens[n].value for n in range(at + 2, end) if tokens[n].kind == STRING)


def _inserted(
    table: Table | None, columns: tuple[str, ...] | None, catalog: Catalog, enum: Name, tokens: Sequence[Token]
) -> Iterator[str]:
    """Literals in VALUES at the place of a column of the enum."""
    if table is None or not _OTHER_RELATIONS.isdisjoint(token.key for token in tokens):
        return
    order = columns if columns is not None else tuple(column.name for column in table.columns)
    at = next((n for n, token in enumerate(tokens) if token.key == "values"), len(tokens))
    depth = place = 0
    for before, token in zip(tokens[at:], tokens[at + 1 :], strict=False):
        if token.key == "(":
            depth, place = depth + 1, place if depth else 0
        elif token.key == ")":
            depth -= 1
        elif token.key == "," and depth == 1:
            place += 1
        elif token.kind == STRING and depth == 1 and before.key in ("(", ",") and place < len(order):
            column = table.column(order[place])
            if column is not None and _enum(catalog, column.type) == enum:
                yield token.value
