"""Constraints: of a table, and what they share with those of a column."""

from schemaguard.catalog.objects import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    ReferentialAction,
    Unique,
)
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.expressions import columns_between
from schemaguard.sql.reading.syntax.expressions import any_operator
from schemaguard.sql.reading.syntax.statements import index_element

STARTS = frozenset({"constraint", "check", "unique", "primary", "exclude", "foreign"})
"""What an element of CREATE TABLE starts with that is not a column; `not` and `like` are looked at apart."""


@dataclass(frozen=True, slots=True)
class NotNull:
    """NOT NULL written as a constraint of the table (PostgreSQL 18)."""

    name: str | None
    column: str
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Attributes:
    """What may follow any constraint."""

    deferrable: bool = False
    initially_deferred: bool = False
    valid: bool = True
    no_inherit: bool = False
    enforced: bool = True


def table_constraint(cursor: Cursor) -> tuple[Constraint | NotNull, str | None]:
    """One constraint of a table, and the index that it takes over, if any."""
    name = cursor.identifier() if cursor.accept("constraint") else None
    if cursor.accept("check"):
        return check(cursor, name), None
    if cursor.accept("not", "null"):
        column = cursor.identifier()
        return NotNull(name, column, attributes(cursor).valid), None
    if cursor.accept("unique"):
        return _unique(cursor, name)
    if cursor.accept("primary", "key"):
        return _primary_key(cursor, name)
    if cursor.accept("exclude"):
        return _exclusion(cursor, name), None
    if cursor.accept("foreign", "key"):
        columns, _ = _period_columns(cursor)
        cursor.expect("references")
        return references(cursor, name, columns), None
    raise cursor.refusal("a constraint")


def check(cursor: Cursor, name: str | None, *, of_column: bool = False) -> Check:
    """What follows CHECK."""
    begin = cursor.at + 1
    definition = cursor.enclosed_expression()
    columns = columns_between(cursor, begin, cursor.at - 1)
    given = attributes(cursor, of_column=of_column)
    return Check(name, definition, columns, valid=given.valid and given.enforced, no_inherit=given.no_inherit)


def _unique(cursor: Cursor, name: str | None) -> tuple[Unique, str | None]:
    if cursor.accept("using", "index"):
        index = cursor.identifier()
        given = attributes(cursor)
        return Unique(name, (), (), True, given.deferrable, given.initially_deferred), index
    distinct = nulls_distinct(cursor)
    columns, is_period = _period_columns(cursor)
    include = index_parameters(cursor)
    given = attributes(cursor)
    deferral = (given.deferrable, given.initially_deferred)
    return Unique(name, columns, include, distinct, *deferral, without_overlaps=is_period), None


def _primary_key(cursor: Cursor, name: str | None) -> tuple[PrimaryKey, str | None]:
    if cursor.accept("using", "index"):
        index = cursor.identifier()
        given = attributes(cursor)
        return PrimaryKey(name, (), (), given.deferrable, given.initially_deferred), index
    columns, is_period = _period_columns(cursor)
    include = index_parameters(cursor)
    given = attributes(cursor)
    key = PrimaryKey(name, columns, include, given.deferrable, given.initially_deferred, without_overlaps=is_period)
    return key, None


def _period_columns(cursor: Cursor) -> tuple[tuple[str, ...], bool]:
    """Column names in parentheses, and whether the last is WITHOUT OVERLAPS; it may be a period."""
    cursor.expect("(")
    found: list[str] = []
    while True:
        if cursor.key == "period" and cursor.peek() not in (",", ")"):
            cursor.take()
        found.append(cursor.identifier())
        is_period = cursor.accept("without", "overlaps")
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found), is_period


def nulls_distinct(cursor: Cursor) -> bool:
    """NULLS [NOT] DISTINCT; True where nothing is said."""
    if cursor.accept("nulls", "not", "distinct"):
        return False
    cursor.accept("nulls", "distinct")
    return True


def index_parameters(cursor: Cursor) -> tuple[str, ...]:
    """INCLUDE, WITH and USING INDEX TABLESPACE behind a key; the included columns."""
    include = cursor.identifiers() if cursor.accept("include") else ()
    if cursor.accept("with"):
        cursor.options()
    if cursor.accept("using", "index", "tablespace"):
        cursor.identifier()
    return include


def _exclusion(cursor: Cursor, name: str | None) -> Exclusion:
    method = cursor.identifier() if cursor.accept("using") else "btree"
    cursor.expect("(")
    elements: list[tuple[str, str]] = []
    while True:
        element = cursor.follow(index_element, "with", ",").strip()
        cursor.expect("with")
        begin = cursor.at
        cursor.follow(any_operator, ",")
        elements.append((element, cursor.since(begin)))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    index_parameters(cursor)
    predicate = cursor.enclosed_expression() if cursor.accept("where") else None
    attributes(cursor)
    return Exclusion(name, tuple(elements), method, predicate)


def references(cursor: Cursor, name: str | None, columns: tuple[str, ...], *, of_column: bool = False) -> ForeignKey:
    """What follows REFERENCES."""
    table = cursor.name()
    found = ForeignKey(name, columns, table, _period_columns(cursor)[0] if cursor.key == "(" else ())
    while True:
        if cursor.accept("match"):
            found = replace(found, match_full=cursor.accept_one("full", "partial", "simple") == "full")
        elif cursor.accept("on", "delete"):
            found = replace(found, on_delete=_action(cursor))
        elif cursor.accept("on", "update"):
            found = replace(found, on_update=_action(cursor, takes_columns=False))
        else:
            break
    given = attributes(cursor, of_column=of_column)
    return replace(
        found,
        valid=given.valid and given.enforced,
        deferrable=given.deferrable,
        initially_deferred=given.initially_deferred,
    )


def _action(cursor: Cursor, *, takes_columns: bool = True) -> ReferentialAction:
    if cursor.accept("no", "action"):
        return "NO ACTION"
    if cursor.accept("restrict"):
        return "RESTRICT"
    if cursor.accept("cascade"):
        return "CASCADE"
    found: ReferentialAction = "SET NULL" if cursor.accept("set", "null") else "SET DEFAULT"
    if found == "SET DEFAULT":
        cursor.expect("set", "default")
    if cursor.key == "(":
        if not takes_columns:
            raise cursor.refusal("no list of columns, which is for ON DELETE,")
        cursor.identifiers()
    return found


def attributes(cursor: Cursor, *, of_column: bool = False) -> Attributes:
    """DEFERRABLE, INITIALLY …, NOT VALID, NO INHERIT, [NOT] ENFORCED, in any order.

    Where a column's conflict, it isn't the parser that refuses them.
    """
    given: set[str] = set()
    while cursor.key in _ATTRIBUTE_STARTS:
        begin = cursor.at
        found = next((words for words in _ATTRIBUTES if cursor.accept(*words.split())), None)
        if found is None:
            break
        if not of_column and any(found in pair and pair & given - {found} for pair in _CONFLICTING):
            cursor.move(begin)
            raise cursor.refusal("no property that conflicts with one before it")
        given.add(found)
    return Attributes(
        deferrable=not given.isdisjoint(("deferrable", "initially deferred")),
        initially_deferred="initially deferred" in given,
        valid="not valid" not in given,
        no_inherit="no inherit" in given,
        enforced="not enforced" not in given,
    )


_ATTRIBUTE_STARTS = ("deferrable", "not", "initially", "no", "enforced")
_ATTRIBUTES = (
    "deferrable", "not deferrable", "initially deferred", "initially immediate", "not valid", "no inherit", "enforced",
    "not enforced",
)  # fmt: skip
_CONFLICTING: tuple[frozenset[str], ...] = (
    frozenset({"deferrable", "not deferrable"}),
    frozenset({"initially deferred", "not deferrable"}),
    frozenset({"initially deferred", "initially immediate"}),
    frozenset({"enforced", "not enforced"}),
)
"""Pairs of which a table's constraint has at most one: `ConstraintAttributeSpec` of gram.y."""
