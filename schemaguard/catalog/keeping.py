"""A change of type under the guard that loses values: the old ones are kept beside, and what their way back costs."""

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.converting import is_itself
from schemaguard.catalog.fold.cascade import index_uses
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.inverse_value import Inverse
from schemaguard.catalog.objects import Check, Column, Exclusion, ForeignKey, Table
from schemaguard.catalog.retirability import retirability
from schemaguard.catalog.retyping import retyping
from schemaguard.catalog.types import Type

_MEANWHILE = "rows that are written meanwhile may have no value of the old type"


def kept_beside(change: c.RetypeColumn, table: Table, column: Column, draft: Draft) -> Inverse:
    """The inverse of a change of type that loses values, where the guard keeps the old ones in a hidden column."""
    obstacle = _obstacle(change, table, column, draft)
    if obstacle is not None:
        return Inverse("impossible", why=obstacle)
    if not is_proved(change, column.type):
        return Inverse("needs values", why=_MEANWHILE, is_retirement=True)
    if _is_looked_at(table, column, draft):
        why = "the old values are kept beside; what stands on them is looked at again"
        return Inverse("slow", why=why, is_retirement=True)
    return Inverse("instant", why="the old values are kept beside", is_retirement=True)


def is_proved(change: c.RetypeColumn, old: Type) -> bool:
    """Whether by the types alone every value of the new type becomes one of the old type, and that the same again."""
    if not is_itself(change.using, change.column, old, change.type):
        return False
    back = retyping(change.type, old)
    return not (back.loses or back.narrows or back.needs_using)


def _obstacle(change: c.RetypeColumn, table: Table, column: Column, draft: Draft) -> str | None:
    what = f"column {column.name} of {table.name}"
    found = retirability(c.DropColumn(table.name, change.column), draft.freeze())
    if found is not None and found.cls == "impossible":
        return found.why
    if column.identity is not None:
        return f"{what} is an identity column, and a counter belongs to one column"
    users = tuple(draft.uses(table.name))
    sequences = (draft.sequences.get(name) for name in users)
    if any(each is not None and each.owned_by == (table.name, column.name) for each in sequences):
        return f"a sequence belongs to {what}"
    for other in filter(None, map(draft.tables.get, users)):
        for key in other.constraints:
            if (
                isinstance(key, ForeignKey)
                and draft.resolve(key.ref_table) == table.name
                and column.name in key.ref_columns
            ):
                return f"{key.name} of {other.name} refers to {what}"
    return None


def _is_looked_at(table: Table, column: Column, draft: Draft) -> bool:
    """Whether something on it has to be looked at, or built, before it holds for the old type again."""
    return (
        column.not_null
        or any(index.unique and index_uses(index, column.name) for index in draft.indexes_on(table.name))
        or any(
            expressions.mentions(each.definition, column.name)
            if isinstance(each, Check)
            else any(expressions.mentions(part, column.name) for part, _ in each.elements)
            for each in table.constraints
            if isinstance(each, Check | Exclusion)
        )
    )
