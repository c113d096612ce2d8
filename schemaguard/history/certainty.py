"""Whether the server would certainly refuse: whether all that a refusal rests on was made by the history itself."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type

_BY_TYPES = frozenset({"42804", "22P02"})
"""Refusals that a type or a cast decides, which an extension may have."""


def is_certain(change: Change, catalog: Catalog, sqlstate: str) -> bool:
    """Whether nothing that the change is about could be other than the catalog says.

    It could where a statement that wasn't understood may have changed it, where IF NOT EXISTS may have found it, and
    where a type decides that the catalog doesn't know.
    """
    if catalog.clouded is None:
        return False
    names = {catalog.resolve(name) for name in _names(change)}
    if not names.isdisjoint(catalog.clouded) or not names.isdisjoint(catalog.assumed):
        return False
    if any(name in catalog.tables and catalog.tables[name].open for name in names):
        return False
    return sqlstate not in _BY_TYPES or _are_types_known(change, catalog, names)


def _are_types_known(change: Change, catalog: Catalog, names: set[Name]) -> bool:
    tables = [catalog.tables[name] for name in names if name in catalog.tables]
    types = {*_types(change)} | {column.type for table in tables for column in table.columns}
    made = {name.name for held in (catalog.enums, catalog.domains, catalog.composites) for name in held}
    return all(type_.is_built_in or type_.name in made for type_ in types)


def _names(value: object) -> Iterator[Name]:
    if isinstance(value, Name):
        yield value
    elif isinstance(value, Type):
        if not value.is_built_in:
            yield Name(value.name, value.schema)
    else:
        for part in _parts(value):
            yield from _names(part)


def _types(value: object) -> Iterator[Type]:
    if isinstance(value, Type):
        yield value
    else:
        for part in _parts(value):
            yield from _types(part)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, (tuple, frozenset)):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name) for field in fields(value))
