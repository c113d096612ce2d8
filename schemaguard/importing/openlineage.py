"""OpenLineage events → readers and writers, a consumer a job.

Columns come from the facet columnLineage of what a job writes; where a job has none, every column of the facet schema
of what it reads is taken as read, and that is said:
https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass
from schemaguard.importing.found import (
    Columns,
    FoundReader,
    FoundReaders,
    all_columns,
    columns_meant,
    consumer_name,
    dotted,
    known_relation,
    merged,
)

_SCHEMES = ("postgres", "postgresql")


@dataclass(frozen=True, slots=True)
class LineageEvent:
    """What of one event matters here."""

    job: tuple[str, str]
    """Namespace and name."""
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    owner: str | None


def read_events(text: str, file: str) -> tuple[LineageEvent, ...]:
    """The events of a file: one JSON document with one or a list of them, or one a line.

    Raises ContractError with file:line where one can't be read.
    """
    try:
        whole = json.loads(text)
        documents = [(1, one) for one in (whole if isinstance(whole, list) else [whole])]
    except ValueError:
        documents = list(_lines(text, file))
    except RecursionError as error:
        raise ContractError("nested too deeply", at=f"{file}:1", next="name a file of events") from error
    return tuple(_event(one, f"{file}:{line}") for line, one in documents if _is_of_a_job(one, f"{file}:{line}"))


def _lines(text: str, file: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ContractError(f"not JSON: {error}", at=f"{file}:{number}", next="name a file of events") from error


def _is_of_a_job(one: Any, at: str) -> bool:
    """Whether an event is about a job; one about a dataset alone says nothing of readers."""
    if not isinstance(one, dict) or not ({"job", "dataset"} & set(one)):
        raise ContractError("this isn't an OpenLineage event", at=at, next="name a file of events")
    return "job" in one


def _event(one: dict[str, Any], at: str) -> LineageEvent:
    try:
        job = one["job"]
        owners = ((job.get("facets") or {}).get("ownership") or {}).get("owners") or [{}]
        inputs, outputs = tuple(one.get("inputs") or ()), tuple(one.get("outputs") or ())
        event = LineageEvent((str(job["namespace"]), str(job["name"])), inputs, outputs, owners[0].get("name"))
        # Every part is looked at once, so that a damaged one is told with its line.
        for dataset in (*inputs, *outputs):
            _relation(dataset, Catalog())
            _fields(dataset)
        tuple(_lineage_fields(event, Catalog()))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ContractError(f"the event is damaged: {error!r}", at=at, next="take it out, or correct it") from error
    return event


def lineage_readers(events: tuple[LineageEvent, ...], catalog: Catalog) -> FoundReaders:
    """Each job with all that its events name of the tables that the catalog has."""
    by_job: dict[tuple[str, str], list[LineageEvent]] = defaultdict(list)
    for event in events:
        by_job[event.job].append(event)
    found, left_out = [], []
    for (namespace, name), of_job in sorted(by_job.items()):
        notes: dict[str, None] = {}
        reads = merged(_reads(event, catalog, notes) for event in of_job)
        writes = merged(_writes(event, catalog) for event in of_job)
        if not reads and not writes:
            left_out.append(f"the job {namespace}/{name} touches no table that the migrations make")
            continue
        owner = next((event.owner for event in reversed(of_job) if event.owner), None)
        origin = f"openlineage {namespace} {name}"
        made = consumer_name(namespace, name)
        found.append(FoundReader(made, origin, reads, writes, owner, f"the job {name} of {namespace}", tuple(notes)))
    return FoundReaders(tuple(found), tuple(left_out))


def _relation(dataset: dict[str, Any], catalog: Catalog) -> Name | None:
    """The table that a dataset means: its namespace is postgres://host:port, its name database.schema.table.

    A dataset that lies elsewhere may have the table's name as another one: the facet `symlinks`.
    """
    facets = dataset.get("facets") or {}
    others = (facets.get("symlinks") or {}).get("identifiers") or ()
    for one in (dataset, *others):
        scheme = str(one.get("namespace", "")).lower().removeprefix("jdbc:").partition(":")[0]
        if scheme in _SCHEMES and (found := _named(str(one.get("name", "")), catalog)) is not None:
            return found
    return None


def _named(name: str, catalog: Catalog) -> Name | None:
    """The table of a dataset's name: as it is spelled, else with the dots that belong to it, else in other case."""
    parts = dotted(name)
    if not parts:
        return None
    # Database, schema and table; a database and a table; a table whose name has dots.
    ways = [parts[-2:], parts[-1:]] if len(parts) < 3 else [parts[-2:]]
    ways += [(schema, ".".join(parts[at:])) for at in (2, 1) for schema in parts[at - 1 : at] if len(parts) > at]
    ways.append((".".join(parts),))
    for spelled in (ways, [tuple(part.lower() for part in way) for way in ways]):
        for way in spelled:
            if (found := known_relation(way, catalog)) is not None:
                return found
    return None


def _fields(dataset: dict[str, Any]) -> frozenset[str]:
    facets = dataset.get("facets") or {}
    return frozenset(str(one.get("name")) for one in (facets.get("schema") or {}).get("fields") or ())


def _lineage(dataset: dict[str, Any]) -> dict[str, Any]:
    return (dataset.get("facets") or {}).get("columnLineage") or {}


def _reads(event: LineageEvent, catalog: Catalog, notes: dict[str, None]) -> Columns:
    named: dict[Name, set[str]] = defaultdict(set)
    for meant, column in _lineage_fields(event, catalog):
        named[meant].add(column)
    found = {one: _taken(columns, one, catalog, notes) for one, columns in named.items()}
    # What an output without the facet is made from, nobody says.
    is_told = all(map(_lineage, event.outputs))
    for dataset in event.inputs:
        table = _relation(dataset, catalog)
        if table is None or (table in named and is_told):
            continue
        fields = _fields(dataset)
        columns = _taken(fields, table, catalog, notes)
        if event.outputs or not fields:
            notes[f"no event says which columns of {table} it reads: {len(columns)} are taken as read"] = None
        found[table] = found.get(table, frozenset()) | columns
    return found


def _taken(names: Collection[str], table: Name, catalog: Catalog, notes: dict[str, None]) -> frozenset[str]:
    """The columns that are named, every column where none is, or where one of them isn't known."""
    columns = columns_meant(names, table, catalog)
    if columns is None:
        notes[f"an event names columns of {table} that it doesn't have: every column is taken as read"] = None
    return columns or all_columns(table, catalog)


def _lineage_fields(event: LineageEvent, catalog: Catalog) -> Iterator[tuple[Name, str]]:
    """(table, column) of all that an output is made or chosen from."""
    # A symlink stands at the input alone; the facet repeats its namespace and name.
    links = {_place(one): found for one in event.inputs if (found := _relation(one, catalog)) is not None}
    for dataset in event.outputs:
        facet = _lineage(dataset)
        listed = [one for column in (facet.get("fields") or {}).values() for one in column.get("inputFields") or ()]
        for one in [*listed, *(facet.get("dataset") or ())]:
            meant = links.get(_place(one)) or _relation(one, catalog)
            if meant is not None and one.get("field"):
                yield meant, str(one["field"])


def _place(dataset: dict[str, Any]) -> tuple[str, str]:
    return str(dataset.get("namespace")), str(dataset.get("name"))


def _writes(event: LineageEvent, catalog: Catalog) -> Columns:
    found: dict[Name, frozenset[str]] = {}
    for dataset in event.outputs:
        table = _relation(dataset, catalog)
        if table is not None and table in catalog.tables:
            columns = columns_meant(_fields(dataset), table, catalog) or all_columns(table, catalog)
            found[table] = found.get(table, frozenset()) | columns
    return found
