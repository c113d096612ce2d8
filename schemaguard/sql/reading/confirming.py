"""What PostgreSQL's own parser says of a statement that was read here; where it isn't installed, nothing."""

import re
from collections.abc import Sequence

from schemaguard.catalog.changes import Change, Opaque, Unreadable
from schemaguard.sql.reading.libpg_query import ParserRefusal, parser
from schemaguard.sql.reading.syntax.lexicon import is_template
from schemaguard.sql.reading.tokens import BROKEN, META, Token, tokenize
from schemaguard.sql.reading.translate import LONGEST, can_be_sent

_PLACEHOLDER = re.compile(r"%\(|%s")
"""Where a driver puts a value in; the name in the parentheses may be any text."""
_NEW_FUNCTIONS = frozenset(
    """
    json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize
    json_table json_value merge_action
    """.split()  # noqa: SIM905 - as in the lexicon
)
"""Words that were anybody's before PostgreSQL 16 or 17, and no longer name a function or type of one's own."""
_NEW_RESERVED = "system_user"
"""A word that was anybody's before PostgreSQL 16. All of these are what pg_get_keywords() of 15 and 18 differ in."""


def confirmed(sql: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes of a text as `translate` gives them, as far as PostgreSQL's parser bears them out.

    What it refuses is unreadable. What it takes and `translate` refused is opaque. Its grammar is that of 18: a
    refusal counts where 15 says the same. A text that something is put into before it is sent isn't asked for.
    """
    parse = parser()
    if parse is None or len(sql) > LONGEST or not can_be_sent(sql):
        return changes
    is_refused_here = any(isinstance(change, Unreadable) for change in changes)
    refusal = parse(sql)
    if refusal is None:
        return tuple(map(_not_understood, changes)) if is_refused_here else changes
    if is_refused_here or not _counts(refusal, sql):
        return changes
    return (Unreadable(_told(refusal, sql)),)


def _not_understood(change: Change) -> Change:
    if isinstance(change, Unreadable):
        return Opaque(f"PostgreSQL's parser takes it, and it is not understood here: {change.reason}")
    return change


def _counts(refusal: ParserRefusal, sql: str) -> bool:
    if _PLACEHOLDER.search(sql):
        return False
    tokens, _ = tokenize(sql)
    if not tokens or tokens[-1].kind == BROKEN or any(token.kind == META for token in tokens) or is_template(tokens):
        return False
    return not _is_of_a_version(refusal, tokens)


def _is_of_a_version(refusal: ParserRefusal, tokens: Sequence[Token]) -> bool:
    """Whether 15 may take the statement for a word that was still free there."""
    following = [*(token.key for token in tokens[1:]), ""]
    return any(
        token.key == _NEW_RESERVED or (token.key in _NEW_FUNCTIONS and (after == "(" or token.start == refusal.at))
        for token, after in zip(tokens, following, strict=True)
    )


def _told(refusal: ParserRefusal, sql: str) -> str:
    """The parser's message with the place, counted from 1 as editors do."""
    if refusal.at is None:
        return refusal.message
    before = sql[: refusal.at]
    line, column = before.count("\n") + 1, refusal.at - (before.rfind("\n") + 1) + 1
    where = f"line {line}, column {column}" if "\n" in sql.strip() else f"column {column}"
    return f"{refusal.message} ({where} of the statement)"
