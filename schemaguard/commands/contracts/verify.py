"""verify: hold the data of a contract's tables against what it promises, one aggregate a table."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from schemaguard.adapters.spark.address import SparkPath, spark_place
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.commands.contracts.known import read_book
from schemaguard.commands.contracts.publish import find
from schemaguard.commands.site import Site
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.verification.aggregate import Drift, Shape, kind_of, table_checks
from schemaguard.verification.aggregate_sql import (
    Dialect,
    Since,
    Source,
    aggregate,
    condition,
    example_columns,
    examples,
)
from schemaguard.verification.checks import Check
from schemaguard.verification.outcome import Rows, TableVerdict, UnrunQuery, Verification

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from schemaguard.adapters.files.table_data import DuckFile
    from schemaguard.adapters.postgres.table_data import PostgresData
    from schemaguard.adapters.spark.table_data import SparkData

_UNRUN: dict[str, Dialect] = {"trino": "trino", "snowflake": "snowflake", "bigquery": "bigquery"}
_NO_VIEWS = "it reads through contract views, which aren't published here: its tables were looked at"


class Data(Protocol):
    """Where the data is."""

    dialect: Dialect
    place: str

    def shape(self, name: Name, promised: Mapping[str, Type]) -> Shape | None:
        """What the table is there, None where there is none."""

    def table(self, name: Name) -> Name:
        """What a query names to read it."""

    def drifts(self) -> tuple[Drift, ...]:
        """What of the table's values isn't of the promised type, beyond its shape."""

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """Which of the contract's tables, which of their rows, and how much is told."""

    table: str | None = None
    where: str | None = None
    since: str | None = None
    time_column: str | None = None
    sample: float | None = None
    rows: int = 0
    """How many rows of each violation are shown: data can be personal, so none unless asked for."""


def verify_contract(
    site: Site,
    model: str,
    version: str | None,
    wanted: VerificationRequest,
    *,
    on: str | None = None,
    timeout_s: float = 300,
) -> Verification:
    """Hold data against the contract of a version, or of a consumer (None).

    `on` is the URL of another database than the site's, a .parquet or .csv file of one table, or data that Spark reads
    (`spark_place`). Raises UsageError where no contract or no data is meant, DatabaseError where a query takes longer
    than `timeout_s` seconds.
    """
    contract = _contract(site, model, version)
    file = _file(on)
    if file is not None:
        wanted = of_file(contract, wanted, file.stem)
    elif on is not None and isinstance(place := spark_place(on), SparkPath):
        wanted = of_file(contract, wanted, place.table)
    with _data(site, contract, on, file, timeout_s) as data:
        views = data.views(model, version) if contract.reads_through == "view" else None
        return verify(contract, f"{model}@{version}" if version else model, wanted, data, views)


def unrun_dialect(on: str | None) -> Dialect | None:
    """The server whose SQL is written and not run: what stands before `://` or `:`; None where it is run."""
    named, colon, _ = (on or "").partition(":")
    return _UNRUN.get(named.lower()) if colon else None


def write_queries(
    site: Site, model: str, version: str | None, wanted: VerificationRequest, dialect: Dialect
) -> tuple[UnrunQuery, ...]:
    """The aggregate of each table for a server that isn't asked, taking its columns to be of the promised types.

    Raises UsageError as `verify_contract`.
    """
    contract = _contract(site, model, version)
    chosen = _chosen(contract, wanted)
    _look_at(wanted, chosen, dialect)
    return tuple(_unrun(entries, wanted, dialect) for entries in chosen)


def _unrun(entries: tuple[ContractTable, ...], wanted: VerificationRequest, dialect: Dialect) -> UnrunQuery:
    types = {each.column: each.type or Type("text") for entry in entries for each in entry.promises}
    shape = Shape(types, {name: kind_of(type_) for name, type_ in types.items()})
    checks = table_checks(entries, shape)
    name = Name(entries[0].table.name, entries[0].table.schema or "public")
    since = _since(shape, wanted)
    source = Source(dialect, name, wanted.where, since, wanted.sample)
    said = tuple(f"{each.check.column}: {each.check.words}" for each in checks.asked)
    return UnrunQuery(name, ("rows", *said), aggregate(source, checks.asked))


def _contract(site: Site, model: str, version: str | None) -> Contract:
    """What speaks for the version: a file that lists it, else the contract of another that it was published with."""
    files = site.contract_files()
    mine = [file.contract for file in files if file.contract.model == model]
    if version is not None and not any(version in each.model_versions for each in mine):
        for each in read_book(site).listed:
            if (each.contract.model, each.version) == (model, version):
                return each.contract
    return find(files, model, version, site.relative(site.contracts_folder), "verify").contract


def _file(on: str | None) -> Path | None:
    """The file that is meant, None for the URL of a database."""
    file = Path(on) if on is not None else None
    return file if file is not None and file.suffix.lower() in (".parquet", ".csv") else None


def _data(
    site: Site, contract: Contract, on: str | None, file: Path | None, timeout_s: float
) -> "AbstractContextManager[PostgresData | DuckFile | SparkData]":
    if on is not None and (place := spark_place(on)) is not None:
        from schemaguard.adapters.spark.table_data import SparkData

        return SparkData(place, timeout_s)
    if file is not None:
        from schemaguard.adapters.files.table_data import DuckFile

        return DuckFile(file, timeout_s)
    from schemaguard.adapters.postgres.table_data import PostgresData

    if on is None and contract.reads_through == "copy":
        raise UsageError(
            f"{contract.model} reads a copy, not this database", at=contract.file, next="say where it is: --on URL|FILE"
        )
    return PostgresData(on or site.database_url, timeout_s)


def verify(
    contract: Contract, name: str, wanted: VerificationRequest, data: Data, views: str | None = None
) -> Verification:
    """Judge the data; `views` is the schema of the contract's views where it reads through them.

    Raises UsageError where `wanted` can't be meant, and what `data` raises.
    """
    chosen = _chosen(contract, wanted)
    _look_at(wanted, chosen, data.dialect)
    verdicts = tuple(_judge(entries, wanted, data, views) for entries in chosen)
    narrowed = [wanted.where] if wanted.where is not None else []
    narrowed += [f"{wanted.time_column} >= {_time(wanted.since)}"] if wanted.since is not None else []
    is_hidden = contract.reads_through == "view" and views is None
    notes = (_NO_VIEWS,) if is_hidden and data.dialect == "postgres" else ()
    return Verification(name, data.place, verdicts, tuple(narrowed), notes, wanted.sample)


def of_file(contract: Contract, wanted: VerificationRequest, stem: str) -> VerificationRequest:
    """With the table that a file is of: the one that is named, called as the file is, or the only one.

    UsageError where that could be several.
    """
    names = {str(entry.table): entry.table for entry in contract.tables}
    if wanted.table is not None:
        return wanted
    called = [spelled for spelled, table in names.items() if stem in (table.name, spelled)]
    if len(called) == 1 or len(names) == 1:
        return replace(wanted, table=(called or list(names))[0])
    raise UsageError(
        "it isn't known which table the file holds", at=contract.file, next=f"--table with one of: {', '.join(names)}"
    )


def _chosen(contract: Contract, wanted: VerificationRequest) -> tuple[tuple[ContractTable, ...], ...]:
    """The contract's entries, those of one table together."""
    grouped: dict[Name, list[ContractTable]] = {}
    for entry in contract.tables:
        grouped.setdefault(Name(entry.table.name, entry.table.schema or "public"), []).append(entry)
    if wanted.table is None:
        return tuple(tuple(entries) for entries in grouped.values())
    found = [tuple(each) for key, each in grouped.items() if wanted.table in (key.name, f"{key.schema}.{key.name}")]
    if len(found) != 1:
        known = ", ".join(str(key) for key in grouped)
        what = "names two tables" if found else "isn't a table of the contract"
        raise UsageError(f"{wanted.table} {what}", at=contract.file, next=f"--table with one of: {known}")
    return (found[0],)


def _look_at(wanted: VerificationRequest, chosen: Sequence[tuple[ContractTable, ...]], dialect: Dialect) -> None:
    """UsageError where the options can't be meant."""
    if (wanted.where is not None or wanted.since is not None) and len(chosen) > 1:
        known = ", ".join(str(entries[0].table) for entries in chosen)
        raise UsageError("--where and --since work on one table only", next=f"--table with one of: {known}")
    if (wanted.since is None) != (wanted.time_column is None):
        raise UsageError(
            "--since needs --time-column, and --time-column needs --since",
            next="--since 2026-09-01 --time-column occurred_at",
        )
    if wanted.since is not None:
        _time(wanted.since)
    if wanted.where is not None and condition(wanted.where, dialect) is None:
        raise UsageError(
            "--where must be one SQL condition",
            at=wanted.where[:120],
            next="a condition, as it would stand behind WHERE",
        )
    if wanted.sample is not None and not 0 < wanted.sample <= 100:
        raise UsageError(f"--sample can't be {wanted.sample:g}", next="a percentage above 0, up to 100")


def _time(text: str | None) -> str:
    """The time in UTC, which it is in where it names no zone: a column without one takes it as it stands."""
    try:
        found = datetime.fromisoformat(text or "")
        return (found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)).isoformat()
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text!r} is not a time", next="such as 2026-09-01, or 2026-09-01T12:00:00+02:00"
        ) from None


def _judge(
    entries: tuple[ContractTable, ...], wanted: VerificationRequest, data: Data, views: str | None
) -> TableVerdict:
    began = time.monotonic()
    name = entries[0].table if views is None else Name(entries[0].table.name, views)
    promised = {each.column: each.type for entry in entries for each in entry.promises if each.type is not None}
    shape = data.shape(name, promised)
    checks = table_checks(entries, shape)
    if shape is None:
        return TableVerdict(checks, shown_as=views)
    checks = replace(checks, drifts=(*checks.drifts, *data.drifts()))
    source = _source(name, shape, wanted, data)
    (counted,) = data.ask(aggregate(source, checks.asked))
    rows, *counts = (int(count) for count in counted)
    verdict = TableVerdict(checks, rows, tuple(counts), shown_as=views)
    shown = _examples(verdict, source, shape, wanted.rows, data) if wanted.rows else {}
    return replace(verdict, examples=shown, seconds=time.monotonic() - began)


def _is_time(type_: Type) -> bool:
    is_named = type_.name == "date" or type_.name.startswith("timestamp")
    return is_named and type_.schema is None and not type_.dimensions


def _since(shape: Shape, wanted: VerificationRequest) -> Since | None:
    if wanted.since is None or wanted.time_column is None:
        return None
    type_ = shape.types.get(wanted.time_column)
    if type_ is None or not _is_time(type_):
        found = "there is no such column" if type_ is None else f"it is {type_}"
        raise UsageError(f"--time-column {wanted.time_column}: {found}", next="name a column with a date or time")
    return Since(wanted.time_column, type_.name, _time(wanted.since))


def _source(name: Name, shape: Shape, wanted: VerificationRequest, data: Data) -> Source:
    since = _since(shape, wanted)
    if wanted.sample is not None and not shape.is_sampled:
        raise UsageError(f"{name} is a view, and PostgreSQL samples tables only", next="--since or --where instead")
    return Source(data.dialect, data.table(name), wanted.where, since, wanted.sample)


def _examples(verdict: TableVerdict, source: Source, shape: Shape, most: int, data: Data) -> dict[Check, Rows]:
    found: dict[Check, Rows] = {}
    for asked, _ in verdict.violations:
        names = example_columns(asked, shape.key)
        rows = data.ask(examples(source, asked, shape.key, most))
        found[asked.check] = (names, tuple(tuple("NULL" if v is None else str(v) for v in row) for row in rows))
    return found
