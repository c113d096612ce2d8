"""Ways around a type change that writes every row anew: what is nearly the same and needs no rewrite."""

from schemaguard.catalog.changes import AddConstraint, DropConstraint, RetypeColumn, ValidateConstraint
from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Check
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import FollowUp, Remedy
from schemaguard.sql.writing.identifiers import quote

_VARYING = ("text", "character varying")
_ZONED = {"timestamp with time zone", "timestamp without time zone"}


def spared(change: RetypeColumn, context: Context) -> str:
    """What to say first of a change that rewrites: which type, or setting, would need no rewrite; else nothing."""
    old = _old(change, context)
    if old is None or old.dimensions or change.type.dimensions:
        return ""
    if {old.name, change.type.name} == _ZONED and old.modifiers == change.type.modifiers and change.using is None:
        return (
            "in a session whose timezone is UTC nothing is rewritten: SET LOCAL timezone = 'UTC' where that is right; "
        )
    for type_ in _near(change.type):
        how = retyping(old, type_)
        if how.work == "none" and not (how.narrows or how.loses) and type_ != old:
            return f"TYPE {type_} needs no rewrite; "
    return ""


def _near(type_: Type) -> tuple[Type, ...]:
    """Types that take all that the type takes."""
    match type_.name:
        case "character":
            return (Type("character varying", modifiers=type_.modifiers), Type("text"))
        case "numeric":
            return (Type("numeric"),)
        case _:
            return ()


def required_length(change: RetypeColumn, context: Context) -> Remedy | None:
    """A length that a CHECK requires, looked at beside those who read and write, in place of a narrower type."""
    old = _old(change, context)
    table = context.before.table(change.table)
    new = change.type
    if old is None or table is None or not new.modifiers or new.name != "character varying":
        return None
    if old.name not in _VARYING or old.dimensions or new.dimensions or change.collation is not None:
        return None
    named = truncate(f"{change.table.name}_{change.column}_length")
    if table.constraint(named) is not None:
        return None
    says = f"char_length({quote(change.column)}) <= {new.modifiers[0]}"
    check = AddConstraint(change.table, Check(named, says, (change.column,), valid=False))
    later = FollowUp("validate it, which reads and writes don't wait for", (ValidateConstraint(change.table, named),))
    title = "leave the type, and require the length by a CHECK that is NOT VALID: nothing is rewritten"
    undo = (DropConstraint(change.table, named, if_exists=True),)
    return Remedy(title, (check,), (later,), undo=undo, leaves_more=True)


def _old(change: RetypeColumn, context: Context) -> Type | None:
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    is_bare = change.using is None or is_plain_cast(change.using, change.column)
    return column.type if column is not None and is_bare else None
