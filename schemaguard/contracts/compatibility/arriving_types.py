"""Which type a name means to a reader or writer: what goes over the wire isn't called as it is in the catalog.

A domain arrives as the type beneath it, a type that was renamed or moved is the same type, and `_st` is the array of
`st`. RowDescription has the base type of a domain: https://www.postgresql.org/docs/18/protocol-message-formats.html
"""

from collections.abc import Mapping
from typing import TypeVar

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.typing import type_cause
from schemaguard.contracts.contract import Access
from schemaguard.frozen import replace

T = TypeVar("T")


def cause_between(promised: Type, actual: Type, access: Access, now: Catalog, was: Catalog | None = None) -> str | None:
    """As `type_cause`, for what the types are in their catalogs; `was` is the one in which the first was meant."""
    earlier = now if was is None else was
    meant = _beneath(
        _placed(_array_spelled_out(_array_spelled_out(promised, earlier), now), earlier, now), earlier, now
    )
    there = _beneath(_placed(_array_spelled_out(actual, now), now), now)
    if _is_same_type(meant, there, earlier, now):
        meant = replace(meant, name=there.name, schema=there.schema)
    return type_cause(meant, there, access)


def _array_spelled_out(type_: Type, catalog: Catalog) -> Type:
    """The type with its array, where it is spelled as pg_type spells the name of an array of a user's type."""
    if type_.is_built_in or not type_.name.startswith("_") or _is_known(type_, catalog):
        return type_
    element = replace(type_, name=type_.name[1:], dimensions=1)
    return element if _is_known(element, catalog) else type_


def _placed(type_: Type, *catalogs: Catalog) -> Type:
    """The type with the schema in which the first of the catalogs that knows it has it."""
    if type_.is_built_in or type_.schema is not None:
        return type_
    names = (name for one in catalogs for store in (one.enums, one.domains, one.composites) for name in store)
    return replace(type_, schema=next((name.schema for name in names if name.name == type_.name), None))


def _is_known(type_: Type, catalog: Catalog) -> bool:
    return any(
        _found(type_, store) is not None for store in (catalog.enums, catalog.domains, catalog.composites)
    ) or any(_is_named(type_, name) for name in catalog.tables)


def _found(type_: Type, store: Mapping[Name, T]) -> T | None:
    if type_.is_built_in:
        return None
    if type_.schema is not None:
        return store.get(Name(type_.name, type_.schema))
    return next((value for name, value in store.items() if name.name == type_.name), None)


def _is_named(type_: Type, name: Name) -> bool:
    return name.name == type_.name and type_.schema in (None, name.schema)


def _beneath(type_: Type, *catalogs: Catalog) -> Type:
    """The type beneath a domain. What a domain asks of a writer is judged as a rule of the column itself."""
    for _ in range(32):
        domain = next((found for catalog in catalogs if (found := _found(type_, catalog.domains)) is not None), None)
        if domain is None:
            return type_
        dimensions = max(type_.dimensions, domain.base.dimensions)
        type_ = replace(domain.base, dimensions=dimensions)
    return type_


def _is_same_type(promised: Type, actual: Type, was: Catalog, now: Catalog) -> bool:
    """Whether the one is the other under a new name: the old name is gone, the new one wasn't there."""
    if promised.is_built_in or actual.is_built_in or was is now:
        return False
    if _is_known(promised, now) or _is_known(actual, was):
        return False
    enums = _found(promised, was.enums), _found(actual, now.enums)
    if enums[0] is not None and enums[1] is not None:
        return set(enums[0].labels) <= set(enums[1].labels)
    composites = _found(promised, was.composites), _found(actual, now.composites)
    if composites[0] is not None and composites[1] is not None:
        return composites[0].columns == composites[1].columns
    domains = _found(promised, was.domains), _found(actual, now.domains)
    if domains[0] is not None and domains[1] is not None:
        return replace(domains[0], name=domains[1].name) == domains[1]
    return False
