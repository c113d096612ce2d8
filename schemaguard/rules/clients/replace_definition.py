"""replace-definition: a view, function or composite type that existed before gets another shape."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AlterComposite,
    AlterFunction,
    Change,
    CreateFunction,
    CreateView,
    NoEffect,
    SetTableOption,
)
from schemaguard.catalog.objects import Function, View
from schemaguard.catalog.standing import meanings
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_older
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateView(view=view):
            name = context.before.resolve(view.name)
            was = context.start.views.get(name)
            if name in context.made.views and was is None:
                return
            said = _of_view(was, context.after.views.get(name), replaces=change.or_replace)
            if not said and was is None and change.or_replace and context.takes_for_granted:
                said = _MAY_REPLACE
            if said:
                yield Match(object=str(view.name), message=f"view {view.name} {said}")
        case CreateFunction(function=function):
            said = _of_function(function, context, replaces=change.or_replace)
            if not said and change.or_replace and context.takes_for_granted and not _is_known(function, context):
                said = _MAY_REPLACE
            if said:
                yield Match(object=str(function.name), message=f"{function.kind} {function.name} {said}")
        case AlterComposite(type=name, attribute=attribute) if is_older(context, "type", name):
            word = change.action.lower().split()[0]  # DROP ATTRIBUTE IF EXISTS is a drop.
            effect = _OTHER_NAME if word == "rename" else _OTHER_ROW
            yield Match(object=str(name), message=f"type {name} {_DONE[word]} {attribute}", effect=effect)
        case AlterFunction() | NoEffect(command="ALTER FUNCTION" | "ALTER PROCEDURE" | "ALTER ROUTINE"):
            yield from _of_options(context)
        case SetTableOption(table=name) if _ALTERS_VIEW.match(context.step.statement.sql):
            if context.before.resolve(name) not in context.made.views:
                message = f"view {name} gets other options: whose rights count, or which conditions are asked first"
                yield Match(object=str(name), message=message, effect=_OPTIONS)
        case _:
            pass


def _of_view(was: View | None, now: View | None, *, replaces: bool) -> str:
    if was is None:
        return _MAY_REPLACE if replaces and not _is_listed(now) else ""
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


def _of_options(context: Context) -> Iterator[Match]:
    """What ALTER FUNCTION does besides what the catalog shows: rights, settings, and how often it is called."""
    found = _OPTION.search(context.step.statement.sql)
    if found is not None:
        message = f"{found['kind'].lower()} {found['name']} gets {' '.join(found['option'].split()).upper()}"
        yield Match(object=found["name"], message=message, effect=_OPTIONS)


def _is_known(function: Function, context: Context) -> bool:
    """Whether the file itself has made the function before."""
    return any(
        (name, function.arguments) in context.before.functions for name in meanings(context.before, function.name)
    )


_MAY_REPLACE = "may replace one that is there, of another shape"
_DONE = {"add": "gets", "drop": "loses", "alter": "changes", "rename": "gets another name for"}
_OTHER_NAME = "code that takes the attribute out of a value by its old name fails with 42703"
_OTHER_ROW = "a ROW(…) cast to the type, and code that reads its values by position, no longer fits (42846)"
_OPTIONS = "running code that uses it works with other rights, settings or results as soon as this commits"
_ALTERS_VIEW = re.compile(r"(?:\s|--[^\n]*\n)*ALTER\s+(?:MATERIALIZED\s+)?VIEW\b", re.IGNORECASE)
_OPTION = re.compile(
    r"\bALTER\s+(?P<kind>FUNCTION|PROCEDURE|ROUTINE)\s+(?P<name>[\w.\"$]+)\s*(?:\([^()]*\))?\s*"
    r"(?P<option>(?:EXTERNAL\s+)?SECURITY\s+\w+|RESET\s+\w+|SET\s+(?!SCHEMA\b)\w+|STRICT|CALLED\s+ON\s+NULL\s+INPUT"
    r"|RETURNS\s+NULL\s+ON\s+NULL\s+INPUT|IMMUTABLE|STABLE|VOLATILE)",
    re.IGNORECASE,
)


RULE = Rule(
    id="replace-definition",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="a view or function that an earlier revision made is replaced by one with other columns, arguments or "
    "results, or gets other options; a composite type gets other attributes",
    effect="running code gets another shape than it expects, or its calls become ambiguous",
    instead="make a second one of another name for new code; drop the old one when nothing uses it",
    watches=(AlterComposite, AlterFunction, CreateFunction, CreateView, NoEffect, SetTableOption),
    check=_check,
    aliases=(
        "squawk/ban-replace-view-function",
        "squawk/ban-add-composite-attribute",
        "squawk/ban-alter-function-options",
        "squawk/ban-alter-view-options",
    ),
)
