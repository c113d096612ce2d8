"""Remedies as text, in the language and with the names of the revision that is judged."""

from collections.abc import Iterable, Sequence

from schemaguard.catalog.apply import Refusal, apply
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Fix, LaterRevision
from schemaguard.frozen import replace
from schemaguard.history.revision import Step
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import FollowUp, Remedy


def remedied(remedy: Remedy | None, context: Context) -> Fix | None:
    """The remedy as text; None where one of its changes doesn't hold all that its statement would have to say."""
    if remedy is None:
        return None
    remedy = _in_its_transaction(remedy, context)
    code, imports = _code(remedy.now, context)
    later = tuple(_later(one, context) for one in remedy.later)
    if code is None or None in later:
        return None
    whole, needed = _code(_in_place(remedy, context), context)
    return Fix(
        title=remedy.title,
        is_safe=_keeps_catalog(remedy, context),
        code=code,
        later=tuple(one for one in later if one is not None),
        whole=whole if _is_replaceable(context) else None,
        imports=needed if whole is not None else imports,
    )


def _in_its_transaction(remedy: Remedy, context: Context) -> Remedy:
    """The remedy for where its statement runs: a file of SQL that is one transaction can't step out of it."""
    if context.is_python or context.step.autocommit or not any(map(_is_outside, remedy.now)):
        return remedy
    moved = FollowUp(remedy.title, remedy.now, ())
    return replace(remedy, now=(), later=(moved, *remedy.later))


def _is_outside(change: Change) -> bool:
    from schemaguard.sql.writing.operations import is_outside_of_transactions

    return is_outside_of_transactions(change)


def _in_place(remedy: Remedy, context: Context) -> tuple[Change, ...]:
    """All changes of the statement's call, with the remedy in the place of the one that it is for."""
    found: list[Change] = []
    for step in _of_the_call(context):
        for change in step.changes:
            is_meant = step is context.step and change is context.change
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
    is_known = any(change is context.change for change in context.step.changes)
    return is_known and (statement.source is not None or not context.is_python)


def _later(follow_up: FollowUp, context: Context) -> LaterRevision | None:
    code, imports = _code(follow_up.changes, context)
    back, needed = _code(follow_up.undo, context)
    if code is None or back is None:
        return None
    is_outside = any(map(_is_outside, follow_up.changes))
    return LaterRevision(follow_up.title, code, back, tuple(dict.fromkeys((*imports, *needed))), is_outside)


def _code(changes: Sequence[Change], context: Context) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The lines for the changes and the imports that they need; None where one of them can't be written whole."""
    # What writes SQL is only read where there is something to be written.
    from schemaguard.sql.writing.identifiers import written
    from schemaguard.sql.writing.operations import operation
    from schemaguard.sql.writing.statements import render

    lines: list[str] = []
    imports: list[str] = []
    for change in changes:
        if context.is_python:
            code = operation(change)
            if code is None:
                return None, ()
            lines += code.lines
            imports += code.imports
        else:
            text = render(change, written)
            if text is None:
                return None, ()
            # A literal may span lines: a statement stays one piece.
            lines.append(f"{text};")
    return tuple(lines), tuple(dict.fromkeys(imports))


def _keeps_catalog(remedy: Remedy, context: Context) -> bool:
    """Whether the remedy, carried out to its end, leaves the catalog that the change leaves."""
    catalog: Catalog = context.before
    try:
        for change in (*remedy.now, *(change for one in remedy.later for change in one.changes)):
            catalog = apply(change, catalog)
    except Refusal:
        return False
    return catalog == context.after
