"""Defaults that are cast to a project's own types: taken where every PostgreSQL takes them, refused where it refuses.

After sqlalchemy/alembic#1347 and 3YOURMIND/django-migration-linter#209.
"""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.catalog.changes import Opaque
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.history.folding import REFUSED, fold
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate
from tests.conftest import VERSIONS, fresh

_ENUM = "create type js as enum ('todo', 'done'); "
_QUOTED = """create type "My Js" as enum ('todo', 'done'); """
_ELSEWHERE = "create schema app; create type app.js as enum ('todo', 'done'); "
SCRIPTS = (
    _ENUM + "create table t (a js default 'todo'::js)",
    _ENUM + "create table t (a js default 'todo'::\"js\")",
    _ENUM + "create table t (a js default 'todo'::JS)",
    _ENUM + "create table t (a js default cast('todo' as js))",
    _ENUM + "create table t (a js default 'todo'::text::js)",
    _ENUM + "create table t (a js default 'todo'::text)",
    _ENUM + "create table t (a js default 'todo'::varchar(10))",
    _ENUM + "create table t (a text default 'todo'::js)",
    _ENUM + "create table t (a js[] default '{todo}'::js[])",
    _ENUM + "create table t (a js[] default array['todo']::js[])",
    _ENUM + "create table t (a js[] default array['todo'::js])",
    _ENUM + "create table t (a js[] default array[]::js[])",
    _ENUM + "create table t (a js); alter table t alter a set default 'todo'::js",
    _ENUM + "create table t (id int); alter table t add a js not null default 'done'::js",
    _ENUM + "create table t (a text default 'todo'); "
    "alter table t alter a drop default, alter a type js using a::js, alter a set default 'todo'::js",
    _ENUM + "create domain d as js; create table t (a d default 'todo'::js)",
    _ENUM + "create domain d as js; create table t (a js default 'todo'::d)",
    _ENUM + "create type other as enum ('todo'); create table t (a js default 'todo'::other)",
    _QUOTED + 'create table t (a "My Js" default \'todo\'::"My Js")',
    _QUOTED + 'create table t (a "My Js"[] default array[\'todo\'::"My Js"]::"My Js"[])',
    _ELSEWHERE + "create table t (a app.js default 'todo'::app.js)",
    _ELSEWHERE + "set local search_path = app, public; create table t (a js default 'todo'::js)",
    "create domain money_amount as numeric(10,2); create table t (a money_amount default 0::money_amount)",
    "create type pair as (x int, y int); create table t (a pair default '(1,2)'::pair)",
    "create type span as range (subtype = int4); create table t (a span default '[1,2)'::span)",
)


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    with fresh(url) as database, psycopg.connect(database, autocommit=True) as found:
        yield found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_default_cast_to_an_own_type_is_taken_where_the_server_takes_it(
    connection: psycopg.Connection, script: str
) -> None:
    refused = None
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(script.encode())
    except psycopg.Error as error:
        refused = error.sqlstate
    assert _folded(script) == refused


def _folded(script: str) -> str | None:
    """The SQLSTATE with which the fold refuses one of the statements, None where it takes them all."""
    catalog = Catalog()
    for statement in split(script, "script.sql"):
        changes, catalog = fold(translate(statement.sql), catalog)
        for change in changes:
            if isinstance(change, Opaque):
                assert change.reason.startswith(REFUSED)
                return change.reason[-6:-1]
    assert any(
        catalog.tables[name].column("a") for name in (Name("t", "public"), Name("t", "app")) if name in catalog.tables
    )
    return None
