"""The moves that the rules of the grammar are written in: from a place among a statement's symbols to one behind it.

A rule is a function of the symbols and of a place; it returns the place behind what it read, or raises Misplaced.
"""

from collections.abc import Callable

from schemaguard.sql.reading.syntax.lexicon import COLUMNS, LABELS

Symbols = list[str]
Rule = Callable[[Symbols, int], int]


class Misplaced(Exception):  # noqa: N818 - it never leaves sql/, where it becomes a refusal
    """What stands `at` a place isn't what the grammar has there, which is `wanted`."""

    def __init__(self, at: int, wanted: str) -> None:
        super().__init__(wanted)
        self.at = at
        self.wanted = wanted


def expect(s: Symbols, at: int, *words: str) -> int:
    """Behind these words."""
    for word in words:
        if s[at] != word:
            raise Misplaced(at, word.upper())
        at += 1
    return at


def skip(s: Symbols, at: int, *words: str) -> int:
    """Behind whichever of these words stands there, else where it was."""
    return at + 1 if s[at] in words else at


def follows(s: Symbols, at: int, *words: str) -> bool:
    """Whether these words come next, in this order."""
    return s[at : at + len(words)] == [*words]


def column(s: Symbols, at: int) -> int:
    """The name of a column, a table, or whatever is named like them."""
    if s[at] not in COLUMNS:
        raise Misplaced(at, "a name")
    return at + 1


def label(s: Symbols, at: int) -> int:
    """A name that may be any word."""
    if s[at] not in LABELS:
        raise Misplaced(at, "a name")
    return at + 1


def name(s: Symbols, at: int) -> int:
    """A name with whatever it is qualified by."""
    at = column(s, at)
    while s[at] == ".":
        at = label(s, at + 1)
    return at


def listed(s: Symbols, at: int, rule: Rule) -> int:
    """One or more, separated by commas."""
    at = rule(s, at)
    while s[at] == ",":
        at = rule(s, at + 1)
    return at


def enclosed(s: Symbols, at: int, rule: Rule) -> int:
    """One in parentheses."""
    return expect(s, rule(s, expect(s, at, "(")), ")")


def enclosed_list(s: Symbols, at: int, rule: Rule) -> int:
    """One or more in parentheses."""
    return expect(s, listed(s, expect(s, at, "("), rule), ")")


def columns(s: Symbols, at: int) -> int:
    """Names in parentheses."""
    return enclosed_list(s, at, column)


def balanced(s: Symbols, at: int) -> int:
    """Parentheses, whatever stands in them: of what has a grammar of its own, which nothing here depends on."""
    at = expect(s, at, "(")
    depth = 1
    while depth:
        if not s[at] and not s[at + 1 : at + 2]:
            raise Misplaced(at, ")")
        depth += (s[at] == "(") - (s[at] == ")")
        at += 1
    return at
