"""A connection of SQLAlchemy that tells what would be sent, and sends nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import DefaultGenerator

from schemaguard.catalog.fold.draft import parse_name
from schemaguard.evaluation.database.dialect import CatalogDialect
from schemaguard.frozen import dataclass

_DOUBLED, _PERCENT = "%%", "%"
_OWNER_OF_SEQUENCE = "select c.relname, a.attname from pg_class as c join pg_depend d"
"""How Alembic asks the server whether a default is a serial's, when a table that it reflects is made anew."""


@dataclass(frozen=True, slots=True)
class SentStatement:
    """What a driver would get: the SQL with `%` as the server sees it, and the parameters that its `%(name)s` name."""

    sql: str
    parameters: object
    many: bool
    """Whether the parameters are a list of sets, and the statement runs once for each."""


Send = Callable[[SentStatement], Any]


def _refuse(*_: object, **__: object) -> NoReturn:
    raise exc.NotSupportedError("there is no driver and no database behind this connection", None, Exception())


class _NoDriver:
    """Stands where psycopg's connection would."""

    def __getattr__(self, name: str) -> NoReturn:
        _refuse()


class RecordingEngine(Engine):
    """The engine that a recording connection shows: it opens no other connection than that one."""

    def __init__(self, dialect: CatalogDialect) -> None:
        super().__init__(NullPool(_refuse), dialect, make_url("postgresql+psycopg://"))
        self.recording: RecordingConnection | None = None

    def connect(self) -> Connection:
        """The recording connection itself."""
        if self.recording is None:
            _refuse()
        return self.recording

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """The recording connection itself."""
        yield self.connect()

    def raw_connection(self) -> NoReturn:
        """Refused: there is no driver."""
        _refuse()


class Rewindable(Protocol):
    """What has been sent so far, which a rollback undoes."""

    def mark(self) -> Any:
        """Where it stands."""
        ...

    def go_back(self, mark: Any = None) -> None:
        """Undo what was sent since the mark, or since the transaction began."""
        ...


class _Unwound:
    """Nothing is kept of what was sent, so nothing is undone."""

    def mark(self) -> None:
        """Nowhere."""

    def go_back(self, mark: None = None) -> None:
        """Nothing."""


class RecordedTransaction:
    """A transaction that only a rollback shows; a context manager as SQLAlchemy's own."""

    def __init__(self, connection: "RecordingConnection", outer: "RecordedTransaction | None") -> None:
        self.connection = connection
        self.is_active = True
        self._outer = outer
        self._mark = connection.sent.mark()

    is_valid = property(lambda self: self.is_active)

    def _end(self) -> None:
        if self.is_active:
            self.is_active = False
            self.connection.transaction = self._outer

    commit = close = _end

    def rollback(self) -> None:
        """Undoes what was sent since it began."""
        if self.is_active:
            self._end()
            self.connection.sent.go_back(self._mark)

    def __enter__(self) -> "RecordedTransaction":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


@dataclass(frozen=True, slots=True)
class Owner:
    """The answer to Alembic's question for the owner of a sequence.

    See PostgresqlImpl.autogen_column_reflect() in alembic/ddl/postgresql.py.
    """

    row: tuple[str, str] | None

    def first(self) -> tuple[str, str] | None:
        """Sequence and column, None where no column owns it."""
        return self.row


class RecordingConnection(Connection):
    """Compiles as SQLAlchemy and psycopg would, and hands every statement to `send`, whose answer is the result."""

    def __init__(self, dialect: CatalogDialect, send: Send, sent: Rewindable | None = None) -> None:
        engine = RecordingEngine(dialect)
        driver: Any = _NoDriver()
        super().__init__(engine, driver, _has_events=False)
        engine.recording = self
        self.send = send
        self.sent = sent if sent is not None else _Unwound()
        self.transaction: RecordedTransaction | None = None

    def ask(self, sql: str, parameters: object = None, *, many: bool = False) -> Any:
        """Send one statement as a driver would get it."""
        return self.send(SentStatement(sql.replace(_DOUBLED, _PERCENT), {} if parameters is None else parameters, many))

    @property
    def is_autocommit(self) -> bool:
        """Whether every statement is a transaction of its own."""
        return self._execution_options.get("isolation_level") == "AUTOCOMMIT"

    # Executing: SQLAlchemy's execute(), DDL visitors and exec_driver_sql() all end here

    def _execute_context(
        self,
        dialect: Any,
        constructor: Any,
        statement: Any,
        parameters: Any,
        execution_options: Any,
        *args: Any,
        **kw: Any,
    ) -> Any:
        try:
            context = constructor(dialect, self, self._dbapi_connection, execution_options, *args, **kw)
        except Exception as error:
            message = f"({type(error).__module__}.{type(error).__qualname__}) {error}"
            raise exc.StatementError(message, str(statement), parameters, error) from error
        if context.statement.startswith(_OWNER_OF_SEQUENCE):
            return Owner(self._owner_of_sequence(context.compiled_parameters[0]["seqname"]))
        many = len(context.parameters) > 1
        sets = [dict(one) if isinstance(one, Mapping) else one for one in _plain(context)]
        return self.ask(context.statement, sets if many else sets[0], many=many)

    def _owner_of_sequence(self, name: str) -> tuple[str, str] | None:
        dialect: Any = self.dialect
        catalog, parsed = dialect.catalog(), parse_name(name)
        sequence = catalog.sequences.get(catalog.resolve(parsed)) if parsed is not None else None
        return (sequence.name.name, sequence.owned_by[1]) if sequence and sequence.owned_by else None

    def scalar(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """What `send` answers, or its scalar() where it has one."""
        return self._ask_for("scalar", statement, parameters, execution_options)

    def scalars(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """What `send` answers, or its scalars() where it has them."""
        return self._ask_for("scalars", statement, parameters, execution_options)

    def _ask_for(self, method: str, statement: Any, parameters: Any, execution_options: Any) -> Any:
        if isinstance(statement, DefaultGenerator):
            return super().scalar(statement)
        answer: Any = self.execute(statement, parameters, execution_options=execution_options or {})
        narrow = getattr(answer, method, None)
        return narrow() if callable(narrow) else answer

    # Transactions and settings: there is no server to have them

    def begin(self) -> Any:
        """A transaction that does nothing."""
        self.transaction = RecordedTransaction(self, self.transaction)
        return self.transaction

    begin_nested = begin

    def begin_twophase(self, xid: Any = None) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        """A transaction that does nothing."""
        return self.begin()

    def in_transaction(self) -> bool:
        """Whether begin() was called and not ended."""
        return self.transaction is not None

    def in_nested_transaction(self) -> bool:
        """Whether begin() was called inside of begin()."""
        return self.transaction is not None and self.transaction._outer is not None

    def get_transaction(self) -> Any:
        """The transaction that begin() made last, None where there is none."""
        return self.transaction

    def commit(self) -> None:
        """Ends the transaction."""
        if self.transaction is not None:
            self.transaction.commit()

    def rollback(self) -> None:
        """Undoes what was sent in the transaction."""
        if self.transaction is not None:
            self.transaction.rollback()
        else:
            self.sent.go_back()

    def close(self) -> None:
        """Nothing: the connection goes on."""

    def execution_options(self, **options: Any) -> Any:
        """Sets the options on this connection."""
        self._execution_options = self._execution_options.union(options)
        return self

    def get_isolation_level(self) -> Any:
        """The isolation level that was set, else the server's default."""
        return self._execution_options.get("isolation_level", self.dialect.default_isolation_level)

    @property
    def closed(self) -> bool:
        """Never."""
        return False

    @property
    def connection(self) -> NoReturn:
        """Refused: there is no driver."""
        _refuse()


def _plain(context: Any) -> list[Any]:
    """The parameter sets with the values that the statement was given, under the names that its text has."""
    compiled = getattr(context, "compiled", None)
    values = getattr(context, "compiled_parameters", None)
    if not compiled or not values:
        return list(context.parameters)
    escaped = getattr(compiled, "escaped_bind_names", None) or {}
    return [{escaped.get(name, name): value for name, value in one.items()} for one in values]
