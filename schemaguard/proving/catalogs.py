"""How a catalog after the way back may differ from the one before: in nothing that anybody could feel."""

from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog, Check, Constraint, ForeignKey
from schemaguard.frozen import replace

_OF_THE_TOOL = "alembic_version"


def differences(left: Catalog, right: Catalog, *, validity: bool = True) -> tuple[str, ...]:
    """What the right catalog has otherwise than the left one, but for the order of columns and Alembic's own table.

    Without `validity` a constraint that is there but hasn't looked at the rows is no difference.
    """
    if not validity:
        left, right = _validated(left), _validated(right)
    found = [
        str(each)
        for each in difference(left, right)
        if not each.object.startswith(_OF_THE_TOOL) and not each.is_order_alone
    ]
    return (*found, *_bodies(left, right))


def _validated(catalog: Catalog) -> Catalog:
    tables = {
        name: replace(table, constraints=tuple(map(_valid, table.constraints)))
        for name, table in catalog.tables.items()
    }
    return replace(catalog, tables=tables)


def _valid(constraint: Constraint) -> Constraint:
    return replace(constraint, valid=True) if isinstance(constraint, ForeignKey | Check) else constraint


def _bodies(left: Catalog, right: Catalog) -> list[str]:
    """Functions, views and triggers that say something else: a comparison of shapes leaves that out."""
    found = []
    for key, function in left.functions.items():
        other = right.functions.get(key)
        if other is not None and replace(other, name=function.name).body.strip() != function.body.strip():
            found.append(f"~ function {key[0]} body")
    for name, view in left.views.items():
        now = right.views.get(name)
        if now is not None and " ".join(now.query.split()) != " ".join(view.query.split()):
            found.append(f"~ view {name} query")
    return found
