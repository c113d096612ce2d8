"""dbt's manifest → readers: the project itself, and each of its exposures.

A project's run fails where a column that one of its models names is gone, so the project reads what its models read; an
exposure reads what the models behind it read. The manifest is dbt's own artifact, target/manifest.json:
https://docs.getdbt.com/reference/artifacts/manifest-json. Its models have to be compiled.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass, field
from schemaguard.history.folding import fold
from schemaguard.importing.found import (
    Columns,
    FoundReader,
    FoundReaders,
    all_columns,
    consumer_name,
    known_relation,
    merged,
    sql_name,
)
from schemaguard.importing.queries import relations_named
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import quote

_READS = ("model", "snapshot")
_PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_THREE_PARTS = re.compile(rf"{_PART}\.{_PART}\.{_PART}")
_THROUGH = ("metrics", "semantic_models", "saved_queries")
_OLDEST = 7
"""The first version of the artifact that keeps `compiled_code`."""


@dataclass(frozen=True, slots=True)
class DbtNode:
    """A model, snapshot, seed or source: its relation, what it is made from, and its compiled query."""

    id: str
    kind: str
    name: str
    relation: tuple[str, ...]
    """Database, schema and relation, as far as they are known."""
    spelled: str | None
    """The relation as the compiled SQL spells it."""
    query: str | None
    parents: tuple[str, ...]
    columns: tuple[str, ...] = ()
    raw: str = ""
    """The query as it was written, before it is compiled."""


@dataclass(frozen=True, slots=True)
class DbtExposure:
    """Something that uses models: a dashboard, notebook, application."""

    name: str
    kind: str
    owner: str | None
    about: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DbtManifest:
    """What of a manifest matters here."""

    project: str
    nodes: Mapping[str, DbtNode]
    exposures: tuple[DbtExposure, ...]
    spellings: Mapping[str, str]
    """A relation as the compiled SQL spells it, with its database → without."""
    through: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What an exposure may name and that has no query: metrics and the like → what they are made from."""
    made: frozenset[Name] = frozenset()
    """The relations that dbt makes."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is known after some of the models: a catalog with them as views, and what each reads itself."""

    catalog: Catalog
    reads: dict[str, Columns] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def read_manifest(text: str, file: str) -> DbtManifest:
    """The manifest of a text. Raises ContractError where it isn't one, or is too old."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not JSON: {error}", at=file, next="run dbt compile again") from error
    metadata = data.get("metadata") if isinstance(data, dict) else None
    schema = metadata.get("dbt_schema_version") if isinstance(metadata, dict) else None
    if not isinstance(schema, str) or "/manifest/v" not in schema:
        raise ContractError("this isn't dbt's manifest", at=file, next="name target/manifest.json")
    number = schema.rpartition("/manifest/v")[2].removesuffix(".json")
    if not number.isdigit() or int(number) < _OLDEST:
        raise ContractError(f"the manifest has version {number}", at=file, next=f"run dbt 1.3 or newer (v{_OLDEST})")
    try:
        return _manifest(data)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ContractError(f"the manifest is damaged: {error!r}", at=file, next="run dbt compile again") from error


def _manifest(data: dict[str, Any]) -> DbtManifest:
    nodes = {**data["nodes"], **data["sources"]}
    kept = {
        id_: _node(id_, node) for id_, node in nodes.items() if node["resource_type"] in (*_READS, "seed", "source")
    }
    project = data["metadata"].get("project_name") or next(
        (node["package_name"] for node in data["nodes"].values() if node["resource_type"] == "model"), "dbt"
    )
    exposures = tuple(
        DbtExposure(
            str(one["name"]),
            str(one.get("type") or "exposure"),
            (one.get("owner") or {}).get("name") or (one.get("owner") or {}).get("email"),
            str(one.get("label") or one.get("description") or ""),
            _parents(one),
        )
        for one in data.get("exposures", {}).values()
    )
    spellings = {
        spelled: ".".join(map(quote, sql_name(spelled)[1:]))
        for one in kept.values()
        if (spelled := one.spelled) and len(one.relation) == 3
    }
    through = {id_: _parents(one) for kind in _THROUGH for id_, one in (data.get(kind) or {}).items()}
    made = frozenset(_name(node) for node in kept.values() if node.kind != "source")
    return DbtManifest(str(project), kept, exposures, spellings, through, made)


def _node(id_: str, node: dict[str, Any]) -> DbtNode:
    relation = node.get("identifier") or node.get("alias") or node["name"]
    spelled = str(node["relation_name"]) if node.get("relation_name") else None
    parts = tuple(str(part) for part in (node.get("database"), node.get("schema"), relation) if part)
    if spelled and node["resource_type"] != "source":
        parts = sql_name(spelled)
    query = node.get("compiled_code") if node["resource_type"] in _READS else None
    if not isinstance(query, str | None):
        raise TypeError(f"the query of {id_} isn't a text")
    columns = tuple(map(str, node.get("columns") or ()))
    for name in (*parts, *columns):
        quote(name)  # ValueError where the server can't have such a name.
    return DbtNode(
        id_, node["resource_type"], str(node["name"]), parts, spelled, query, _parents(node),
        columns, str(node.get("raw_code") or ""),
    )  # fmt: skip


def _parents(one: dict[str, Any]) -> tuple[str, ...]:
    return tuple(map(str, (one.get("depends_on") or {}).get("nodes") or ()))


def dbt_readers(manifest: DbtManifest, catalog: Catalog) -> FoundReaders:
    """The project and its exposures as readers of the tables that the catalog has."""
    walk = _Walk(catalog)
    for node in _in_order(manifest):
        walk = _walked(walk, node, manifest)
    origin = f"dbt {manifest.project}"
    found = []
    read = merged(walk.reads.values())
    if read:
        about = f"the models of the dbt project {manifest.project}"
        notes = tuple(walk.notes.values())
        found.append(FoundReader(consumer_name("dbt", manifest.project), origin, read, about=about, notes=notes))
    left_out = [*_unknown_sources(manifest, catalog), *_uncompiled(manifest)]
    for exposure in manifest.exposures:
        behind = _behind(exposure.parents, manifest)
        read = merged(walk.reads.get(id_, {}) for id_ in behind)
        sources = [one for id_ in exposure.parents if (one := _source(id_, manifest, catalog)) is not None]
        direct = {one: all_columns(one, catalog) for one in sources}
        read = merged((read, direct))
        if not read:
            left_out.append(f"the exposure {exposure.name} reads no table that the migrations make")
            continue
        notes = tuple(walk.notes[id_] for id_ in sorted(behind) if id_ in walk.notes)
        about = f"{exposure.kind} {exposure.about or exposure.name}"
        name = consumer_name("dbt", manifest.project, exposure.name)
        found.append(FoundReader(name, origin, read, owner=exposure.owner, about=about, notes=notes))
    return FoundReaders(tuple(found), tuple(left_out))


def _in_order(manifest: DbtManifest) -> Iterator[DbtNode]:
    """Every node after those that it is made from."""
    done: set[str] = set()
    for start in sorted(manifest.nodes):
        stack = [start]
        while stack:
            id_ = stack[-1]
            node = manifest.nodes.get(id_)
            missing = [] if node is None else [one for one in node.parents if one not in done and one not in stack]
            if missing and node is not None:
                stack.append(missing[0])
                continue
            stack.pop()
            if node is not None and id_ not in done:
                yield node
            done.add(id_)


def _walked(walk: _Walk, node: DbtNode, manifest: DbtManifest) -> _Walk:
    if node.kind == "source":
        return walk
    if node.kind == "seed":
        columns = ", ".join(f"{quote(column)} text" for column in node.columns)
        return _with_relation(walk, node, f"CREATE TABLE {_spelled(node)} ({columns})")
    if not node.query:
        return _unproven(walk, node, manifest, "isn't compiled")
    query = _two_parts(node.query, manifest)
    try:
        lineage = trace(query, walk.catalog)
    except Untraceable as error:
        return _unproven(walk, node, manifest, f"can't be traced ({error})")
    own = {name: frozenset[str]() for name in lineage.relations if _is_of_migrations(name, manifest, walk.catalog)}
    pairs = ({name: frozenset({column})} for name, column in lineage.direct if name in own)
    walk.reads[node.id] = merged((own, *pairs))
    return _with_relation(walk, node, f"CREATE VIEW {_spelled(node)} AS {query.rstrip().rstrip(';')}")


def _is_of_migrations(name: Name, manifest: DbtManifest, catalog: Catalog) -> bool:
    return name not in manifest.made and (name in catalog.tables or name in catalog.views)


def _unproven(walk: _Walk, node: DbtNode, manifest: DbtManifest, why: str) -> _Walk:
    """Where nobody can tell which columns, every column of what it names is taken as read."""
    named = [name for id_ in node.parents if (name := _source(id_, manifest, walk.catalog)) is not None]
    mentioned = relations_named(node.query or node.raw, walk.catalog)
    named += [name for name in mentioned if name not in named and _is_of_migrations(name, manifest, walk.catalog)]
    walk.reads[node.id] = {name: all_columns(name, walk.catalog) for name in named}
    if named:
        tables = ", ".join(map(str, named))
        walk.notes[node.id] = f"the model {node.name} {why}: every column of {tables} is taken as read"
    columns = ", ".join(f"NULL::text AS {quote(column)}" for column in node.columns)
    return _with_relation(walk, node, f"CREATE VIEW {_spelled(node)} AS SELECT {columns}") if columns else walk


def _with_relation(walk: _Walk, node: DbtNode, statement: str) -> _Walk:
    """The walk with a relation that dbt makes, so that the models after it can be traced."""
    schema = quote(_name(node).schema or "public")
    catalog = walk.catalog
    for text in (f"CREATE SCHEMA IF NOT EXISTS {schema}", statement):
        _, catalog = fold(translate(text), catalog)
    return _Walk(catalog, walk.reads, walk.notes)


def _two_parts(query: str, manifest: DbtManifest) -> str:
    """The query without the database in front of its relations: `"shop"."public"."orders"` → `"public"."orders"`."""
    return _THREE_PARTS.sub(lambda found: manifest.spellings.get(found[0], found[0]), query)


def _name(node: DbtNode) -> Name:
    return Name(node.relation[-1], node.relation[-2] if len(node.relation) > 1 else "public")


def _spelled(node: DbtNode) -> str:
    name = _name(node)
    return f"{quote(name.schema or 'public')}.{quote(name.name)}"


def _source(id_: str, manifest: DbtManifest, catalog: Catalog) -> Name | None:
    node = manifest.nodes.get(id_)
    return _of_source(node, catalog) if node is not None and node.kind == "source" else None


def _of_source(node: DbtNode, catalog: Catalog) -> Name | None:
    """The manifest doesn't say whether a query quotes a source: its name, else the same one without quotes."""
    lower = tuple(part.lower() for part in node.relation)
    return known_relation(node.relation, catalog) or known_relation(lower, catalog)


def _behind(parents: tuple[str, ...], manifest: DbtManifest) -> set[str]:
    """The nodes that these are made from, and they themselves."""
    found: set[str] = set()
    left = list(parents)
    while left:
        id_ = left.pop()
        if id_ not in found:
            found.add(id_)
            left += manifest.nodes[id_].parents if id_ in manifest.nodes else manifest.through.get(id_, ())
    return found & manifest.nodes.keys()


def _unknown_sources(manifest: DbtManifest, catalog: Catalog) -> Iterator[str]:
    for node in manifest.nodes.values():
        if node.kind == "source" and _of_source(node, catalog) is None:
            yield f"the source {'.'.join(node.relation[-2:])} isn't made by the migrations"


def _uncompiled(manifest: DbtManifest) -> Iterator[str]:
    count = sum(node.kind in _READS and not node.query for node in manifest.nodes.values())
    if count:
        yield f"{count} models aren't compiled: run dbt compile, then import again"
