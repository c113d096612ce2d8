"""The text of a contract that was inferred: a line a column, and comments where a person has to decide."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import ContractTable, Promise, ReadsThrough
from schemaguard.contracts.digests import VENDOR
from schemaguard.frozen import dataclass, field

Seen = Mapping[tuple[Name, str], tuple[str, str]]
"""(table, column) → the least and the greatest value that was seen in the data."""

_LOGICAL = (
    dict.fromkeys(("smallint", "integer", "bigint", "oid"), "integer")
    | dict.fromkeys(("numeric", "real", "double precision", "money"), "number")
    | dict.fromkeys(("timestamp with time zone", "timestamp without time zone"), "timestamp")
    | dict.fromkeys(("time with time zone", "time without time zone"), "time")
    | dict.fromkeys(("json", "jsonb"), "object")
    | {"boolean": "boolean", "date": "date"}
)
_TEAM = "# team: {name: …}                          # whom to ask"
_WINDOW = """\
# slaProperties:                            # the release window; without dates it has no end
#   - {property: generalAvailability, value: "2026-01-31"}
#   - {property: endOfSupport, value: "2026-12-31"}"""
_NO_WRITES = (
    "# Nothing is said of what it writes: infer it with --writes 'table(column, …)', or add an entry, access: write."
)
_NO_VERSION = (
    "# modelVersion isn't known before the version is registered: schemaguard contracts infer MODEL VERSION binds it."
)


@dataclass(frozen=True, slots=True)
class ImportedConsumer:
    """A consumer that was described elsewhere: where, whom to ask, and a digest of what was said there."""

    origin: str
    digest: str
    owner: str | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """All that a drafted contract says. `model_versions` is empty while the version isn't known."""

    model: str
    model_versions: tuple[str, ...]
    tables: tuple[ContractTable, ...]
    reads_through: ReadsThrough = "table"
    query_file: str | None = None
    signature_file: str | None = None
    source: str = ""
    """Where the contract was inferred from, for the comment at its top."""
    notes: tuple[str, ...] = ()
    seen: Seen = field(default_factory=dict)
    consumer: "ImportedConsumer | None" = None
    """Set where it was described elsewhere; without versions it is of a consumer that isn't a model."""

    @property
    def writes(self) -> bool:
        """Whether it says what is written."""
        return any(table.access == "write" for table in self.tables)


def render(draft: ContractDraft, catalog: Catalog) -> str:
    """The contract file. `odcs.parse` reads from it what the draft says; the catalog knows domains' base types."""
    return "\n".join(_lines(draft, catalog)) + "\n"


def _lines(draft: ContractDraft, catalog: Catalog) -> Iterator[str]:
    if draft.consumer is not None:
        yield from _imported(draft, draft.consumer, catalog)
        return
    versions = draft.model_versions
    version = versions[0] if versions else ""
    name = f"{draft.model}@{version}" if version else draft.model
    identity = f"urn:schemaguard:model:{draft.model}" + (f":{version}" if version else "")
    yield f"# What {_comment(name)} reads and writes: a draft that was inferred, for a person to judge."
    for text in (draft.source, *draft.notes):
        yield f"# {_comment(text)}"
    yield "apiVersion: v3.2.0"
    yield "kind: DataContract"
    yield from (_entry("id", identity), _entry("name", name))
    yield f"version: {version}.0.0" if version.isascii() and version.isdigit() else "version: 1.0.0"
    yield "status: draft"
    yield _TEAM
    yield from _WINDOW.splitlines()
    yield "customProperties:"
    yield from (f"  - {_flow(each)}" for each in _our_properties(draft))
    if not versions:
        yield _NO_VERSION
    yield "schema:"
    for table in draft.tables:
        yield from _table(table, catalog, draft.seen)
    if not draft.writes:
        yield _NO_WRITES


def _imported(draft: ContractDraft, consumer: ImportedConsumer, catalog: Catalog) -> Iterator[str]:
    """The lines of a contract that was imported. A consumer's holds at once; a model's is a draft to be judged."""
    version = draft.model_versions[0] if draft.model_versions else ""
    about = _comment(consumer.about or draft.model)
    yield f"# What {about} reads and writes, imported from {_comment(consumer.origin)}."
    yield "# Importing again keeps what people changed here, and says what has changed there."
    for text in draft.notes:
        yield f"# {_comment(text)}"
    yield "apiVersion: v3.2.0"
    yield "kind: DataContract"
    if version:
        identity, name = f"urn:schemaguard:model:{draft.model}:{version}", f"{draft.model}@{version}"
    else:
        identity, name = f"urn:schemaguard:consumer:{draft.model}", draft.model
    yield from (_entry("id", identity), _entry("name", name))
    yield "version: 1.0.0"
    yield "status: draft" if version else "status: active"
    yield _flow_entry("team", {"name": consumer.owner}) if consumer.owner else _TEAM
    yield "customProperties:"
    if version:
        yield from (f"  - {_flow(each)}" for each in _our_properties(draft))
    else:
        yield f"  - {_flow(_property('readsThrough', draft.reads_through))}"
    yield f"  - {_flow(_property('importedFrom', consumer.origin))}"
    yield f"  - {_flow(_property('importedDigest', consumer.digest))}"
    yield "schema:"
    for table in draft.tables:
        yield from _table(table, catalog, draft.seen)


def _flow_entry(key: str, value: Any) -> str:
    return f"{key}: {_flow(value)}"


def _our_properties(draft: ContractDraft) -> Iterator[dict[str, Any]]:
    """The custom properties that bind the contract to its model."""
    versions = draft.model_versions
    yield _property("modelName", draft.model)
    if versions:
        yield _property("modelVersion", versions[0] if len(versions) == 1 else list(versions))
    yield _property("readsThrough", draft.reads_through)
    if draft.query_file is not None:
        yield _property("query", draft.query_file)
    if draft.signature_file is not None:
        yield _property("signature", draft.signature_file)


def _table(table: ContractTable, catalog: Catalog, seen: Seen) -> Iterator[str]:
    resolved = catalog.resolve(table.table)
    yield f"  - {_entry('name', table.table.name)}"
    yield f"    {_entry('physicalName', physical_name(table.table))}"
    yield f"    physicalType: {'view' if resolved in catalog.views else 'table'}"
    yield "    customProperties:"
    yield f"      - {_flow(_property('access', table.access))}"
    if table.upsert_key:
        yield f"      - {_flow(_property('upsertKey', list(table.upsert_key)))}"
    if not table.promises:
        yield "    properties: []"
        return
    yield "    properties:"
    for promise in table.promises:
        values = seen.get((resolved, promise.column)) if table.access == "read" else None
        note = f"   # seen: {_comment(values[0])} … {_comment(values[1])}" if values is not None else ""
        yield f"      - {_flow(_column(promise, catalog))}{note}"


def _column(promise: Promise, catalog: Catalog) -> dict[str, Any]:
    made: dict[str, Any] = {"name": promise.column}
    if promise.column.startswith('"'):
        made["physicalName"] = _quoted(promise.column)
    made["logicalType"] = logical_type(promise.type, catalog)
    if promise.type is not None:
        made["physicalType"] = str(promise.type)
    if promise.required:
        made["required"] = True
    if promise.unique:
        made["unique"] = True
    limits = {
        "minimum": promise.minimum,
        "maximum": promise.maximum,
        "exclusiveMinimum": promise.exclusive_minimum,
        "exclusiveMaximum": promise.exclusive_maximum,
    }
    options = {key: _number(value) for key, value in limits.items() if value is not None}
    if options:
        made["logicalTypeOptions"] = options
    if promise.enum is not None:
        made["enum"] = [{"value": value} for value in promise.enum]
    return made


def logical_type(type_: Type | None, catalog: Catalog) -> str:
    """The standard's word for a PostgreSQL type; a domain is what it stands on."""
    if type_ is None:
        return "string"
    if type_.dimensions:
        return "array"
    domain = catalog.domains.get(Name(type_.name, type_.schema or "public"))
    return logical_type(domain.base, catalog) if domain is not None else _LOGICAL.get(type_.name, "string")


def physical_name(name: Name) -> str:
    """The name as a contract spells it: in quotes where it holds what would part it."""
    parts = [name.name] if name.schema in (None, "public") else [name.schema, name.name]
    return ".".join(_quoted(part) if "." in part or '"' in part else part for part in parts)


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


def _property(key: str, value: Any) -> dict[str, Any]:
    return {"property": key, "value": value, "vendor": VENDOR}


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _entry(key: str, value: str) -> str:
    text: str = yaml.safe_dump({key: value}, width=float("inf"), allow_unicode=True)
    return text.rstrip("\n")


def _flow(value: Any) -> str:
    """One line of YAML, quoted where it has to be."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=float("inf"), allow_unicode=True)
    return text.rstrip("\n")


def _comment(text: str) -> str:
    """Text that stays within its comment."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
