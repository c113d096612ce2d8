"""Asks Spark: files through one in this process, or the tables of a cluster's catalog; the session is given back."""

import logging
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from schemaguard.adapters.spark.address import SparkCluster, SparkPath, SparkPlace
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type, parse_type
from schemaguard.errors import ConfigError, DatabaseError, UsageError
from schemaguard.verification.aggregate import Drift, Shape, kind_of
from schemaguard.verification.aggregate_sql import Dialect
from schemaguard.verification.checks import NUMBERS, ValueKind

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType

_VIEWS, _VIEW = "global_temp", "schemaguard_data"
TYPES = {
    "tinyint": "smallint", "smallint": "smallint", "int": "integer", "bigint": "bigint", "float": "real",
    "double": "double precision", "string": "text", "boolean": "boolean", "date": "date", "binary": "bytea",
    "timestamp": "timestamp with time zone", "timestamp_ntz": "timestamp without time zone",
}  # fmt: skip
"""Spark's type → PostgreSQL's that holds the same values."""
_SETTINGS = {
    # A time without a zone is in UTC, as everywhere else.
    "spark.sql.session.timeZone": "UTC",
    # `a` and `A` are two columns.
    "spark.sql.caseSensitive": "true",
    # What can't be converted is an error, and never NULL.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
}
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
_NO_PACKAGE = ("DATA_SOURCE_NOT_FOUND", "ClassNotFoundException")
_TELLTALES = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""Loggers of pyspark's own that write an error with the value that it is about."""


class SparkData:
    """A table of files, or the tables of a schema. A context manager; ConfigError where pyspark isn't installed.

    A session that runs in this process is used, and left as it was.
    """

    dialect: Dialect = "spark"

    def __init__(self, on: SparkPlace, timeout_s: float) -> None:
        self._on = on
        self._timeout_s = timeout_s
        self._before: dict[str, str | None] = {}
        self._is_mine = False
        if isinstance(on, SparkPath):
            self.place = f"Spark, {on.format} at {on.path}"
        else:
            self.place = f"Spark at {on.master}, schema {on.schema}"

    def __enter__(self) -> Self:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise ConfigError(
                "Spark isn't installed", at=self.place, next="pip install 'schemaguard-ml[spark]', and Java 17"
            ) from error
        self._is_mine = SparkSession.getActiveSession() is None
        try:
            self._spark = _session(self._on)
            for name, value in _SETTINGS.items():
                self._before[name] = self._spark.conf.get(name, None)
                self._spark.conf.set(name, value)
        except Exception as error:
            raise DatabaseError(
                f"Spark can't be started: {_first_line(error)}", at=self.place, next="look at JAVA_HOME (Java 17)"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_mine:
            self._spark.stop()
            return
        for name, value in self._before.items():
            if value is None:
                self._spark.conf.unset(name)
            else:
                self._spark.conf.set(name, value)
        if isinstance(self._on, SparkPath):
            self._spark.catalog.dropGlobalTempView(_VIEW)

    def shape(self, name: Name, promised: Mapping[str, Type]) -> Shape | None:
        """The columns, None where the catalog has no such table. Text stands for what Spark has no other form for."""
        frame = self._frame(name)
        if frame is None:
            return None
        types = {field.name: _type(field.dataType, promised.get(field.name)) for field in frame.schema.fields}
        spelled = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
        return Shape(types, {name: _kind(type_, spelled[name]) for name, type_ in types.items()})

    def table(self, name: Name) -> Name:
        """What a query names to read it."""
        return Name(_VIEW, _VIEWS) if isinstance(self._on, SparkPath) else self._named(name)

    def views(self, _: str, __: str | None) -> None:
        """None: there are no contract views."""

    def drifts(self) -> tuple[Drift, ...]:
        """None beyond what the shape says: every value is of its column's type."""
        return ()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query. DatabaseError where Spark refuses or takes too long."""
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            self._spark.interruptAll()

        timer = threading.Timer(self._timeout_s, end)
        timer.daemon = True
        timer.start()
        try:
            return [tuple(row) for row in self._spark.sql(query).collect()]
        except Exception as error:
            if is_over.is_set():
                raise DatabaseError(
                    f"no answer within {self._timeout_s:g} s",
                    at=self.place,
                    next="a longer --timeout, or fewer rows: --since, --where, --sample",
                ) from error
            raise DatabaseError(
                f"the query was refused: {_message_without_data(error)}", at=self.place, next="look at --where"
            ) from error
        finally:
            timer.cancel()

    def _named(self, name: Name) -> Name:
        assert isinstance(self._on, SparkCluster)
        return Name(name.name, name.schema if name.schema not in (None, "public") else self._on.schema)

    def _frame(self, name: Name) -> "DataFrame | None":
        if isinstance(self._on, SparkPath):
            frame = self._read(self._on)
            frame.createOrReplaceGlobalTempView(_VIEW)
            return frame
        there = self._named(name)
        spelled = ".".join(f"`{part.replace('`', '``')}`" for part in (there.schema or "", there.name))
        try:
            return self._spark.table(spelled) if self._spark.catalog.tableExists(spelled) else None
        except Exception as error:
            raise DatabaseError(
                f"the catalog was not read: {_message_without_data(error)}", at=self.place, next="look at the schema"
            ) from error

    def _read(self, on: SparkPath) -> "DataFrame":
        try:
            return self._spark.read.format(on.format).load(on.path)
        except Exception as error:
            said = _message_without_data(error)
            if any(each in str(error) for each in _NO_PACKAGE):
                raise ConfigError(
                    f"this Spark can't read {on.format}: its package isn't there",
                    at=self.place,
                    next="name it in spark.jars.packages of conf/spark-defaults.conf",
                ) from error
            raise UsageError(f"Spark can't read it: {said}", at=self.place, next="name a file or folder") from error


def _session(on: SparkPlace) -> "SparkSession":
    from pyspark.sql import SparkSession

    logging.getLogger("py4j").setLevel(logging.ERROR)
    for name in _TELLTALES:
        logging.getLogger(name).disabled = True
    builder = SparkSession.builder.appName("schemaguard")
    if isinstance(on, SparkCluster):
        return (builder.remote(on.master) if on.is_connect else builder.master(on.master)).getOrCreate()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in _LOCAL.items():
            builder = builder.config(name, value)
        session = builder.master("local[*]").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def _type(found: "DataType", promised: Type | None) -> Type:
    """PostgreSQL's type for one of Spark's."""
    spelled = found.simpleString()
    if spelled == "string" and promised is not None and not _is_other_form(promised):
        return promised
    if spelled.startswith("decimal("):
        precision, scale = spelled.removeprefix("decimal(").removesuffix(")").split(",")
        return Type("numeric", None, (int(precision), int(scale)))
    if spelled.startswith("array<"):
        element = spelled.removeprefix("array<").removesuffix(">")
        if element in TYPES:
            inside = parse_type(TYPES[element])
            return Type(inside.name, inside.schema, inside.modifiers, 1)
    if spelled.startswith(("varchar(", "char(")):
        return parse_type("text")
    return parse_type(TYPES[spelled]) if spelled in TYPES else Type(spelled.partition("<")[0].lower(), "spark")


def _kind(type_: Type, spelled: str) -> ValueKind:
    return ValueKind.TEXT if spelled == "string" and not _is_other_form(type_) else kind_of(type_)


def _is_other_form(type_: Type) -> bool:
    """Whether Spark has a form of its own for the type, so that text isn't it."""
    is_value = kind_of(type_) in (*NUMBERS, ValueKind.BOOLEAN) or type_.name == "bytea"
    return not type_.dimensions and (is_value or type_.name.startswith(("date", "timestamp")))


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


def _message_without_data(error: Exception) -> str:
    """Spark's name of the error; its text only where it is about names, for others quote values."""
    condition = getattr(error, "getCondition", None)
    name = str(condition() or "") if condition is not None else ""
    if name.startswith(("UNRESOLVED", "TABLE_OR_VIEW", "PATH_NOT_FOUND", "PARSE", "DATA_SOURCE_NOT_FOUND")):
        return _first_line(error)
    return name or type(error).__name__
