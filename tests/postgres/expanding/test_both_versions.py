"""Old and new versions write and read at every moment of an expansion, and both see the same values."""

import random
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.expanding.act import PHASES, Act, Expansion
from schemaguard.expanding.expand import Split, split
from schemaguard.history.replay import replay
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_folder import read_sql
from schemaguard.history.sql_runner import SqlRunner
from tests.conftest import VERSIONS, fresh
from tests.postgres.expanding.forms import FORMS, Form


def split_of(base: str, change: str, ups: tuple[str, ...] = (), downs: tuple[str, ...] = ()) -> Split:
    history = read_sql("m", MemoryFiles({"m/1_base.sql": base, "m/2_change.sql": change}))
    return split(replay(history, SqlRunner(history.scripts), Catalog()).runs[1], ups, downs)


class Clients:
    """Two versions of an application on one table, and what each row should hold for each."""

    def __init__(self, form: Form, connection: psycopg.Connection[Any], seed: int) -> None:
        self.form, self.connection, self.random = form, connection, random.Random(seed)
        self.rows: dict[int, tuple[tuple[Any, ...], tuple[Any, ...]]] = {}
        self.table = form.table

    def write(self, side: str, *, final: bool = False) -> None:
        form = self.form
        values = self.random.choice(form.old_values if side == "old" else form.new_values)
        columns = form.old if side == "old" else (form.final if final else form.new)
        table = self.table if side == "old" else (form.new_table or self.table)
        marks = ", ".join(["%s"] * len(values))
        state = self._state(side, values)
        if not self.rows or self.random.random() < 0.5:
            id_ = len(self.rows) + 1
            names = ", ".join(columns)
            self._run(f"insert into {table} (id, {names}) values ({id_}, {marks})", columns, values)
        else:
            id_ = self.random.choice(list(self.rows))
            if self.random.random() < 0.3:
                self.connection.execute(f"update {table} set other = {self.random.randint(2, 99)} where id = {id_}")
                return
            target = f"({', '.join(columns)}) = row ({marks})"
            self._run(f"update {table} set {target} where id = {id_}", columns, values)
            if side == "new" and values == self.rows[id_][1]:
                return
        self.rows[id_] = state

    def _run(self, text: str, columns: tuple[str, ...], values: tuple[Any, ...]) -> None:
        for column in columns:
            text = text.replace(column, column.replace("%", "%%"), 1) if "%" in column else text
        self.connection.execute(text.encode(), values)

    def _state(self, side: str, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        if self.form.fixed:
            return (self.form.up(values),) * 2
        return (values, self.form.up(values)) if side == "old" else (self.form.down(values), values)

    def check(self, side: str, *, final: bool = False) -> None:
        form = self.form
        columns = form.old if side == "old" else (form.final if final else form.new)
        table = self.table if side == "old" else (form.new_table or self.table)
        found = self.connection.execute(f"select id, {', '.join(columns)} from {table}".encode()).fetchall()
        wanted = {id_: state[0 if side == "old" else 1] for id_, state in self.rows.items()}
        assert {row[0]: tuple(row[1:]) for row in found} == wanted

    def both(self, *, new_reads: bool = True) -> None:
        for _ in range(6):
            self.write(self.random.choice(("old", "new")))
        self.check("old")
        if new_reads:
            self.check("new")


def groups(acts: tuple[Act, ...]) -> Iterator[list[Act]]:
    """The acts by their transactions."""
    open_: list[Act] = []
    for act in acts:
        if act.alone:
            if open_:
                yield open_
            open_ = []
            yield [act]
        else:
            open_.append(act)
    if open_:
        yield open_


def run(connection: psycopg.Connection[Any], group: list[Act]) -> None:
    if len(group) == 1:
        connection.execute(group[0].sql.encode())
        return
    with connection.transaction():
        for act in group:
            connection.execute(act.sql.encode())


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    # The versions are one client here, and a prepared statement doesn't survive that a column gets another type.
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True, prepare_threshold=None) as opened,
    ):
        yield opened


def begin(connection: psycopg.Connection[Any], base: str) -> None:
    """An empty database, then what is there before."""
    named = "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
    for (schema,) in connection.execute(named).fetchall():
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    connection.execute("create schema public")
    connection.execute(base.encode())


@pytest.mark.parametrize("form", [form for form in FORMS if form.old_values], ids=lambda form: form.name)
def test_both_versions_write_and_read_at_every_moment(form: Form, connection: psycopg.Connection[Any]) -> None:
    parts = split_of(form.base, form.change, form.ups, form.downs).expansion
    begin(connection, form.base)
    clients = Clients(form, connection, seed=1)
    for _ in range(8):
        clients.write("old")
    if form.fixed:  # They wrote before anything mended what they write.
        clients.rows = {id_: (form.up(state[0]), form.up(state[1])) for id_, state in clients.rows.items()}
    for is_last in (False, True):
        _there(clients, parts)
        _all(connection, parts.contract.down)
        # Only the new values were there; a column that schemaguard retires would have kept the old ones.
        clients.rows = {id_: (form.down(state[1]), state[1]) for id_, state in clients.rows.items()}
        clients.both()
        if not is_last:
            _all(connection, (*parts.backfill.down, *parts.backfill.up))
            clients.both()
            _all(connection, (*parts.backfill.down, *parts.expand.down))
            clients.check("old")


def _there(clients: Clients, parts: Expansion) -> None:
    """All three revisions, with writes of both versions between them, and of the new one behind them."""
    connection = clients.connection
    _all(connection, parts.expand.up)
    for _ in range(3):
        clients.write("new")
        clients.write("old")
    for group in groups(parts.backfill.up):
        run(connection, group)
        if "UPDATE" not in group[0].sql and "It only reads" not in group[0].note:
            clients.both()
    clients.both()
    _all(connection, parts.contract.up)
    for _ in range(6):
        clients.write("new", final=True)
    clients.check("new", final=True)


def _all(connection: psycopg.Connection[Any], acts: tuple[Act, ...]) -> None:
    for group in groups(acts):
        run(connection, group)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_three_revisions_arrive_where_the_one_does(form: Form, connection: psycopg.Connection[Any]) -> None:
    parts = split_of(form.base, form.change, form.ups, form.downs).expansion
    begin(connection, form.base)
    before = read_catalog(connection)
    connection.execute(form.change.encode())
    wanted = read_catalog(connection)
    begin(connection, form.base)
    for phase in PHASES:
        _all(connection, parts.part(phase).up)
    assert _differences(wanted, read_catalog(connection)) == []
    for phase in reversed(PHASES):
        _all(connection, parts.part(phase).down)
    assert _differences(before, read_catalog(connection)) == []


def _differences(left: Catalog, right: Catalog) -> list[str]:
    """What differs but the order of columns."""
    return [
        str(each)
        for each in difference(left, right)
        if (each.kind, each.what) != ("table", "columns")
        or sorted((each.left or "").split(", ")) != sorted((each.right or "").split(", "))
    ]
