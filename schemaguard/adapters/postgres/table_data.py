"""Asks a PostgreSQL database: one read-only transaction, one snapshot for all tables, a time limit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import psycopg

from schemaguard.adapters.postgres.connection import connect, first_line, place
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.errors import DatabaseError
from schemaguard.verification.aggregate import Drift, Shape
from schemaguard.verification.aggregate_sql import Dialect
from schemaguard.verification.shape import shape_of

_LOCK_TIMEOUT_S = 5
_DATA_EXCEPTION = "22"
_VIEWS = """\
select c.view_schema from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where r.model = %s and r.model_version = %s"""
_SETTINGS = (
    "set local standard_conforming_strings = on",
    # Nobody's own operator or function stands in for the server's.
    "set local search_path = pg_catalog",
    # A policy that hid rows would make the verdict one on some of them: the server refuses instead.
    "set local row_security = off",
    f"set local lock_timeout = '{_LOCK_TIMEOUT_S}s'",
)


class PostgresData:
    """The tables of a database, as one snapshot. A context manager; nothing it does outlives it."""

    dialect: Dialect = "postgres"

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self.place = place(url)

    def __enter__(self) -> Self:
        self._connection = connect(self._url)
        try:
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._connection.read_only = True
            self._connection.autocommit = False
            with self._errors():
                self._settle()
                self._catalog = read_catalog(self._connection)
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def shape(self, name: Name, _: Mapping[str, Type]) -> Shape | None:
        """The shape of the table or view, None where there is none."""
        return shape_of(name, self._catalog)

    def table(self, name: Name) -> Name:
        """What a query names to read the table."""
        return Name(name.name, name.schema or "public")

    def views(self, model: str, version: str | None) -> str | None:
        """The schema of the contract views of a published version, None where it isn't published here."""
        known = self.ask("select to_regclass('schemaguard.release') is not null")
        if not known[0][0] or version is None:
            return None
        found = self.ask(_VIEWS, model, version)
        return str(found[0][0]) if found else None

    def drifts(self) -> tuple[Drift, ...]:
        """None beyond what the shape says: every value is of its column's type."""
        return ()

    def ask(self, query: str, *parameters: str) -> list[tuple[Any, ...]]:
        """All rows of a query. DatabaseError where the server refuses or takes too long."""
        with self._errors():
            return self._connection.execute(query.encode(), parameters or None).fetchall()

    def _settle(self) -> None:
        for setting in (*_SETTINGS, f"set local statement_timeout = {max(1, int(self._timeout_s * 1000))}"):
            self._connection.execute(setting.encode())

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.QueryCanceled as error:
            raise DatabaseError(
                f"no answer within {self._timeout_s:g} s",
                at=self.place,
                next="a longer --timeout, or fewer rows: --since, --where, --sample",
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                f"this role may not read every row: {first_line(error)}",
                at=self.place,
                next="use a role that may read all rows: it needs SELECT, and BYPASSRLS where row security is on",
            ) from error
        except psycopg.Error as error:
            raise DatabaseError(
                f"the query was refused: {_message_without_data(error)}", at=self.place, next=_next(error)
            ) from error


def _message_without_data(error: psycopg.Error) -> str:
    """What the server said; where it would quote a value out of the data, its code alone."""
    state = error.sqlstate or ""
    if state.startswith(_DATA_EXCEPTION):
        return f"{state} ({error.diag.severity or 'ERROR'}: a value can't be used; it isn't shown, for it may be data)"
    return f"{state} {first_line(error)}".strip()


def _next(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "a migration holds the table: try again when it is done"
    if isinstance(error, psycopg.errors.UndefinedFunction | psycopg.errors.UndefinedColumn):
        return "look at --where: functions outside of pg_catalog are named with their schema"
    return "look at --where and --time-column"
