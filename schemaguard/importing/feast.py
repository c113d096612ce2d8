"""Feast's registry → readers: the project with all its feature views, and each feature service.

Which columns a feature view reads is what Feast's own offline stores ask for: keys of the entities, features (or what
is aggregated), timestamps, each as its source calls it (feast/utils.py, _get_column_names):
https://docs.feast.dev/getting-started/concepts/feature-view
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts import document
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass, field, replace
from schemaguard.importing.feast_registry import decoded
from schemaguard.importing.found import (
    DESCRIPTION,
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

_VIEWS = ("featureViews", "streamFeatureViews", "labelViews")
_NO_ENTITY = "__dummy_id"
DUMP_KEYS = (*_VIEWS, "onDemandFeatureViews", "featureServices", "dataSources")
"""What a dump of a registry has at least one of."""


@dataclass(frozen=True, slots=True)
class FeastSource:
    """Where a feature view's rows come from."""

    kind: str
    table: str = ""
    query: str = ""
    times: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    """A feature's name → the column's, where they differ."""


@dataclass(frozen=True, slots=True)
class FeastProjection:
    """Features of one feature view."""

    view: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeastView:
    """A feature view of any kind; an on-demand one has projections instead of a source."""

    name: str
    source: FeastSource | None
    keys: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    aggregated: tuple[str, ...] = ()
    """What aggregations are made from: those columns are read instead of the features."""
    is_transformed: bool = False
    """Whether a function makes the features: nobody can tell what it takes."""
    made_from: tuple["FeastView", ...] = ()
    projections: tuple[FeastProjection, ...] = ()


@dataclass(frozen=True, slots=True)
class FeastService:
    """What one model or application asks for."""

    name: str
    owner: str | None
    about: str
    projections: tuple[FeastProjection, ...]


@dataclass(frozen=True, slots=True)
class FeastSettings:
    """What of feature_store.yaml matters here."""

    registry: str
    """The registry's file, relative to this one; empty where it isn't a file."""
    schema: str | None = None
    """Where the offline store looks for tables without a schema."""


@dataclass(frozen=True, slots=True)
class FeastProject:
    """One project of a registry."""

    name: str
    views: Mapping[str, FeastView]
    services: tuple[FeastService, ...]


def read_settings(text: str, file: str) -> FeastSettings:
    """The settings in a feature_store.yaml. Raises ContractError with file:line where they can't be read."""
    said = document.read(text, file, DESCRIPTION).data
    if not isinstance(said, dict):
        raise ContractError("this isn't Feast's configuration", at=file, next="name a folder with feature_store.yaml")
    registry, store = said.get("registry") or "data/registry.db", said.get("offline_store")
    if isinstance(registry, dict):
        is_file = registry.get("registry_type", "file") == "file"
        registry = (registry.get("path") or "data/registry.db") if is_file else ""
    schema = store.get("db_schema") if isinstance(store, dict) else None
    is_far = "://" in str(registry)
    return FeastSettings("" if is_far else str(registry), str(schema) if schema else None)


def read_registry(data: bytes, file: str) -> tuple[FeastProject, ...]:
    """The projects of a registry: its own file, or what `feast registry-dump` prints.

    Raises ContractError with the file where it is neither.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    try:
        said = json.loads(data.decode("utf-8-sig")) if start == b"{" else decoded(data, file)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not JSON: {error}", at=file, next="run feast registry-dump again") from error
    if not any(key in said for key in (*DUMP_KEYS, "entities")):
        raise ContractError("this isn't Feast's registry", at=file, next="name registry.db, or feast registry-dump's")
    try:
        return tuple(_projects(said))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ContractError(f"the registry is damaged: {error!r}", at=file, next="run feast apply again") from error


def _projects(said: dict[str, Any]) -> Iterator[FeastProject]:
    default = str(said.get("project") or "feast")
    keys = {
        (_project(spec, default), str(spec["name"])): str(spec.get("joinKey") or spec["name"])
        for spec in _specs(said, "entities")
    }
    views: dict[str, dict[str, FeastView]] = {}
    services: dict[str, list[FeastService]] = {}
    for kind in _VIEWS:
        for spec in _specs(said, kind):
            project = _project(spec, default)
            views.setdefault(project, {})[str(spec["name"])] = _view(spec, project, keys)
    for spec in _specs(said, "onDemandFeatureViews"):
        made = FeastView(str(spec["name"]), None, projections=tuple(_sources(spec.get("sources") or {})))
        views.setdefault(_project(spec, default), {})[made.name] = made
    for spec in _specs(said, "featureServices"):
        project = _project(spec, default)
        asked = tuple(map(_projection, spec.get("features") or ()))
        about = str(spec.get("description") or "")
        services.setdefault(project, []).append(
            FeastService(str(spec["name"]), spec.get("owner") or None, about, asked)
        )
    for project in sorted({*views, *services}):
        yield FeastProject(project, views.get(project, {}), tuple(services.get(project, ())))


def _specs(said: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    yield from (one["spec"] for one in said.get(kind) or ())


def _project(spec: dict[str, Any], default: str) -> str:
    return str(spec.get("project") or default)


def _view(spec: dict[str, Any], project: str, keys: Mapping[tuple[str, str], str]) -> FeastView:
    columns = _names(spec.get("entityColumns")) or tuple(
        keys.get((project, str(one)), str(one)) for one in spec.get("entities") or () if one != "__dummy"
    )
    source = spec.get("batchSource") or spec.get("source")
    return FeastView(
        str(spec["name"]),
        _source(source) if source else None,
        tuple(one for one in columns if one != _NO_ENTITY),
        _names(spec.get("features")),
        tuple(str(one["column"]) for one in spec.get("aggregations") or ()),
        "featureTransformation" in spec or "userDefinedFunction" in spec,
        tuple(_view(one, project, keys) for one in spec.get("sourceViews") or ()),
    )


def _names(features: Iterable[dict[str, Any]] | None) -> tuple[str, ...]:
    return tuple(str(one["name"]) for one in features or ())


def _source(source: dict[str, Any]) -> FeastSource:
    if "batchSource" in source:
        return _source(source["batchSource"])  # What is pushed is read back from there.
    kind = str(source.get("dataSourceClassType") or "").rpartition(".")[2]
    times = (source.get(key) for key in ("timestampField", "createdTimestampColumn", "datePartitionColumn"))
    columns = {str(feature): str(column) for column, feature in (source.get("fieldMapping") or {}).items()}
    made = FeastSource(kind, times=tuple(str(one) for one in times if one), columns=columns)
    if kind != "PostgreSQLSource":
        return made
    said = json.loads(base64.b64decode((source.get("customOptions") or {}).get("configuration") or "", validate=True))
    return replace(made, table=str(said.get("table") or ""), query=str(said.get("query") or ""))


def _sources(sources: Mapping[str, dict[str, Any]]) -> Iterator[FeastProjection]:
    for one in sources.values():
        if "featureViewProjection" in one:
            yield _projection(one["featureViewProjection"])
        elif "featureView" in one:
            spec = one["featureView"]["spec"]
            yield FeastProjection(str(spec["name"]), _names(spec.get("features")))


def _projection(one: dict[str, Any]) -> FeastProjection:
    return FeastProjection(str(one["featureViewName"]), _names(one.get("featureColumns")))


def feast_readers(projects: Iterable[FeastProject], catalog: Catalog) -> FoundReaders:
    """Each project and each feature service as a reader of the tables that the catalog has."""
    found: list[FoundReader] = []
    left_out: list[str] = []
    for project in projects:
        origin = f"feast {project.name}"
        notes: dict[str, None] = {}
        reads = merged(_reads(view, view.features, catalog, notes) for view in project.views.values())
        left_out += (f"{why}" for view in project.views.values() if (why := _why_not(view, catalog)))
        if reads:
            about = f"the feature views of the Feast project {project.name}"
            found.append(
                FoundReader(consumer_name("feast", project.name), origin, reads, about=about, notes=tuple(notes))
            )
        for service in project.services:
            notes = {}
            reads = merged(_asked(service.projections, project, catalog, notes, frozenset()))
            if not reads:
                left_out.append(f"the feature service {service.name} reads no table that the migrations make")
                continue
            about = f"the feature service {service.name} of {project.name}" + (service.about and f": {service.about}")
            name = consumer_name("feast", project.name, service.name)
            found.append(FoundReader(name, origin, reads, owner=service.owner, about=about, notes=tuple(notes)))
    return FoundReaders(tuple(found), tuple(left_out))


def _asked(
    projections: Iterable[FeastProjection],
    project: FeastProject,
    catalog: Catalog,
    notes: dict[str, None],
    behind: frozenset[str],
) -> Iterator[Columns]:
    """What each projection reads; one of an on-demand view reads what that one is made from."""
    for one in projections:
        view = project.views.get(one.view)
        if view is None:
            notes[f"the feature view {one.view} isn't in the registry: what it reads isn't known"] = None
        elif view.name not in behind:
            yield _reads(view, one.features, catalog, notes)
            yield from _asked(view.projections, project, catalog, notes, behind | {view.name})


def _reads(view: FeastView, features: tuple[str, ...], catalog: Catalog, notes: dict[str, None]) -> Columns:
    own = _of_source(view, view.source, features, catalog, notes) if view.source is not None else {}
    return merged((own, *(_reads(one, one.features, catalog, notes) for one in view.made_from)))


def _of_source(
    view: FeastView, source: FeastSource, features: tuple[str, ...], catalog: Catalog, notes: dict[str, None]
) -> Columns:
    if source.query:
        found = reads_of_query(source.query, catalog)
        if found.why and found.columns:
            tables = ", ".join(map(str, found.columns))
            notes[
                f"the query of {view.name} can't be traced ({found.why}): every column of {tables} is taken as read"
            ] = None
        return found.columns
    table = known_relation(sql_name(source.table), catalog) if source.table else None
    if table is None:
        return {}
    every = all_columns(table, catalog)
    if view.is_transformed and not view.aggregated:
        notes[f"a function makes the features of {view.name}: every column of {table} is taken as read"] = None
        return {table: every}
    named = (*view.keys, *(view.aggregated or features), *source.times)
    columns = columns_meant((source.columns.get(one, one) for one in named), table, catalog)
    if columns is None:
        notes[f"{view.name} names columns that {table} doesn't have: every column is taken as read"] = None
    return {table: every if columns is None else columns}


def _why_not(view: FeastView, catalog: Catalog) -> str:
    """Why a feature view is no reader, empty where it is one or stands on others."""
    source = view.source
    if source is None:
        return ""
    if source.kind != "PostgreSQLSource":
        return (
            f"the feature view {view.name} reads no table of PostgreSQL, but a {source.kind or 'source without a kind'}"
        )
    if source.query:
        known = reads_of_query(source.query, catalog).columns
        return "" if known else f"the query of the feature view {view.name} reads no table that the migrations make"
    if known_relation(sql_name(source.table), catalog) is None:
        return f"the feature view {view.name} reads {source.table}, which the migrations don't make"
    return ""
