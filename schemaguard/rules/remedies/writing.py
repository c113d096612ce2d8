"""Remedies as text, in the language and with the names of the revision that is judged."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from schemaguard.catalog.apply import Refusal, apply
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Fix, LaterRevision
from schemaguard.frozen import replace
from schemaguard.history.revision import Step
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import Action, FollowUp, InBatches, Remedy, Rewritten

_UNHELD = re.compile(r"\bnulls\s+(?:first|last)\b|\bwith\s*\(|\btablespace\b", re.IGNORECASE)
"""Options of indexes and constraints that a catalog doesn't keep."""


def remedied(remedy: Remedy | None, context: Context) -> Fix | None:
    """The remedy as text; None where one of its changes doesn't hold all that its statement would have to say."""
    if remedy is None or _says_more(remedy, context):
        return None
    in_place = _in_its_transaction(remedy, context)
    return _written(in_place, context)


def _written(remedy: Remedy, context: Context) -> Fix | None:
    code, imports = _code(remedy.now, context)
    later = tuple(_later(one, context) for one in remedy.later)
    if code is None or None in later:
        return None
    whole, needed = _code(_in_place(remedy, context), context)
    return Fix(
        title=remedy.title,
        proof=cache(lambda: _keeps_catalog(remedy, context)) if not remedy.leaves_more else False,
        code=code,
        later=tuple(one for one in later if one is not None),
        whole=whole if _is_replaceable(context) and not remedy.is_advice else None,
        imports=needed if whole is not None else imports,
        undo=_code(remedy.undo, context)[0] or (),
    )


def _says_more(remedy: Remedy, context: Context) -> bool:
    """Whether the statement says what no change holds, so that it would be lost where it is written anew."""
    is_written_anew = any(not isinstance(one, Rewritten) for one in remedy.now) or not remedy.now
    return is_written_anew and _UNHELD.search(context.step.statement.sql) is not None


def _in_its_transaction(remedy: Remedy, context: Context) -> Remedy:
    """The remedy for where its statement runs: a file of SQL that is one transaction can't step out of it."""
    if context.is_python or context.step.autocommit or not any(map(_is_outside, remedy.now)):
        return remedy
    return replace(remedy, now=(), later=(FollowUp("", remedy.now), *remedy.later))


def _is_outside(action: Action) -> bool:
    from schemaguard.sql.writing.operations import is_outside_of_transactions

    return isinstance(action, InBatches) or any(map(is_outside_of_transactions, _changes((action,))))


def _changes(actions: Iterable[Action]) -> list[Change]:
    """What the catalog feels of the actions."""
    felt = (one for one in actions if not isinstance(one, InBatches))
    return [one.change if isinstance(one, Rewritten) else one for one in felt]


def _in_place(remedy: Remedy, context: Context) -> tuple[Action, ...]:
    """All changes of the statement's call, with the remedy in the place of the one that it is for."""
    found: list[Action] = []
    for step in _of_the_call(context):
        for change in step.changes:
            is_meant = step is context.step and change == context.change
            found += remedy.now if is_meant else (change,)
    return tuple(found)


def _of_the_call(context: Context) -> Iterable[Step]:
    """The statements that one call sent: `add_column` with `index=True` sends two."""
    if context.step.statement.source is None:
        return (context.step,)
    place = context.step.statement.place
    return (step for step in context.run.steps if step.statement.place == place)


def _is_replaceable(context: Context) -> bool:
    """Whether the text at the statement's place is all that there is to replace."""
    statement = context.step.statement
    if statement.place.file != context.run.revision.file:
        # A helper of another file may be called from elsewhere, too.
        return not context.is_python and bool(statement.place.file)
    is_known = context.change in context.step.changes
    return is_known and (statement.source is not None or not context.is_python)


def _later(follow_up: FollowUp, context: Context) -> LaterRevision | None:
    code, imports = _code(follow_up.changes, context)
    back, needed = _code(follow_up.undo, context)
    if code is None or back is None:
        return None
    is_outside = any(map(_is_outside, follow_up.changes))
    return LaterRevision(follow_up.title, code, back, tuple(dict.fromkeys((*imports, *needed))), is_outside)


def _code(actions: Sequence[Action], context: Context) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The lines for the actions and the imports that they need; None where one of them can't be written whole."""
    anew = _of_revision if context.is_python else _of_sql
    written = [_as_it_stands(action, context) or anew(action) for action in actions]
    known = [code for code in written if code is not None]
    if len(known) != len(written):
        return None, ()
    return (
        tuple(line for lines, _ in known for line in lines),
        tuple(dict.fromkeys(line for _, imports in known for line in imports)),
    )


def _as_it_stands(action: Action, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The author's own text of the change that is judged, where its statement or call holds nothing else."""
    # What runs outside of transactions is moved there.
    if action is not context.change or _is_outside(action):
        return None
    if sum(len(step.changes) for step in _of_the_call(context)) != 1:
        return None
    if not context.is_python:
        return (f"{context.step.statement.sql.rstrip().rstrip(';')};",), ()
    lines = own_lines(context)
    return (lines, ()) if lines is not None else None


def own_lines(context: Context) -> tuple[str, ...] | None:
    """The author's own call, line by line and without its indentation; None where it isn't the revision's own."""
    statement = context.step.statement
    if statement.source is None or statement.place.file != context.run.revision.file:
        return None
    first, *more = statement.source.split("\n")
    depth = statement.place.column - 1
    if any(line[:depth].strip() for line in more):
        return None
    return (first, *(line[depth:] for line in more))


def _of_sql(action: Action) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    # What writes SQL is only read where there is something to be written.
    from schemaguard.sql.writing.identifiers import written
    from schemaguard.sql.writing.rows import in_batches
    from schemaguard.sql.writing.statements import render

    if isinstance(action, InBatches):
        batch = in_batches(action.table, action.column, action.value, written, may_be_null=action.may_be_null)
        return ("-- again and again, until it finds no row:", f"{batch};"), ()
    text = action.sql if isinstance(action, Rewritten) else render(action, written)
    # A literal may span lines: a statement stays one piece.
    return None if text is None else ((f"{text};",), ())


def _of_revision(action: Action) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    from schemaguard.sql.writing.code import repeated
    from schemaguard.sql.writing.identifiers import written
    from schemaguard.sql.writing.operations import operation
    from schemaguard.sql.writing.rows import in_batches

    if isinstance(action, InBatches):
        batch = in_batches(action.table, action.column, action.value, written, may_be_null=action.may_be_null)
        code = repeated(batch)
    elif isinstance(action, Rewritten) and action.code is not None:
        return action.code, ()
    else:
        code = operation(action.change if isinstance(action, Rewritten) else action)
    return None if code is None else (code.lines, code.imports)


def _keeps_catalog(remedy: Remedy, context: Context) -> bool:
    """Whether the remedy, carried out to its end, leaves the catalog that the revision leaves without it."""
    rest = context.facts.afterwards
    followed = [change for later in remedy.later for change in _changes(later.changes)]
    try:
        wanted = _folded(rest, context.after)
        return _folded((*_changes(remedy.now), *rest, *followed), context.before) == wanted
    except Refusal:
        return False


def _folded(changes: Iterable[Change], catalog: Catalog) -> Catalog:
    for change in changes:
        catalog = apply(change, catalog)
    return catalog
