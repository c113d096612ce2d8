"""Which assignments of an UPDATE leave values as they are, as far as the statement shows."""

from collections.abc import Iterable

from schemaguard.catalog.calls import tokens

Assigned = tuple[tuple[str, ...], str]
"""The columns that are assigned together, and the value's text."""


def unchanged(assigned: Iterable[Assigned], *, joins: bool) -> tuple[str, ...]:
    """The columns that are assigned what they hold."""
    return tuple(column for column, words in _single(assigned) if _is_own(words, column, joins=joins))


def filled(assigned: Iterable[Assigned], *, joins: bool) -> tuple[str, ...]:
    """The columns that only get a value where they hold none: `a = coalesce(a, 0)`."""
    return tuple(column for column, words in _single(assigned) if _is_filling(words, column, joins=joins))


def _single(assigned: Iterable[Assigned]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Of columns that are assigned together the values aren't told apart: they may be a query's."""
    return ((columns[0], tokens(value)) for columns, value in assigned if len(columns) == 1)


def _is_own(words: tuple[str, ...], column: str, *, joins: bool) -> bool:
    """Whether the words are the column itself. Beside other relations a qualified name may mean one of theirs."""
    return words == (column,) or (not joins and len(words) == 3 and words[1:] == (".", column))


def _is_filling(words: tuple[str, ...], column: str, *, joins: bool) -> bool:
    if words[:2] != ("coalesce", "(") or "," not in words:
        return False
    depth, closed = 0, len(words)
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if word == ")" and depth == 0:
            closed = at
            break
    return closed == len(words) - 1 and _is_own(words[2 : words.index(",")], column, joins=joins)
