"""What MLflow keeps of a model version → a reader: datasets that were logged with its run, its signature or example.

https://mlflow.org/docs/latest/ml/dataset/ and https://mlflow.org/docs/latest/ml/model/signatures/
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.frozen import dataclass
from schemaguard.importing.found import (
    Columns,
    FoundReader,
    FoundReaders,
    all_columns,
    columns_meant,
    consumer_name,
    known_relation,
    merged,
    sql_name,
)
from schemaguard.importing.queries import reads_of_query

_TABLES = ("table_name", "delta_table_name")
_QUERIES = ("sql", "query")


@dataclass(frozen=True, slots=True)
class LoggedDataset:
    """A dataset as a run has it; source and schema are MLflow's JSON."""

    name: str
    source: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class LoggedVersion:
    """One version of a registered model."""

    model: str
    version: str
    datasets: tuple[LoggedDataset, ...] = ()
    inputs: tuple[str, ...] = ()
    """The columns of its signature, else of its input example."""


def version_readers(versions: Iterable[LoggedVersion], catalog: Catalog) -> FoundReaders:
    """Each version as a reader of the tables that its datasets name, else of the one that has its inputs."""
    found: list[FoundReader] = []
    left_out: list[str] = []
    for version in versions:
        name = f"{version.model} {version.version}"
        notes: dict[str, None] = {}
        reads = merged(_of_dataset(one, catalog, notes) for one in version.datasets)
        if not reads:
            reads = dict(_of_inputs(version, catalog, notes))
        if not reads:
            left_out.append(f"no dataset of {name} names a table of the migrations, and no single one has its inputs")
            continue
        missing = [one for one in version.inputs if not _is_in(one, reads, catalog)]
        if missing:
            notes[f"no table that it reads has the inputs {', '.join(missing)}: the model's own code makes them"] = None
        made = consumer_name(version.model, version.version)
        found.append(
            FoundReader(
                made, f"mlflow {name}", reads, about=name, notes=tuple(notes),
                model=version.model, version=version.version,
            )
        )  # fmt: skip
    return FoundReaders(tuple(found), tuple(left_out))


def _of_dataset(dataset: LoggedDataset, catalog: Catalog, notes: dict[str, None]) -> Columns:
    source = _object(dataset.source)
    query = next((str(source[key]) for key in _QUERIES if source.get(key)), "")
    if query:
        found = reads_of_query(query, catalog)
        if found.why and found.columns:
            tables = ", ".join(map(str, found.columns))
            notes[f"the query of {dataset.name} can't be traced: every column of {tables} is taken as read"] = None
        return found.columns
    table = _table(source, dataset.name, catalog)
    if table is None:
        return {}
    columns = columns_meant(_columns(dataset.schema), table, catalog)
    if columns:
        return {table: columns}
    why = "names no columns" if columns is not None else f"has columns that {table} doesn't have"
    notes[f"the dataset {dataset.name} {why}: every column of {table} is taken as read"] = None
    return {table: all_columns(table, catalog)}


def _table(source: dict[str, Any], name: str, catalog: Catalog) -> Name | None:
    """What the source says, else the dataset's own name."""
    for spelled in (*(source.get(key) for key in _TABLES), name):
        if spelled and (found := known_relation(sql_name(str(spelled)), catalog)) is not None:
            return found
    return None


def _columns(schema: str) -> tuple[str, ...]:
    """The columns of a schema; one of tensors without names has none."""
    said = _object(schema)
    tensors = said.get("mlflow_tensorspec")
    listed = said.get("mlflow_colspec") or (tensors.get("features") if isinstance(tensors, dict) else None)
    if isinstance(listed, str):
        try:
            listed = json.loads(listed)
        except (ValueError, RecursionError):
            return ()
    if not isinstance(listed, list):
        return ()
    return tuple(str(one["name"]) for one in listed if isinstance(one, dict) and one.get("name"))


def _object(text: str) -> dict[str, Any]:
    """A JSON object, empty where a text is none: anybody may log anything as a dataset's source."""
    try:
        said = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _of_inputs(
    version: LoggedVersion, catalog: Catalog, notes: dict[str, None]
) -> Iterator[tuple[Name, frozenset[str]]]:
    """The one table or view that has all the inputs."""
    if not version.inputs:
        return
    having = [
        (table, columns)
        for table in (*catalog.tables, *catalog.views)
        if (columns := columns_meant(version.inputs, table, catalog)) is not None
    ]
    if len(having) == 1:
        notes[f"no dataset names its table: {having[0][0]} is the only one that has all its inputs"] = None
        yield having[0]


def _is_in(column: str, reads: Columns, catalog: Catalog) -> bool:
    return any(columns_meant((column,), table, catalog) for table in reads)
