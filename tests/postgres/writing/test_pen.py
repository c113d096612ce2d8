"""What the pen writes on real servers: every statement is read, and code and SQL leave the same database."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog import changes as c
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.sql.writing.identifiers import written
from schemaguard.sql.writing.operations import operation
from schemaguard.sql.writing.statements import render
from tests.conftest import VERSIONS, fresh, unguarded
from tests.unit.sql.writing.every_change import HOSTILE, every_change
from tests.unit.sql.writing.story import story

NAMES = (("Order", 'a"b'), ("%(a)s", "it's :x\\"), ("select", "two\n{x}"), ("tablesample", "ünïcode"), ("n" * 63, "%s"))


@pytest.fixture(scope="module", params=VERSIONS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh(request.getfixturevalue(f"server{request.param}")) as made:
        yield made


def _is_younger(change: c.Change, version: int) -> bool:
    """Whether this version of PostgreSQL has no such statement yet."""
    match change:
        case c.SetGenerated(expression=str()):
            return version < 17
        case c.SetNotNull(constraint=str()):
            return version < 18
        case c.AlterDomain(action="set not null", constraint=str()):
            return version < 17
        case c.Reindex(kind="database", name=None):
            return version < 16
        case _:
            return False


def test_the_server_reads_every_statement(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        version = connection.info.server_version // 10_000
        tried = [
            (render(change, written), change)
            for name in HOSTILE[:20]
            for change in (*every_change(name, "plain", name), *every_change("plain", name, "d"))
        ]
        statements = [str(statement) for statement, change in tried if not _is_younger(change, version)]
        unread = [problem for statement in statements if (problem := _problem(connection, statement)) is not None]
    assert len(statements) > 0.9 * len(tried)
    assert unread == []


def _problem(connection: psycopg.Connection, statement: str) -> tuple[str, str] | None:
    """What the server's grammar has against a statement; that what it names isn't there says that it was read."""
    try:
        connection.execute(f"begin;{statement};rollback".encode())
    except psycopg.Error as error:
        connection.execute("rollback")
        return (statement, str(error)) if error.sqlstate == "42601" else None
    return None


@contextmanager
def _alembic(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with unguarded(), engine.connect() as connection:
        yield connection
    engine.dispose()


def _by_alembic(url: str, first: str, second: str) -> Generator[Catalog]:
    with _alembic(url) as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        names = {"op": Operations(context), "sa": sa, "postgresql": postgresql}
        for chapter in story(first, second):
            with context.begin_transaction(_per_migration=True):
                for change in chapter:
                    code = operation(change)
                    assert code is not None
                    exec("\n".join(code.lines), names)
            with psycopg.connect(url) as reading:
                yield read_catalog(reading)


def _by_statements(url: str, first: str, second: str) -> Generator[Catalog]:
    with psycopg.connect(url, autocommit=True) as connection:
        for chapter in story(first, second):
            for change in chapter:
                statement = render(change, written)
                assert statement is not None
                if not isinstance(change, c.LockTable):  # It needs a transaction block.
                    connection.execute(statement.encode())
            yield read_catalog(connection)


@pytest.mark.parametrize("names", NAMES, ids=[names[0][:12] for names in NAMES])
def test_code_run_by_alembic_leaves_the_database_that_the_sql_leaves(url: str, names: tuple[str, str]) -> None:
    with fresh(url) as one, fresh(url) as other:
        with closing(_by_alembic(one, *names)) as coded, closing(_by_statements(other, *names)) as stated:
            chapters = list(zip(coded, stated, strict=True))
        for number, (by_code, by_sql) in enumerate(chapters):
            assert [str(found) for found in difference(by_sql, by_code)] == [], number
            assert number == len(story(*names)) - 1 or by_sql.tables
