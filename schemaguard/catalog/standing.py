"""Whether an object that is neither a table, column, constraint nor index stands in a catalog."""

from schemaguard.catalog.changes import ObjectKind
from schemaguard.catalog.objects import Catalog, Name

CALLABLE: tuple[ObjectKind, ...] = ("function", "procedure", "aggregate")
VIEWS: tuple[ObjectKind, ...] = ("view", "materialized view")


def is_there(
    catalog: Catalog, kind: ObjectKind, name: Name, on: Name | None = None, arguments: tuple[str, ...] | None = None
) -> bool:
    """Whether the catalog has such an object; `on` is the table of a trigger or policy."""
    if kind in VIEWS:
        return catalog.resolve(name) in catalog.views
    if kind == "sequence":
        return catalog.resolve(name) in catalog.sequences
    if kind in ("type", "domain"):
        stores = (catalog.enums, catalog.domains, catalog.composites)
        return any(meant in store for meant in meanings(catalog, name) for store in stores)
    if kind in CALLABLE:
        return any(known in meanings(catalog, name) and arguments in (None, own) for known, own in catalog.functions)
    if kind == "schema":
        return name.name in catalog.schemas
    if kind == "extension":
        return name.name in catalog.extensions
    if kind in ("trigger", "policy") and on is not None:
        return _has_part(catalog, on, kind, name.name)
    return False


def _has_part(catalog: Catalog, on: Name, kind: ObjectKind, part: str) -> bool:
    resolved = catalog.resolve(on)
    table, view = catalog.tables.get(resolved), catalog.views.get(resolved)
    owner = table or view
    if kind == "policy":
        return table is not None and any(policy.name == part for policy in table.policies)
    return owner is not None and any(trigger.name == part for trigger in owner.triggers)


def meanings(catalog: Catalog, name: Name) -> tuple[Name, ...]:
    """What a name that isn't a relation's could mean, as the search_path finds it."""
    return (name,) if name.schema is not None else tuple(Name(name.name, schema) for schema in catalog.search_path)
