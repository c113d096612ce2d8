"""pandera's schemas in files → readers: what `DataFrameSchema.to_yaml` and `to_json` write.

A schema's name, else the file's, is that of its table: https://pandera.readthedocs.io/en/stable/dataframe_schemas.html
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts import document
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass
from schemaguard.importing.found import (
    DESCRIPTION,
    FoundReader,
    FoundReaders,
    all_columns,
    columns_meant,
    consumer_name,
    known_relation,
    sql_name,
)

_ENDINGS = re.compile(r"(?:[._-]?(?:pandera|schema))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PanderaColumns:
    """The columns that one schema is about."""

    name: str
    """The schema's own name, else that of its file."""
    needed: tuple[str, ...]
    perhaps: tuple[str, ...] = ()
    """Columns that may be missing."""
    patterns: tuple[str, ...] = ()
    """Regular expressions of names."""


def read_schema(text: str, file: str) -> PanderaColumns:
    """The schema of a file, YAML or JSON. Raises ContractError with file:line where it isn't one."""
    data = document.read(text, file, DESCRIPTION).data
    if not isinstance(data, dict) or "schema_type" not in data:
        raise ContractError("this isn't a schema of pandera", at=file, next="name what to_yaml() or to_json() wrote")
    if data["schema_type"] != "dataframe":
        raise ContractError(
            f"a schema of type {data['schema_type']} has no columns", at=file, next="name a schema of a data frame"
        )
    try:
        return _columns(data, file)
    except (AttributeError, KeyError, TypeError) as error:
        raise ContractError(
            f"the schema is damaged: {error!r}", at=file, next="write it with to_yaml() again"
        ) from error


def _columns(data: dict[str, Any], file: str) -> PanderaColumns:
    needed: list[str] = []
    perhaps: list[str] = []
    patterns: list[str] = []
    for name, said in (data.get("columns") or {}).items():
        kind = patterns if said.get("regex") else needed if said.get("required", True) else perhaps
        kind.append(str(name))
    needed += [str(one["name"]) for one in data.get("index") or () if one.get("name")]
    stem = PurePath(file).name.partition(".")[0]
    own = data.get("name") or _ENDINGS.sub("", stem) or stem
    return PanderaColumns(str(own), tuple(needed), tuple(perhaps), tuple(patterns))


def schema_readers(schemas: Iterable[PanderaColumns], catalog: Catalog) -> FoundReaders:
    """Each schema as a reader of the table of its name; several of one name, as of training and serving, are one."""
    found: list[FoundReader] = []
    left_out: list[str] = []
    by_name: dict[str, PanderaColumns] = {}
    for each in schemas:
        by_name[each.name] = _both(by_name[each.name], each) if each.name in by_name else each
    for schema in by_name.values():
        table = known_relation(sql_name(schema.name), catalog) or known_relation((schema.name,), catalog)
        if table is None:
            left_out.append(f"the schema {schema.name} of pandera has the name of no table that the migrations make")
            continue
        every, notes = all_columns(table, catalog), []
        columns = columns_meant(schema.needed, table, catalog)
        if columns is None:
            notes.append(f"it names columns that {table} doesn't have: every column is taken as read")
            columns = every
        read = columns | (every & set(schema.perhaps)) | frozenset(_matching(schema.patterns, every, notes))
        origin, about = f"pandera {schema.name}", f"the schema {schema.name} of pandera"
        name = consumer_name("pandera", schema.name)
        found.append(FoundReader(name, origin, {table: read}, about=about, notes=tuple(notes)))
    return FoundReaders(tuple(found), tuple(left_out))


def _both(one: PanderaColumns, other: PanderaColumns) -> PanderaColumns:
    columns = (one.needed + other.needed, one.perhaps + other.perhaps, one.patterns + other.patterns)
    return PanderaColumns(one.name, *columns)


def _matching(patterns: Iterable[str], every: frozenset[str], notes: list[str]) -> Iterator[str]:
    """The columns of a pattern. A pattern of theirs is never run: it could take for ever."""
    for pattern in patterns:
        plain = re.fullmatch(r"\^?([\w ]*)(?:\.[*+])?\$?", pattern)
        if plain is None:
            notes.append(f"nobody tells which columns the pattern {pattern!r} means: every column is taken as read")
            yield from every
        else:
            yield from (name for name in every if name.startswith(plain[1]))
