"""A contract file (ODCS 3.2, docs/contract.md) to a contract."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type, parse_type
from schemaguard.contracts.contract import Access, Contract, ContractFile, ContractTable, Promise, ReadsThrough
from schemaguard.contracts.digests import VENDOR, digest, earlier_digests
from schemaguard.contracts.placed import Document, Path
from schemaguard.contracts.signature import SignatureField, parse_signature
from schemaguard.errors import ContractError

CONTRACT_KEYS = frozenset(
    {"modelName", "modelVersion", "readsThrough", "query", "signature", "importedFrom", "importedDigest"}
)
COLUMN_KEYS = frozenset({"fill"})
TABLE_KEYS = frozenset({"access", "upsertKey"})
_READS_THROUGH = ("table", "view", "copy")
_CONSUMER = "urn:schemaguard:consumer:"


def parse(text: str, file: str, query: Callable[[str], str | None] | None = None) -> Contract:
    """The contract in a file's text; `query` reads a path beside the file. ContractError with file:line:column."""
    return parse_file(text, file, query).contract


def parse_file(text: str, file: str, query: Callable[[str], str | None] | None = None) -> ContractFile:
    """As `parse`, with the document."""
    # A document that the control schema keeps is neither YAML nor in doubt.
    from schemaguard.contracts.document import read
    from schemaguard.contracts.standard import validate

    document = read(text, file)
    validate(document)
    return ContractFile(_contract(document, digest(document.data), query), document.data)


def from_document(data: Mapping[str, Any], file: str, digest_: str) -> Contract:
    """The contract of an already validated document, as the control schema keeps it."""
    return _contract(Document(data, {}, file), digest_, None)


def _contract(document: Document, digest_: str, query: Callable[[str], str | None] | None) -> Contract:
    data = document.data
    own = _our_properties(document, data, (), CONTRACT_KEYS)
    model, versions = _who(document, own)
    reads_through = own.get("readsThrough", ("table", ()))[0]
    if reads_through not in _READS_THROUGH:
        raise ContractError(
            f"readsThrough can't be {reads_through!r}",
            at=document.at(own["readsThrough"][1]),
            next="table, view or copy",
        )
    query_file, query_path = own.get("query", (None, ()))
    signature_file, signature_path = own.get("signature", (None, ()))
    sla = {
        entry.get("property"): (entry.get("value"), number)
        for number, entry in enumerate(data.get("slaProperties") or ())
    }
    return Contract(
        id=str(data.get("id")),
        model=model,
        model_versions=versions,
        tables=_tables(document),
        file=document.file,
        digest=digest_,
        earlier_digests=earlier_digests(data),
        status=str(data.get("status", "active")),
        version=str(data.get("version", "1.0.0")),
        reads_through=cast(ReadsThrough, reads_through),
        query=_beside(document, ("query", query_file), query_path, query),
        query_file=query_file,
        signature=_signature(document, signature_file, signature_path, query),
        signature_file=signature_file,
        owner=(data.get("team") or {}).get("name") if isinstance(data.get("team"), dict) else None,
        available_from=_date(document, sla, "generalAvailability"),
        supported_until=_date(document, sla, "endOfSupport"),
        lag=_lag(document),
    )


def _our_properties(
    document: Document, holder: Mapping[str, Any], path: Path, known: frozenset[str]
) -> dict[str, tuple[Any, Path]]:
    """Our custom properties of an object: key → (value, its path)."""
    found: dict[str, tuple[Any, Path]] = {}
    for number, entry in enumerate(holder.get("customProperties") or ()):
        here = (*path, "customProperties", number)
        if entry.get("vendor") != VENDOR:
            continue
        key = entry.get("property")
        if key not in known:
            from schemaguard.contracts.standard import unknown_key

            raise unknown_key(str(key), known, document.at((*here, "property")))
        if key in found:
            raise ContractError(f"{key} appears twice", at=document.at(here), next="remove one of the two")
        found[key] = (entry.get("value"), (*here, "value"))
    return found


def _who(document: Document, own: Mapping[str, tuple[Any, Path]]) -> tuple[str, tuple[str, ...]]:
    identity = str(document.data.get("id", ""))
    if identity.startswith(_CONSUMER):
        return identity.removeprefix(_CONSUMER), ()
    model, _ = own.get("modelName", (None, ()))
    version, path = own.get("modelVersion", (None, ()))
    if not isinstance(model, str) or not model:
        raise ContractError(
            "the contract names neither a model nor a consumer",
            at=document.at(("customProperties",)),
            next=f"add {{property: modelName, value: …, vendor: {VENDOR}}}, or an id {_CONSUMER}NAME",
        )
    versions = version if isinstance(version, list) else [version]
    if not versions or not all(isinstance(each, str | int) and not isinstance(each, bool) for each in versions):
        raise ContractError(
            f"modelVersion can't be {version!r}", at=document.at(path), next='a version such as "7", or a list of them'
        )
    return model, tuple(str(each) for each in versions)


def _tables(document: Document) -> tuple[ContractTable, ...]:
    tables = document.data.get("schema") or []
    if not tables:
        raise ContractError(
            "the contract names no table",
            at=document.at(("schema",)),
            next="list what is read and written under schema",
        )
    found: dict[tuple[Name, str], ContractTable] = {}
    for number, table in enumerate(tables):
        made = _table(document, table, ("schema", number))
        key = (made.table, made.access)
        if key in found:
            raise ContractError(
                f"{made.table} appears twice with access {made.access}",
                at=document.at(("schema", number)),
                next="list its columns in one entry",
            )
        found[key] = made
    return tuple(found.values())


def _table(document: Document, table: Mapping[str, Any], path: Path) -> ContractTable:
    own = _our_properties(document, table, path, TABLE_KEYS)
    access, access_path = own.get("access", ("read", path))
    if access not in ("read", "write"):
        raise ContractError(f"access can't be {access!r}", at=document.at(access_path), next="read or write")
    promises: dict[str, Promise] = {}
    for number, entry in enumerate(table.get("properties") or ()):
        made = _promise(document, entry, (*path, "properties", number))
        if made.column in promises:
            raise ContractError(
                f"column {made.column} appears twice",
                at=document.at((*path, "properties", number)),
                next="remove one of the two",
            )
        promises[made.column] = made
    upsert_key, key_path = own.get("upsertKey", ([], path))
    upsert = tuple(str(column) for column in (upsert_key if isinstance(upsert_key, list) else [upsert_key]))
    for column in upsert:
        if column not in promises:
            raise ContractError(
                f"upsertKey names {column}, which is not a column of the entry",
                at=document.at(key_path),
                next="list it",
            )
    name = _name(str(table.get("physicalName") or table.get("name")), document, path)
    return ContractTable(name, cast(Access, access), tuple(promises.values()), upsert, *document.place(path))


def _name(text: str, document: Document, path: Path) -> Name:
    parts = dotted(text)
    if not 1 <= len(parts) <= 2 or not all(parts) or "\x00" in text:
        raise ContractError(
            f"{text!r} is not a table name", at=document.at((*path, "physicalName")), next="table, or schema.table"
        )
    # Whatever search_path a migration sets, and whatever temporary table it makes: the client's session has neither.
    return Name(parts[-1], parts[0] if len(parts) == 2 else "public")


def dotted(text: str) -> list[str]:
    """A dotted name's parts; a part in double quotes may hold dots."""
    parts, quoted, start = [], False, 0
    for position, letter in enumerate(text):
        quoted ^= letter == '"'
        if letter == "." and not quoted:
            parts.append(text[start:position])
            start = position + 1
    return [_unquoted(part) for part in (*parts, text[start:])]


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if is_quoted else text


def _promise(document: Document, entry: Mapping[str, Any], path: Path) -> Promise:
    options = entry.get("logicalTypeOptions") or {}
    values = entry.get("enum")
    fill, fill_path = _our_properties(document, entry, path, COLUMN_KEYS).get("fill", (None, path))
    if fill is not None and (not isinstance(fill, str | int | float) or not str(fill).strip()):
        raise ContractError(
            f"fill can't be {fill!r}", at=document.at(fill_path), next="an SQL expression, such as \"'pos'\" or 0"
        )
    return Promise(
        column=_unquoted(str(entry.get("physicalName") or entry.get("name"))),
        type=_type(document, entry.get("physicalType"), path),
        required=bool(entry.get("required", False)),
        unique=bool(entry.get("unique", False) or entry.get("primaryKey", False)),
        minimum=_number(document, options, "minimum", path),
        maximum=_number(document, options, "maximum", path),
        exclusive_minimum=_number(document, options, "exclusiveMinimum", path),
        exclusive_maximum=_number(document, options, "exclusiveMaximum", path),
        max_length=int(options["maxLength"]) if "maxLength" in options else None,
        enum=_enum(values) if values else None,
        fill=str(fill) if fill is not None else None,
        line=document.place(path)[0],
        position=document.place(path)[1],
    )


def _enum(entries: Sequence[Any]) -> tuple[str, ...]:
    """The listed values; NULL isn't one of them, for it is `required` that speaks of it."""
    values = (entry.get("value") if isinstance(entry, dict) else entry for entry in entries)
    return tuple(str(value) for value in values if value is not None)


def _type(document: Document, text: Any, path: Path) -> Type | None:
    if text is None:
        return None
    try:
        return parse_type(str(text))
    except ValueError as error:
        raise ContractError(
            f"physicalType {text!r} is not a PostgreSQL type: {error}",
            at=document.at((*path, "physicalType")),
            next="spell it as PostgreSQL does, such as bigint, numeric(12,2), timestamp with time zone",
        ) from error


def _number(document: Document, options: Mapping[str, Any], key: str, path: Path) -> float | None:
    value = options.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContractError(
            f"{key} can't be {value!r}", at=document.at((*path, "logicalTypeOptions", key)), next="expected a number"
        )
    try:
        # A whole number stays one: the float next to a large bigint is another bound.
        if math.isfinite(float(value)):
            return value
        raise OverflowError
    except OverflowError as error:
        at = document.at((*path, "logicalTypeOptions", key))
        raise ContractError(f"{key} is not a finite number", at=at, next="a number that fits the column") from error


def _beside(
    document: Document, named: tuple[str, Any], path: Path, read_beside: Callable[[str], str | None] | None
) -> str | None:
    """The text of the file that a property names; None where it names none or nothing is read."""
    what, file = named
    if file is None or read_beside is None:
        return None
    if not isinstance(file, str) or "\x00" in file:
        raise ContractError(f"{what} can't be {file!r}", at=document.at(path), next="a path beside the contract")
    text = read_beside(file)
    if text is None:
        raise ContractError(
            f"the {what} file {file!r} doesn't exist", at=document.at(path), next="a path beside the contract"
        )
    return text


def _signature(
    document: Document, file: Any, path: Path, read_beside: Callable[[str], str | None] | None
) -> tuple[SignatureField, ...] | None:
    text = _beside(document, ("signature", file), path, read_beside)
    if text is None:
        return None
    try:
        return parse_signature(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(
            f"the signature file {file!r} can't be read: {error}",
            at=document.at(path),
            next="MLflow's own JSON of the signature's inputs: signature.inputs.to_json()",
        ) from error


def _lag(document: Document) -> str | None:
    """How old a copy may be: the standard's `latency`, its value with its unit."""
    for entry in document.data.get("slaProperties") or ():
        if entry.get("property") == "latency" and entry.get("value") is not None:
            return " ".join(str(entry[key]) for key in ("value", "unit") if entry.get(key) is not None)
    return None


def _date(document: Document, sla: Mapping[Any, tuple[Any, int]], key: str) -> date | None:
    if key not in sla:
        return None
    value, number = sla[key]
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise ContractError(
            f"{key} can't be {value!r}",
            at=document.at(("slaProperties", number, "value")),
            next="a date such as 2026-12-31",
        ) from error
