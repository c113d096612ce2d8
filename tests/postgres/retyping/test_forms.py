"""What `check` says of a change of type under the guard is what happens: values, rows written since, there and back."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.control.guarding import Guarding
from schemaguard.adapters.control.writing_down import Running
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import RetypeColumn
from schemaguard.catalog.inverse import inverse
from schemaguard.errors import RefusedError
from schemaguard.frozen import replace
from schemaguard.sql.reading.translate import translate
from tests.conftest import VERSIONS, fresh
from tests.postgres.retirement.trial import Connection, undone
from tests.postgres.retyping.forms import FORMS, Form

VALUES = 'select id, "{column}"::text, pg_typeof("{column}")::text from {table} order by id'
KEPT = "select id from schemaguard.retired_object where of_attnum is not null and restored_at is null order by id desc"
STANDS = """\
select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attcollation,
    col_description(a.attrelid, a.attnum)
from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = '{table}'::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not like '\\_\\_retired\\_%'
order by 1"""
AROUND = """\
select pg_get_constraintdef(oid), convalidated from pg_constraint
where conrelid = '{table}'::regclass and contype <> 'n'
union all
select pg_get_indexdef(indexrelid), indisvalid from pg_index where indrelid = '{table}'::regclass
order by 1"""


@pytest.fixture(scope="module", params=VERSIONS)
def fenced(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True) as connected,
    ):
        control.install(connected)
        assert fence.raise_fence(connected).is_full
        connected.execute("set timezone = 'UTC'")
        connected.autocommit = False  # As a migration's connection is.
        yield connected


def ask(connection: Connection, query: str, form: Form) -> list[tuple[Any, ...]]:
    text = query.format(table=form.table, column=form.column.replace('"', '""'))
    return connection.execute(text.encode()).fetchall()


def said(connection: Connection, form: Form) -> str:
    """The class that `check` says of it, by the catalog alone."""
    catalog = read_catalog(connection)
    if form.table.startswith("s2."):
        catalog = replace(catalog, search_path=("s2", "public"))
    found = []
    for statement in (*form.before, form.change):
        for each in translate(statement):
            if isinstance(each, RetypeColumn):
                found.append(inverse(each, catalog, with_guard=True).cls)
            catalog = apply(each, catalog)
    return max(found, key=("instant", "slow", "needs values", "impossible").index)


def send(connection: Connection, form: Form) -> str:
    """As a revision under the guard sends it; what was refused, else nothing."""
    guard = Guarding(connection, "alembic_version", is_installed=True)
    guard.begin(Running("0002", True, ("0001",)))
    guard.start_transaction(can_restart=False, wait_until=0)
    try:
        for statement in (*form.before, form.change):
            if guard.judge(statement, has_parameters=False):
                connection.execute(statement.encode())
    except RefusedError as error:
        return str(error)
    connection.execute("select set_config('schemaguard.revision', '', false)")
    return ""


def swap(connection: Connection, fill: str | None = None) -> None:
    for (number,) in connection.execute(KEPT).fetchall():
        connection.execute("select schemaguard.restore(%s, true, %s)", (number, fill))


@pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
def test_what_is_said_of_a_retype_is_what_happens(fenced: Connection, form: Form) -> None:
    with undone(fenced):
        for statement in form.tables:
            fenced.execute(statement.encode())
        fenced.execute("delete from schemaguard.made")
        before, stood, around = (ask(fenced, query, form) for query in (VALUES, STANDS, AROUND))
        assert form.is_unknown_to_catalog or said(fenced, form) == form.cls
        try:
            with fenced.transaction():
                refused = send(fenced, form)
                assert form.refused in refused
                assert bool(refused) == bool(form.refused)
                if refused:
                    raise InterruptedError
        except InterruptedError:
            assert ask(fenced, VALUES, form) == before
            assert "next:" in refused
            return
        back_and_forth(fenced, form, (before, stood, around))


def back_and_forth(fenced: Connection, form: Form, was: tuple[Any, Any, Any]) -> None:
    before, stood, around = was
    classes = fenced.execute("select restore_class from schemaguard.retired_object").fetchall()
    assert max((row[0] for row in classes), key=("instant", "slow", "needs values").index) == form.cls
    for statement in form.writes:
        fenced.execute(statement.encode())
    new = ask(fenced, VALUES, form)
    counted = [fenced.execute("select schemaguard.without_value(%s)", row).fetchone() for row in fenced.execute(KEPT)]
    assert sum(row[0] for row in counted if row) == form.unproved
    new_stood = ask(fenced, STANDS, form)
    swap(fenced, form.fill)
    old = {row[0]: row[1] for row in ask(fenced, VALUES, form)}
    expected = {row[0]: row[1] for row in before} | dict(form.old)
    wrong = {key: (old.get(key), value) for key, value in expected.items() if old.get(key) != value}
    rewritten = {
        key
        for key in wrong
        if (key, wrong[key][1]) not in form.old and form.unproved and old[key] == (form.fill and form.fill.strip("'"))
    }
    assert {key: wrong[key] for key in wrong if key not in rewritten} == {}
    assert len(rewritten) <= form.unproved
    if not form.unproved and not form.changes_more:
        assert [row for row in ask(fenced, STANDS, form) if row not in stood] == []
        assert [row for row in around if row not in ask(fenced, AROUND, form)] == []
    swap(fenced)
    assert ask(fenced, VALUES, form) == new
    assert ask(fenced, STANDS, form) == new_stood
    swap(fenced)
    assert {row[0]: row[1] for row in ask(fenced, VALUES, form)} == old
