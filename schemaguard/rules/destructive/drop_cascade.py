"""drop-cascade: DROP … CASCADE that takes more along than it names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schemaguard.catalog.changes import Change, DropColumn, DropConstraint, DropIndex, DropObject, DropTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import stands
from schemaguard.rules.rule import Match, Rule

if TYPE_CHECKING:
    from schemaguard.catalog.fold.cascade import Gone

_SHOWN = 5


def _check(change: Change, context: Context) -> Iterator[Match]:
    # Which names CASCADE stands behind, and what hangs on them, is only looked up where there is one.
    from schemaguard.catalog.fold.cascade import reach

    if not getattr(change, "cascade", False):
        return
    found = reach(change, context.before)
    gone = [one for one in found if not one.automatic and not _is_fresh(one, found, context)]
    if gone:
        more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        objects = ", ".join(map(str, gone[:_SHOWN]))
        yield Match(object=_named(change), message=f"CASCADE also drops {objects}{more}")
    elif _is_unknown(change, context):
        message = "CASCADE drops whatever depends on it, and no migration shows what that is"
        yield Match(object=_named(change), message=message, severity=Severity.WARNING)


def _is_fresh(gone: "Gone", found: "tuple[Gone, ...]", context: Context) -> bool:
    """Whether it was made by what isn't released yet, or only is a part of something else that goes."""
    wholes = [other.name for other in found if other.part is None]
    return gone.name in context.made.tables | context.made.views or (gone.part is not None and gone.name in wholes)


def _named(change: Change) -> str:
    match change:
        case DropTable(table=name) | DropIndex(index=name) | DropObject(object=name):
            return str(name)
        case DropColumn(table=name, column=part) | DropConstraint(table=name, constraint=part):
            return f"{name}.{part}"
        case _:
            return "statement"


def _is_unknown(change: Change, context: Context) -> bool:
    """Whether the catalog doesn't know what is dropped, and so not what depends on it."""
    match change:
        case DropTable(table=name) | DropColumn(table=name) | DropConstraint(table=name):
            table = context.before.table(name)
            return table is None or table.open
        case DropIndex(index=name):
            return context.before.resolve(name) not in context.before.indexes
        case DropObject():
            return not stands(context.before, change)
        case _:
            return False


RULE = Rule(
    id="drop-cascade",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="a DROP … CASCADE that also drops objects which the statement doesn't name",
    effect="they go without being named, and whoever uses them fails",
    instead="drop what depends on it by name, each when nothing uses it any more, then leave out CASCADE",
    watches=(DropColumn, DropConstraint, DropIndex, DropObject, DropTable),
    check=_check,
)
