"""replace-definition: a view or function that existed before gets another shape."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateFunction, CreateView
from schemaguard.catalog.objects import Function, View
from schemaguard.catalog.standing import meanings
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateView(view=view):
            name = context.before.resolve(view.name)
            was = context.start.views.get(name)
            if name in context.made.views and was is None:
                return
            said = _of_view(was, context.after.views.get(name), replaces=change.or_replace)
            if said:
                yield Match(object=str(view.name), message=f"view {view.name} {said}")
        case CreateFunction(function=function):
            said = _of_function(function, context, replaces=change.or_replace)
            if said:
                yield Match(object=str(function.name), message=f"{function.kind} {function.name} {said}")
        case _:
            pass


def _of_view(was: View | None, now: View | None, *, replaces: bool) -> str:
    if was is None:
        return "may replace one that is there, of another shape" if replaces and not _is_listed(now) else ""
    if was.columns is None or now is None or now.columns is None:
        return "" if now is not None and now.query == was.query else "gets another query"
    old, new = _columns(was), _columns(now)
    if old == new:
        return ""
    gone, added = [c for c in old if c not in new], [c for c in new if c not in old]
    changes = [f"loses {', '.join(gone)}"] * bool(gone) + [f"gets {', '.join(added)}"] * bool(added)
    return " and ".join(changes) or "gets its columns in another order"


def _is_listed(now: View | None) -> bool:
    """A view of which no migration knows is new, as far as anybody can tell."""
    return now is not None


def _columns(view: View) -> list[str]:
    return [f"{column.name} {column.type}" for column in view.columns or ()]


def _of_function(new: Function, context: Context, *, replaces: bool) -> str:
    old = {
        arguments: function
        for (name, arguments), function in context.start.functions.items()
        if name in meanings(context.start, new.name)
    }
    same = old.get(new.arguments)
    if same is not None:
        if same.returns != new.returns:
            return f"returns {new.returns} instead of {same.returns}"
        return "is no longer called for NULL" if new.strict and not same.strict else ""
    if old and replaces:
        before = ", ".join(next(iter(old)))
        return f"takes ({', '.join(new.arguments)}) beside the one that takes ({before}): calls may be ambiguous, 42725"
    return ""


RULE = Rule(
    id="replace-definition",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="a view or function that an earlier revision made is replaced by one with other columns, arguments or results",
    effect="running code gets another shape than it expects, or its calls become ambiguous",
    instead="make a second one of another name for new code; drop the old one when nothing uses it",
    watches=(CreateFunction, CreateView),
    check=_check,
    aliases=("squawk/ban-replace-view-function",),
)
