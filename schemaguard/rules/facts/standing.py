"""What a change drops that is neither a table, column, constraint nor index: whether it is older than the revision."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AlterDomain, DropObject, ObjectKind, SetColumnOption
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import VIEWS, is_there
from schemaguard.rules.facts.context import Context


def stands(catalog: Catalog, change: DropObject) -> bool:
    """Whether the catalog has what the change drops."""
    return is_there(catalog, change.kind, change.object, change.on, change.arguments)


def is_younger(context: Context, change: DropObject) -> bool:
    """Whether what the change drops was made by what isn't released yet."""
    on = context.before.resolve(change.on) if change.on is not None else None
    if on is not None and on in context.made.tables:
        return True
    return stands(context.before, change) and not stands(context.start, change)


def dropped_objects(context: Context, kinds: tuple[ObjectKind, ...]) -> Iterator[DropObject]:
    """The change, where it drops an older object of one of the kinds, and nothing takes its place when it commits."""
    change = context.change
    is_older = isinstance(change, DropObject) and change.kind in kinds and not is_younger(context, change)
    if isinstance(change, DropObject) and is_older and not stands(context.facts.at_commit, change):
        yield change


def is_older(context: Context, kind: ObjectKind, name: Name) -> bool:
    """Whether an object was made before what isn't released yet, or nobody knows it."""
    if kind in ("table", *VIEWS, "sequence") and context.before.resolve(name) in context.made.tables:
        return False
    return not is_there(context.before, kind, name) or is_there(context.start, kind, name)


def default_of_another(context: Context, action: str) -> str | None:
    """The older domain, or column of an older view, whose default the change sets or drops, if it does."""
    match context.change:
        case AlterDomain(domain=name, action=done) if done == action and is_older(context, "domain", name):
            return str(name)
        case SetColumnOption(table=name, column=column, option=option) if option.lower().startswith(action):
            return f"{name}.{column}" if context.before.resolve(name) not in context.made.views else None
        case _:
            return None
