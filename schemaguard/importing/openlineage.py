"""OpenLineage events → readers and writers, a consumer a job.

Columns come from the facet columnLineage of what a job writes; where a job has none, every column of the facet schema
of what it reads is taken as read, and that is said:
https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass
from schemaguard.importing.found import (
    Columns,
    FoundReader,
    FoundReaders,
    all_columns,
    consumer_name,
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
    for number, line in enumerate(text.splitlines(), 1):
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
        return LineageEvent(
            (str(job["namespace"]), str(job["name"])),
            tuple(one.get("inputs") or ()),
            tuple(one.get("outputs") or ()),
            owners[0].get("name"),
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ContractError(f"the event is damaged: {error!r}", at=at, next="take it out, or correct it") from error


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
    """The table that a dataset means: its namespace is postgres://host:port, its name database.schema.table."""
    scheme = str(dataset.get("namespace", "")).partition(":")[0]
    parts = tuple(str(dataset.get("name", "")).split("."))
    return known_relation(parts[-3:], catalog) if scheme in _SCHEMES and parts[-1] else None


def _fields(dataset: dict[str, Any]) -> frozenset[str]:
    facets = dataset.get("facets") or {}
    return frozenset(str(one.get("name")) for one in (facets.get("schema") or {}).get("fields") or ())


def _reads(event: LineageEvent, catalog: Catalog, notes: dict[str, None]) -> Columns:
    named = list(_lineage_fields(event, catalog))
    found = merged({table: frozenset({column})} for table, column in named)
    for dataset in event.inputs:
        table = _relation(dataset, catalog)
        if table is None or table in found:
            continue
        known = all_columns(table, catalog)
        columns = (_fields(dataset) & known) or known
        if event.outputs or not _fields(dataset):
            notes[f"no event says which columns of {table} it reads: {len(columns)} are taken as read"] = None
        found[table] = columns
    return {table: columns & all_columns(table, catalog) for table, columns in found.items()}


def _lineage_fields(event: LineageEvent, catalog: Catalog) -> Iterator[tuple[Name, str]]:
    """(table, column) of all that an output is made or chosen from."""
    for dataset in event.outputs:
        facet = (dataset.get("facets") or {}).get("columnLineage") or {}
        listed = [one for column in (facet.get("fields") or {}).values() for one in column.get("inputFields") or ()]
        for one in [*listed, *(facet.get("dataset") or ())]:
            table = _relation(one, catalog)
            if table is not None and one.get("field"):
                yield table, str(one["field"])


def _writes(event: LineageEvent, catalog: Catalog) -> Columns:
    found: dict[Name, frozenset[str]] = {}
    for dataset in event.outputs:
        table = _relation(dataset, catalog)
        if table is not None and table in catalog.tables:
            known = all_columns(table, catalog)
            found[table] = found.get(table, frozenset()) | ((_fields(dataset) & known) or known)
    return found
