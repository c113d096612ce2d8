"""One statement to the changes it makes."""

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter

from schemaguard.catalog.changes import Change, NoEffect, Opaque, Unreadable
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning
from schemaguard.sql.reading.escapes import wrong_escape
from schemaguard.sql.reading.grammar.sessions import psql
from schemaguard.sql.reading.readers import read
from schemaguard.sql.reading.statements import Piece, split
from schemaguard.sql.reading.tokens import BROKEN, META, NUMBER, WORD, Token, tokenize

LONGEST = 1_000_000
"""Characters of a statement that are read; a longer one is opaque."""


_KEY = itemgetter(0)
_IS_PARENTHESIS = frozenset("()").__contains__


def translate_piece(piece: Piece) -> tuple[Change, ...]:
    """As `translate` of the statement's text, which isn't read for its tokens again where they are known."""
    sql = piece.statement.sql
    if not piece.tokens or len(sql) > LONGEST or not can_be_sent(sql) or ";" in map(_KEY, piece.tokens):
        return translate(sql)
    return _changes(piece.text, piece.tokens, has_holes=False)


def translate(sql: str, *, has_holes: bool = False) -> tuple[Change, ...]:
    """The changes of one statement, one an action, in order; never empty, never raises: the unreadable is Opaque.

    A text that holds several statements gives the changes of all of them. `has_holes` says that some of its words stand
    for what isn't known, so that a shape which isn't that of a statement says nothing.
    """
    if len(sql) > LONGEST:
        return (Opaque(f"the statement is longer than {LONGEST:,} characters"),)
    if not can_be_sent(sql):
        return (Unreadable("it contains a character that PostgreSQL doesn't know"),)
    tokens, _ = tokenize(sql)
    if tokens and tokens[-1].kind == BROKEN:
        return (Unreadable(tokens[-1].value),)
    while tokens and tokens[-1].key == ";":
        tokens.pop()
    if not tokens:
        return (NoEffect(""),)
    if tokens[0].kind == META:
        return _psql(sql[tokens[0].start :])
    if any(token.key == ";" for token in tokens):
        parts = split(sql, "")
        if len(parts) > 1:
            return tuple(change for part in parts for change in translate(part.sql, has_holes=has_holes))
    return _changes(sql, tokens, has_holes)


def can_be_sent(sql: str) -> bool:
    """Whether the text has an encoding: Python's strings may hold zeros and halves of surrogate pairs, no query can."""
    if "\x00" in sql:
        return False
    try:
        return sql.isascii() or bool(sql.encode())
    except UnicodeEncodeError:
        return False


def _changes(sql: str, tokens: Sequence[Token], has_holes: bool) -> tuple[Change, ...]:
    if (unbalanced := _unbalanced(tokens)) is not None:
        return (Unreadable(unbalanced),)
    if "\\" in sql and (wrong := wrong_escape(sql, tokens)) is not None:
        return (Unreadable(wrong),)
    found: list[Change] = []
    try:
        found += read(Cursor(sql, tokens, has_holes=has_holes))
    except SyntaxRefusal as refusal:
        return (Unreadable(str(refusal)),)
    except UnknownMeaning as unknown:
        return (*found, Opaque(str(unknown)))
    except RecursionError:
        return (*found, Opaque("the statement is nested too deeply"))
    misplaced = None if has_holes else _misplaced(tokens)
    return tuple(found) if misplaced is None else (Unreadable(misplaced),)


def _unbalanced(tokens: Sequence[Token]) -> str | None:
    """What is wrong with the parentheses, None where each has its partner."""
    depth = 0
    for key in filter(_IS_PARENTHESIS, map(_KEY, tokens)):
        depth += 1 if key == "(" else -1
        if depth < 0:
            return "a closing parenthesis has no opening one"
    return "a parenthesis is never closed" if depth else None


def _misplaced(tokens: Sequence[Token]) -> str | None:
    """What stands where no statement has it, whatever its command: a comma without its item, letters at a number."""
    for before, token in pairwise(tokens):
        if token.key in (")", ",") and before.key == ",":
            return f"a comma stands before {token.key!r}"
        if token.key == "," and before.key == "(":
            return "a comma stands behind '('"
        if before.kind == NUMBER and token.kind in (WORD, NUMBER) and token.start == before.end:
            return f"a number is followed by {token.value[:40]!r}"
    return "a comma stands at the end" if tokens[-1].key == "," else None


def _psql(text: str) -> tuple[Change, ...]:
    command, _, rest = text.partition(" ")
    return translate("copy " + rest, has_holes=True) if command == "\\copy" else (psql(text),)
