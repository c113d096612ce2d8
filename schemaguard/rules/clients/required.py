"""Whether a new column has to be filled by whoever inserts."""

from schemaguard.catalog.changes import AddColumn
from schemaguard.catalog.objects import Name, PrimaryKey
from schemaguard.catalog.standing import meanings
from schemaguard.rules.facts.context import Context


def is_required(change: AddColumn, context: Context) -> bool:
    """Whether the column refuses NULL and nothing gives it a value: no default, no identity, no expression."""
    column = change.column
    is_key = any(isinstance(constraint, PrimaryKey) for constraint in change.constraints)
    is_filled = column.filling is not None or column.identity is not None or column.generated is not None
    if not (column.not_null or is_key) or is_filled or change.serial:
        return False
    domains = (context.before.domains.get(name) for name in meanings(context.before, _type_name(change)))
    return not any(domain is not None and domain.default is not None for domain in domains)


def _type_name(change: AddColumn) -> Name:
    return Name(change.column.type.name, change.column.type.schema)
