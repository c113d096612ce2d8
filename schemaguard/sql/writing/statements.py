"""Every kind of change as SQL: what inverses and retirements are made of, and what is shown to be pasted."""

from typing import assert_never

from schemaguard.catalog import changes as c
from schemaguard.sql.writing.identifiers import Spelling, qualified, written
from schemaguard.sql.writing.objects import (
    AccessChange,
    ObjectChange,
    TypeChange,
    render_access,
    render_object,
    render_type,
)
from schemaguard.sql.writing.rows import RowChange, SessionChange, render_rows, render_session
from schemaguard.sql.writing.tables import (
    ColumnChange,
    ConstraintChange,
    TableChange,
    render_column,
    render_constraint,
    render_table,
)


def render(change: c.Change, spell: Spelling = qualified) -> str | None:
    """The statement for a change, without a semicolon.

    `qualified` is for what is carried out, on names that are resolved; `written` for what is shown to an author. None
    where there is no such statement: for what isn't understood or changes nothing, and for what a change doesn't hold
    whole (rows that are written, the body of a function that no server spelled). A statement is never nearly right.
    """
    if isinstance(change, TableChange):
        return render_table(change, spell)
    if isinstance(change, ColumnChange):
        return render_column(change, spell)
    if isinstance(change, ConstraintChange):
        return render_constraint(change, spell)
    if isinstance(change, ObjectChange):
        return render_object(change, spell)
    if isinstance(change, TypeChange):
        return render_type(change, spell)
    if isinstance(change, AccessChange):
        return render_access(change, spell)
    if isinstance(change, RowChange):
        return render_rows(change, spell)
    if isinstance(change, SessionChange):
        return render_session(change, spell)
    match change:
        case c.NoEffect() | c.Opaque() | c.Unreadable() | c.ChangeSymbol():
            return None
        case _:
            assert_never(change)


def rendered(change: c.Change) -> str:
    """As `render`, of a change that is made here and holds all that its statement says."""
    statement = render(change)
    assert statement is not None, change
    return statement


def shown(change: c.Change, statement: str) -> str:
    """The change as its author would write it, ready to be pasted; where it doesn't hold enough, the author's own."""
    return (render(change, written) or statement.rstrip().removesuffix(";")) + ";"
