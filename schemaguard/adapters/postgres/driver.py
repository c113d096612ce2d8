"""The driver's connection below SQLAlchemy's, for the guard's own statements, whichever driver env.py uses.

psycopg's own connection is used as it is. For psycopg2, asyncpg and psycopg's asynchronous connection this stands
before them with the few methods of psycopg.Connection that the control schema is read and written with.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.util import await_only

from schemaguard.adapters.postgres.rows import named_row, naming
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass

Raw = psycopg.Connection[tuple[Any, ...]]


class ServerRefusedError(psycopg.Error):
    """What the server refused, whichever driver sent it: with its SQLSTATE and DETAIL."""

    def __init__(self, message: str, sqlstate: str | None, detail: str | None, hint: str | None = None) -> None:
        super().__init__(message)
        self.state, self.detail, self.hint = sqlstate, detail, hint


_LOST = frozenset({
    ("psycopg", "OperationalError"), ("psycopg", "InterfaceError"), ("psycopg2", "OperationalError"),
    ("psycopg2", "InterfaceError"), ("asyncpg", "InterfaceError"), ("asyncpg", "PostgresConnectionError"),
    ("asyncpg", "OperatorInterventionError"),
})  # fmt: skip
"""Whose errors they are, and their names, where they don't come from the server."""


def refusal(error: BaseException) -> ServerRefusedError | None:
    """An error of any driver (or SQLAlchemy's, around one) as the server's refusal; None where it is none."""
    if isinstance(error, ServerRefusedError):
        return error
    inner = getattr(error, "orig", None) or error.__cause__ if not isinstance(error, psycopg.Error) else None
    if isinstance(inner, BaseException) and inner is not error:
        found = refusal(inner)
        if found is not None:
            return found
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state is None:
        return None
    told = getattr(error, "diag", error)
    message = getattr(told, "message_primary", None) or str(error)
    detail = getattr(told, "message_detail", None) or getattr(error, "detail", None)
    hint = getattr(told, "message_hint", None) or getattr(error, "hint", None)
    return ServerRefusedError(message, str(state), detail, hint)


def is_connection_lost(error: BaseException | None) -> bool:
    """Whether an error of any driver is about the connection and not about a statement, or came of one that is.

    SQLAlchemy says only that a transaction has to be rolled back, once the connection under it is gone.
    """
    while error is not None:
        said = refusal(error)
        # Class 08 is that of connections, and 57P are sessions that the server ends.
        is_of_connections = said is None or (said.state or "").startswith(("08", "57P"))
        for kind in type(error).__mro__:
            if is_of_connections and (kind.__module__.partition(".")[0], kind.__name__) in _LOST:
                return True
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return False


def raw(connection: SqlConnection) -> Raw:
    """The driver's connection, so that our own statements don't pass through hooks; DatabaseError for other drivers."""
    proxy: Any = connection.connection
    driver = proxy.driver_connection
    if isinstance(driver, psycopg.Connection):
        return driver
    module = type(driver).__module__.partition(".")[0]
    if module == "psycopg2":
        return cast(Raw, _Standing(proxy, _Psycopg2(driver)))
    if module == "asyncpg":
        return cast(Raw, _Standing(proxy, _Asyncpg(proxy.dbapi_connection)))
    if isinstance(driver, psycopg.AsyncConnection):
        return cast(Raw, _Standing(proxy, _AsyncPsycopg(driver)))
    raise DatabaseError(
        f"the guard doesn't know the driver {module}",
        at="env.py",
        next="use postgresql+psycopg://, postgresql+psycopg2:// or postgresql+asyncpg:// for migrations",
    )


class _Psycopg2:
    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def send(self, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.driver.cursor() as cursor:
            cursor.execute(text)
            if cursor.description is None:
                return [], []
            return [column[0] for column in cursor.description], cursor.fetchall()

    def status(self) -> TransactionStatus:
        return TransactionStatus(self.driver.info.transaction_status)

    @property
    def is_autocommit(self) -> bool:
        return bool(self.driver.autocommit)


class _AsyncPsycopg:
    def __init__(self, driver: "psycopg.AsyncConnection[Any]") -> None:
        self.driver = driver

    def send(self, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor: Any = await_only(self.driver.execute(text.encode()))
        while cursor.nextset():
            pass
        if cursor.description is None:
            return [], []
        return [column.name for column in cursor.description], await_only(cursor.fetchall())

    def status(self) -> TransactionStatus:
        return self.driver.info.transaction_status

    @property
    def is_autocommit(self) -> bool:
        return self.driver.autocommit


class _Asyncpg:
    """SQLAlchemy begins asyncpg's transactions itself, before the first statement: so must we."""

    def __init__(self, adapted: Any) -> None:
        self.adapted = adapted

    @property
    def driver(self) -> Any:
        return self.adapted.driver_connection

    def send(self, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        if not self.is_autocommit and self.adapted._transaction is None:
            await_only(self.adapted._start_transaction())
        # Several statements can't be prepared, and have no rows for us.
        if ";" in text or text.lstrip()[:6].lower() not in ("select", "insert", "delete", "update"):
            await_only(self.driver.execute(text))
            return [], []
        statement = await_only(self.driver.prepare(text))
        rows = await_only(statement.fetch())
        columns = statement.get_attributes()
        decode: list[Callable[[Any], Any]] = [_DECODED.get(column.type.name, _same) for column in columns]
        decoded = [tuple(f(value) for f, value in zip(decode, row, strict=True)) for row in rows]
        return [column.name for column in columns], decoded

    def status(self) -> TransactionStatus:
        if self.driver.is_closed():
            return TransactionStatus.UNKNOWN
        return TransactionStatus.INTRANS if self.driver.is_in_transaction() else TransactionStatus.IDLE

    @property
    def is_autocommit(self) -> bool:
        return bool(self.adapted.isolation_level == "autocommit")


def _same(value: Any) -> Any:
    return value


def _document(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _character(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


_DECODED: dict[str, Callable[[Any], Any]] = {"json": _document, "jsonb": _document, "char": _character}


@dataclass(frozen=True, slots=True)
class _Info:
    """What psycopg's ConnectionInfo says, as far as it is asked here."""

    transaction_status: TransactionStatus
    dbname: str
    user: str = ""


class _Standing:
    """Stands for psycopg.Connection before another driver's: parameters are written into the text as literals."""

    def __init__(self, proxy: Any, driver: _Psycopg2 | _Asyncpg | _AsyncPsycopg) -> None:
        self._proxy = proxy
        self._driver = driver

    def execute(self, query: Any, parameters: Any = None, **_: Any) -> "_Cursor":
        cursor = _Cursor(self._driver)
        return cursor.execute(query, parameters)

    def cursor(self, *, row_factory: Any = None) -> "_Cursor":
        return _Cursor(self._driver, is_named=row_factory is named_row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._driver.is_autocommit and self._driver.status() is TransactionStatus.IDLE:
            begin, commit, back = "begin", "commit", "rollback"
        else:
            begin, commit = "savepoint schemaguard_own", "release savepoint schemaguard_own"
            back = "rollback to savepoint schemaguard_own; release savepoint schemaguard_own"
        self.execute(begin)
        try:
            yield
        except BaseException:
            self.execute(back)
            raise
        self.execute(commit)

    def rollback(self) -> None:
        self._proxy.dbapi_connection.rollback()

    @property
    def autocommit(self) -> bool:
        return self._driver.is_autocommit

    @property
    def closed(self) -> bool:
        return self._driver.status() is TransactionStatus.UNKNOWN

    @property
    def info(self) -> _Info:
        return _Info(self._driver.status(), "")


class _Cursor:
    """The rows of one statement."""

    def __init__(self, driver: _Psycopg2 | _Asyncpg | _AsyncPsycopg, *, is_named: bool = False) -> None:
        self._driver = driver
        self._is_named = is_named
        self._rows: Iterator[Any] = iter(())
        self.description: list[str] | None = None

    def __enter__(self) -> "_Cursor":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def execute(self, query: Any, parameters: Any = None) -> "_Cursor":
        try:
            names, rows = self._driver.send(_spelled(query, parameters))
        except Exception as error:
            found = refusal(error)
            if found is None:
                raise
            raise _of_state(found) from error
        self.description = names or None
        self._rows = map(naming(names), rows) if self._is_named and names else iter(rows)
        return self

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


def _of_state(found: ServerRefusedError) -> psycopg.Error:
    """An error of psycopg's own class for a SQLSTATE, for who catches it by class."""
    try:
        known = psycopg.errors.lookup(found.state or "")
    except KeyError:
        return found
    made = type(known.__name__, (ServerRefusedError, known), {})
    error: psycopg.Error = made(str(found), found.state, found.detail, found.hint)
    return error


def _spelled(query: Any, parameters: Any) -> str:
    if isinstance(query, sql.Composable):
        text = query.as_string(None)
    else:
        text = query.decode() if isinstance(query, bytes) else str(query)
    if not parameters:
        return text
    if isinstance(parameters, Mapping):
        return text % {name: _literal(value) for name, value in parameters.items()}
    assert isinstance(parameters, Sequence)
    return text % tuple(_literal(value) for value in parameters)


def _literal(value: Any) -> str:
    return sql.Literal(value).as_string(None)
