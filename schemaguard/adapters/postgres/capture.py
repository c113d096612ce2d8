"""Takes down the SQL that this process sends, for as long as somebody listens.

psycopg has no event for it: its cursors' methods are wrapped while a listener is there and put back with the last one.
SQLAlchemy's event serves its other drivers. Parameters are never looked at.
"""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from schemaguard.adapters.postgres import capture_engines
from schemaguard.adapters.postgres.connection import connect
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass, field
from schemaguard.sql.queries.sent import numbered

Identity = tuple[str, str, str]
"""Host, port and name of a database."""
MOST = 1000


@dataclass(frozen=True, slots=True)
class CapturedStatement:
    """A statement that the server has answered."""

    text: str
    database: Identity
    search_path: str | None
    """As the server reports it, None where it doesn't (before PostgreSQL 18)."""


@dataclass(slots=True)
class Listener:
    """Hears what is sent; each text once."""

    statements: dict[CapturedStatement, None] = field(default_factory=dict)
    urls: dict[Identity, str] = field(default_factory=dict, repr=False)
    """How to reach each database again, passwords included: for connecting only."""
    is_full: bool = False

    def hear(self, statement: CapturedStatement, url: Callable[[], str]) -> None:
        """Take a statement down. More than MOST different ones can't be one feature query."""
        if len(self.statements) >= MOST and statement not in self.statements:
            self.is_full = True
            return
        self.statements.setdefault(statement)
        if statement.database not in self.urls:
            self.urls[statement.database] = url()


_LOCK = threading.RLock()
_LISTENING: list[Listener] = []
_OWN: ContextVar[tuple[Listener, ...]] = ContextVar("schemaguard_listeners", default=())
_UNHEARD: ContextVar[bool] = ContextVar("schemaguard_unheard", default=False)
_LEAVE: list[Callable[[], None]] = []
_PATCHES: list[tuple[type, str, Any, Any]] = []


@contextmanager
def listening() -> Iterator[Listener]:
    """Hear what is sent inside of the block.

    A thread hears its own listeners only. What a thread without one sends is heard by all of them: a worker of this
    block may have sent it, and a column too many in a contract does less harm than one too few.
    """
    listener = Listener()
    token = _OWN.set((*_OWN.get(), listener))
    with _LOCK:
        if not _LISTENING:
            _wrap_all()
        _LISTENING.append(listener)
    try:
        yield listener
    finally:
        with _LOCK:
            _LISTENING[:] = [each for each in _LISTENING if each is not listener]
            if not _LISTENING:
                _unwrap_all()
        _OWN.reset(token)


@contextmanager
def unheard() -> Iterator[None]:
    """What is sent inside of the block is nobody's query: it is ours, or the registry's."""
    token = _UNHEARD.set(True)
    try:
        yield
    finally:
        _UNHEARD.reset(token)


def identity(on: Any) -> Identity:
    """Which database an engine, a connection of SQLAlchemy, pandas' kind of connection or psycopg's is of, or a URL.

    DatabaseError where the URL's can't be reached, UsageError where it is none of these.
    """
    if isinstance(on, str):
        scheme, mark, rest = on.partition("://")
        with connect(f"{scheme.partition('+')[0]}{mark}{rest}") as connection:
            return _of_driver(connection)
    if hasattr(on, "raw_connection"):
        raw = on.raw_connection()
        try:
            return _of_driver(raw.driver_connection)
        finally:
            raw.close()
    inner = getattr(on, "connection", on)
    return _of_driver(getattr(inner, "driver_connection", inner))


def leads_to(uri: str, database: Identity) -> bool:
    """Whether a URI of SQLAlchemy's kind is of that database; it isn't connected to, and names hosts as it likes."""
    scheme, mark, rest = uri.partition("://")
    if not mark or scheme.partition("+")[0] != "postgresql":
        return False
    try:
        named = conninfo_to_dict(f"postgresql://{rest}")
    except psycopg.ProgrammingError:
        return False
    host, port, name = database
    return (str(named.get("host", host)), str(named.get("port", port)), named.get("dbname", name)) == (host, port, name)


def _heard(text: str, connection: Any, url: Callable[[], str], database: Identity) -> None:
    with _LOCK:
        listeners = _OWN.get() or tuple(_LISTENING)
    if listeners and not _UNHEARD.get():
        statement = CapturedStatement(text, database, _search_path(connection))
        for listener in listeners:
            listener.hear(statement, url)


def _of_driver(connection: Any) -> Identity:
    """psycopg and psycopg2 both say it under `info`."""
    info = getattr(connection, "info", None)
    if info is None:
        raise UsageError(
            "on=… isn't a connection that says which database it is of",
            at=type(connection).__name__,
            next="an engine, a connection of psycopg or psycopg2, or a URL",
        )
    return str(info.host), str(info.port), str(info.dbname)


def _search_path(connection: Any) -> str | None:
    info = getattr(connection, "info", None)
    read = getattr(info, "parameter_status", None)
    return read("search_path") if read is not None else None


# psycopg


def _saw(cursor: Any, query: Any, parameters: Any) -> None:
    connection = cursor.connection
    text = _text(query, connection)
    if text is not None:
        is_numbered = parameters is None or isinstance(cursor, _RAW)
        _heard(text if is_numbered else numbered(text), connection, lambda: _url(connection), _of_driver(connection))


_RAW = (psycopg.RawCursor, psycopg.RawServerCursor, psycopg.AsyncRawCursor, psycopg.AsyncRawServerCursor)


def _text(query: Any, connection: Any) -> str | None:
    """The query's text; values that were composed into it are placeholders, too."""
    if isinstance(query, str):
        return query
    if isinstance(query, bytes):
        return query.decode(errors="replace")
    if isinstance(query, sql.Composable):
        return _without_values(query).as_string(connection)
    return None if query is None else str(query)


def _without_values(query: sql.Composable) -> sql.Composable:
    if isinstance(query, sql.Composed):
        return sql.Composed([_without_values(part) for part in query])
    return sql.SQL("null") if isinstance(query, sql.Literal) else query


def _url(connection: Any) -> str:
    info = connection.info
    return make_conninfo(info.dsn, password=info.password) if info.password else str(info.dsn)


def _wrap_all() -> None:
    for name in ("execute", "executemany"):
        _wrap(psycopg.Cursor, name, _calling)
        _wrap(psycopg.ServerCursor, name, _calling)
        _wrap(psycopg.AsyncCursor, name, _awaiting)
        _wrap(psycopg.AsyncServerCursor, name, _awaiting)
    _wrap(psycopg.Cursor, "stream", _streaming)
    _wrap(psycopg.AsyncCursor, "stream", _streaming_later)
    _wrap(psycopg.Cursor, "copy", _copying)
    _wrap(psycopg.AsyncCursor, "copy", _copying_later)
    _LEAVE.append(capture_engines.listen(_heard))


def _unwrap_all() -> None:
    for owner, name, original, wrapper in _PATCHES:
        # Where somebody else has wrapped ours meanwhile it stays below theirs, and hears nothing.
        if owner.__dict__.get(name) is wrapper:
            setattr(owner, name, original)
    _PATCHES.clear()
    while _LEAVE:
        _LEAVE.pop()()


def _wrap(owner: type, name: str, how: Callable[[Any], Any]) -> None:
    original = owner.__dict__[name]
    wrapper = wraps(original)(how(original))
    setattr(owner, name, wrapper)
    _PATCHES.append((owner, name, original, wrapper))


def _calling(original: Any) -> Any:
    def execute(self: Any, query: Any, params: Any = None, *rest: Any, **options: Any) -> Any:
        answer = original(self, query, params, *rest, **options)
        _saw(self, query, params)
        return answer

    return execute


def _awaiting(original: Any) -> Any:
    async def execute(self: Any, query: Any, params: Any = None, *rest: Any, **options: Any) -> Any:
        answer = await original(self, query, params, *rest, **options)
        _saw(self, query, params)
        return answer

    return execute


def _streaming(original: Any) -> Any:
    def stream(self: Any, query: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        for number, row in enumerate(original(self, query, params, **options)):
            if not number:
                _saw(self, query, params)
            yield row
        _saw(self, query, params)

    return stream


def _streaming_later(original: Any) -> Any:
    async def stream(self: Any, query: Any, params: Any = None, **options: Any) -> AsyncIterator[Any]:
        is_first = True
        async for row in original(self, query, params, **options):
            if is_first:
                _saw(self, query, params)
                is_first = False
            yield row
        _saw(self, query, params)

    return stream


def _copying(original: Any) -> Any:
    @contextmanager
    def copy(self: Any, statement: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        with original(self, statement, params, **options) as running:
            _saw(self, statement, params)
            yield running

    return copy


def _copying_later(original: Any) -> Any:
    @asynccontextmanager
    async def copy(self: Any, statement: Any, params: Any = None, **options: Any) -> AsyncIterator[Any]:
        async with original(self, statement, params, **options) as running:
            _saw(self, statement, params)
            yield running

    return copy
