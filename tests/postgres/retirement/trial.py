"""One case on a real server: really dropped first, for comparison, then retired, written to, and restored.

All of it happens in one transaction that is rolled back, so that a case costs milliseconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import DropColumn, DropTable
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.retirability import retirability
from schemaguard.frozen import dataclass
from tests.postgres.retirement.cases import Case

ORDER = ("instant", "slow", "needs values", "impossible")

Connection = psycopg.Connection[tuple[Any, ...]]

_NUMBER = """\
select c.oid, coalesce((select attnum from pg_attribute where attrelid = c.oid and attname = %(column)s), 0)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where format('%%s.%%s', n.nspname, c.relname) = %(table)s or (n.nspname = 'public' and c.relname = %(table)s)"""


class _UndoneError(Exception):
    """Takes back what a block did."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a case; `wrong` is empty where everything is right."""

    refused: str | None
    cls: str = ""
    predicted: str = ""
    """The class that `check` says of the drop, by the catalog alone."""
    debts: frozenset[str] = frozenset()
    wrong: tuple[str, ...] = ()


def tried(connection: Connection, case: Case) -> Trial:
    """Carry a case out and compare; nothing of it stays."""
    found: list[Trial] = []
    with undone(connection):
        for statement in case.tables:
            connection.execute(statement.encode())
        connection.execute("set constraints all immediate")
        found.append(_tried(connection, case))
    return found[0]


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Whatever happens in the block is taken back at its end."""
    try:
        with connection.transaction():
            yield
            raise _UndoneError
    except _UndoneError:
        pass


def _tried(connection: Connection, case: Case) -> Trial:
    before, values = read_catalog(connection), _values(connection, case)
    predicted = _predicted(before, case)
    after_drop = _really_dropped(connection, case)
    old_before = _outcomes_undone(connection, case.old)
    retired: list[int] = []
    try:
        with connection.transaction():
            for table, column in case.objects:
                relation, number = _number(connection, table, column)
                row = connection.execute("select schemaguard.retire(%s, %s, '0002')", (relation, number)).fetchone()
                assert row is not None
                retired.append(row[0])
    except psycopg.Error as error:
        if error.sqlstate != "SG010":
            raise
        same = not difference(before, read_catalog(connection))
        return Trial(
            str(error.diag.message_primary), predicted=predicted, wrong=() if same else ("a refusal changed something",)
        )
    classes = {
        row[0]
        for row in connection.execute(
            "select restore_class from schemaguard.retired_object where id = any(%s)", (retired,)
        )
    }
    wrong = []
    for statement, passed_after_drop in zip(case.new, after_drop, strict=True):
        failure = _attempt(connection, statement)
        if failure and passed_after_drop:
            wrong.append(f"{statement}: {failure}")
    survivors = _values(connection, case, hidden=retired)
    for number in reversed(retired):
        try:
            with connection.transaction():
                connection.execute("select schemaguard.restore(%s)", (number,))
        except psycopg.Error as error:
            if error.sqlstate == "SG010" and case.taken and case.taken in str(error):
                return Trial(None, max(classes, key=ORDER.index), predicted, frozenset(case.debts), tuple(wrong))
            if error.sqlstate in ("23502", "23514") and "type" in case.debts:
                return Trial(None, max(classes, key=ORDER.index), predicted, frozenset({"type"}), tuple(wrong))
            wrong.append(f"restore: {error}")
            return Trial(None, max(classes, key=ORDER.index), predicted, frozenset(), tuple(wrong))
    debts = frozenset(
        row[0]
        for row in connection.execute(
            "select object from schemaguard.debt where retired_object = any(%s) and paid_at is null", (retired,)
        )
    )
    now = _values(connection, case)
    wrong += [
        f"{key} was {value!r} and is {now.get(key)!r}"
        for key, value in values.items()
        if key in survivors and now.get(key) != value
    ]
    wrong += _differences(before, read_catalog(connection), debts, case)
    for statement, passed in zip(case.old, old_before, strict=True):
        failure = _attempt(connection, statement)
        if failure and passed:
            wrong.append(f"version 1: {statement}: {failure}")
    return Trial(None, max(classes, key=ORDER.index), predicted, debts, tuple(wrong))


def _predicted(catalog: Catalog, case: Case) -> str:
    found = []
    for table, column in case.objects:
        name = Name(*reversed(table.split(".", 1))) if "." in table else Name(table, "public")
        drop = DropColumn(name, column) if column else DropTable(name)
        try:
            apply(drop, catalog)
        except Refusal:
            if column:
                return "impossible"  # PostgreSQL itself refuses the drop.
        cost = retirability(drop, catalog)
        assert cost is not None
        found.append(cost.cls)
    return max(found, key=ORDER.index)


def _really_dropped(connection: Connection, case: Case) -> list[bool]:
    outcomes: list[bool] = []
    with undone(connection):
        if _attempt(connection, case.drop) is not None:
            outcomes = [False] * len(case.new)
        else:
            outcomes = [_attempt(connection, statement) is None for statement in case.new]
    return outcomes


def _outcomes_undone(connection: Connection, statements: tuple[str, ...]) -> list[bool]:
    outcomes: list[bool] = []
    with undone(connection):
        outcomes += [_attempt(connection, statement) is None for statement in statements]
    return outcomes


def _attempt(connection: Connection, statement: str) -> str | None:
    """Why a statement fails, None where it passes."""
    try:
        with connection.transaction():
            connection.execute(statement.encode())
            connection.execute("set constraints all immediate")
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return None


def _number(connection: Connection, table: str, column: str) -> tuple[int, int]:
    row = connection.execute(_NUMBER, {"table": table, "column": column}).fetchone()
    assert row is not None
    return row[0], row[1]


def _values(connection: Connection, case: Case, hidden: list[int] | None = None) -> dict[str, Any]:
    """Row → its values of the objects, by the rows' first column."""
    found: dict[str, Any] = {}
    for at, (table, column) in enumerate(case.objects):
        relation, name = _number(connection, table, column)[0] if not hidden else None, column
        if hidden:
            row = connection.execute(
                "select relid, hidden_column from schemaguard.retired_object where id = %s", (hidden[at],)
            ).fetchone()
            assert row is not None
            relation, name = row
        spelled = connection.execute("select schemaguard.spelled(%s)", (relation,)).fetchone()
        assert spelled is not None
        for (whole,) in connection.execute(f"select to_jsonb(q) from {spelled[0]} q".encode()):
            found[f"{table}.{column}: {whole.get('id')}"] = whole[name] if column else whole
    return found


def _differences(before: Catalog, after: Catalog, debts: frozenset[str], case: Case) -> list[str]:
    wrong = []
    for each in difference(before, after):
        text = str(each)
        if any(debt.lower() in text.lower() for debt in debts):
            continue
        wrong.append(text)
    return wrong
