"""Asks a Parquet or CSV file through DuckDB, which may read that file and nothing else."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type, parse_type
from schemaguard.errors import ConfigError, DatabaseError, UsageError
from schemaguard.verification import aggregate_sql as sql
from schemaguard.verification.aggregate import Drift, Shape, kind_of
from schemaguard.verification.aggregate_sql import Dialect
from schemaguard.verification.checks import NUMBERS, ValueKind

FUNCTIONS = {".parquet": "read_parquet", ".csv": "read_csv"}
_VIEW = Name("data", "main")
_TYPES = {
    "TINYINT": "smallint", "SMALLINT": "smallint", "UTINYINT": "smallint", "INTEGER": "integer",
    "USMALLINT": "integer", "BIGINT": "bigint", "UINTEGER": "bigint", "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)", "FLOAT": "real", "DOUBLE": "double precision", "BOOLEAN": "boolean", "VARCHAR": "text",
    "BLOB": "bytea", "DATE": "date", "TIME": "time without time zone", "UUID": "uuid", "INTERVAL": "interval",
    "TIMESTAMP": "timestamp without time zone", "TIMESTAMP_S": "timestamp without time zone",
    "TIMESTAMP_MS": "timestamp without time zone", "TIMESTAMP_NS": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "JSON": "json",
}  # fmt: skip
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)\Z")
_TEMPORAL = ("date", "timestamp", "time", "interval")


class DuckFile:
    """One file as a table. A context manager; ConfigError where DuckDB isn't installed."""

    dialect: Dialect = "duckdb"

    def __init__(self, file: Path, timeout_s: float) -> None:
        self._file = file
        self._function = FUNCTIONS[file.suffix.lower()]
        self._timeout_s = timeout_s
        self._casts: dict[str, str] = {}
        self.place = f"file {file}"

    def __enter__(self) -> Self:
        try:
            import duckdb
        except ImportError as error:
            raise ConfigError(
                "files are read with DuckDB, which isn't installed", next="pip install 'schemaguard-ml[verify]'"
            ) from error
        if not self._file.is_file():
            raise UsageError("there is no such file", at=str(self._file), next="name a .parquet or .csv file")
        self._duckdb = duckdb
        self._path = str(self._file.absolute())
        self._connection = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
        self._connection.execute("SET allowed_paths = [?]", [self._path])
        # A file's minimum and maximum pass over NaN, and what DuckDB concludes from them is wrong where there is one.
        self._connection.execute("SET disabled_optimizers = 'statistics_propagation,filter_pushdown'")
        self._connection.execute("SET autoload_known_extensions = false")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def shape(self, _: Name, promised: Mapping[str, Type]) -> Shape | None:
        """The file's columns. Text is of the type that was promised where the file can't say better: see `_type`."""
        spelled = {row[0]: row[1] for row in self.ask(sql.file_columns(self._function, self._path))}
        self._casts = {
            name: str(promised[name])
            for name in spelled
            if self._function == "read_csv" and name in promised and _is_cast(promised[name])
        }
        self.ask(sql.file_view(_VIEW, self._function, self._path, self._casts))
        types = {
            name: promised[name] if name in self._casts else _type(type_, promised.get(name))
            for name, type_ in spelled.items()
        }
        return Shape(types, {name: _kind(type_, spelled[name]) for name, type_ in types.items()})

    def table(self, _: Name) -> Name:
        """What a query names to read the file."""
        return _VIEW

    def views(self, _: str, __: str | None) -> None:
        """None: a file has no views."""

    def drifts(self) -> tuple[Drift, ...]:
        """Columns of a CSV file with texts that aren't of the promised type."""
        if not self._casts:
            return ()
        (counts,) = self.ask(sql.unreadable(self._function, self._path, self._casts))
        return tuple(
            Drift(
                column,
                "type-changed",
                type_,
                f"{count} text that isn't" if count == 1 else f"{count} texts that aren't",
            )
            for (column, type_), count in zip(self._casts.items(), counts, strict=True)
            if count
        )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query. DatabaseError where DuckDB refuses or takes too long."""
        try:
            with self._limit():
                return self._connection.execute(query).fetchall()
        except self._duckdb.InterruptException as error:
            raise DatabaseError(
                f"no answer within {self._timeout_s:g} s",
                at=self.place,
                next="a longer --timeout, or fewer rows: --since, --where, --sample",
            ) from error
        except self._duckdb.Error as error:
            raise DatabaseError(
                f"the query was refused: {_message_without_data(error)}",
                at=self.place,
                next="look at the file and at --where",
            ) from error

    @contextmanager
    def _limit(self) -> Iterator[None]:
        timer = threading.Timer(self._timeout_s, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _type(spelled: str, promised: Type | None) -> Type:
    """PostgreSQL's type for one of DuckDB's; text stands for every type that such a file has no other form for."""
    if spelled.endswith("[]"):
        element = _type(spelled[:-2], None)
        return Type(element.name, element.schema, element.modifiers, 1)
    if spelled == "VARCHAR" and promised is not None and not _is_cast(promised) and promised.name != "bytea":
        return promised
    if found := _DECIMAL.match(spelled):
        return Type("numeric", None, (int(found[1]), int(found[2])))
    return parse_type(_TYPES[spelled]) if spelled in _TYPES else Type(spelled.partition("(")[0].lower(), "duckdb")


def _kind(type_: Type, spelled: str) -> ValueKind:
    return ValueKind.TEXT if spelled == "VARCHAR" and not _is_cast(type_) else kind_of(type_)


def _is_cast(type_: Type) -> bool:
    """Whether a text has to be converted to be of the type."""
    return not type_.dimensions and (
        kind_of(type_) in (*NUMBERS, ValueKind.BOOLEAN) or type_.name == "uuid" or type_.name.startswith(_TEMPORAL)
    )


def _message_without_data(error: Exception) -> str:
    """What DuckDB said; its data errors quote values, so their kind alone."""
    first = str(error).strip().partition("\n")[0]
    return f"{first.partition(':')[0]} (its text isn't shown, for it may be data)" if _quotes_data(error) else first


def _quotes_data(error: Exception) -> bool:
    import duckdb

    return isinstance(error, duckdb.DataError | duckdb.InvalidInputException)
