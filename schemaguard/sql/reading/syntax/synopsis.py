"""Commands as the manual's synopses show them: `[ … ]` may be left out, `{ … | … }` is one of several, `...` repeats.

A word stands for itself, `<rule>` for what a rule of the grammar reads, `<rule,>` for several with commas between.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from schemaguard.sql.reading.syntax.reading import Misplaced, Rule, Symbols, listed

_PIECE = re.compile(r"<(\w+)(,?)>|(\.\.\.)|([\w]+|[^\s\w])")
_CLOSES = {"[": "]", "{": "}"}


class _Sequence:
    """Pieces one after the other."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: list[_Part] = []


class _Choice:
    """One of several sequences, or none of them."""

    __slots__ = ("is_optional", "options")

    def __init__(self, is_optional: bool) -> None:
        self.options = [_Sequence()]
        self.is_optional = is_optional


class _Repeated:
    """A part once or several times."""

    __slots__ = ("part",)

    def __init__(self, part: "_Part") -> None:
        self.part = part


_Part = str | Rule | _Choice | _Repeated


class Synopsis:
    """How a command is written; `read` is a rule of the grammar."""

    def __init__(self, text: str, rules: Mapping[str, Rule]) -> None:
        self._whole = _compiled(text, rules)

    def read(self, s: Symbols, at: int) -> int:
        """The end of the statement; refuses where it goes on otherwise, at the place that was reached."""
        reached = _Reached()
        for end in _sequence(self._whole.parts, 0, s, at, reached):
            if not s[end]:
                return end
            reached.note(end, "the statement's end")
        raise Misplaced(reached.at, reached.wanted)

    def read_part(self, s: Symbols, at: int) -> int:
        """As far as the longest of its ways goes."""
        reached = _Reached()
        for end in _sequence(self._whole.parts, 0, s, at, reached):
            return end
        raise Misplaced(reached.at, reached.wanted)


class _Reached:
    """How far the statement could be read, and what was wanted there."""

    __slots__ = ("at", "wanted")

    def __init__(self) -> None:
        self.at, self.wanted = -1, ""

    def note(self, at: int, wanted: str) -> None:
        """Keeps what lies furthest."""
        if at > self.at:
            self.at, self.wanted = at, wanted


def _compiled(text: str, rules: Mapping[str, Rule]) -> _Sequence:
    whole = _Sequence()
    stack: list[tuple[_Sequence, _Choice | None]] = [(whole, None)]
    for rule, comma, dots, word in _PIECE.findall(text):
        parts = stack[-1][0].parts
        if rule:
            parts.append(_in_a_list(rules[rule]) if comma else rules[rule])
        elif dots:
            parts.append(_Repeated(parts.pop()))
        elif word in _CLOSES:
            choice = _Choice(word == "[")
            parts.append(choice)
            stack.append((choice.options[0], choice))
        elif word == "|":
            _, choice_of = stack.pop()
            assert choice_of is not None
            choice_of.options.append(_Sequence())
            stack.append((choice_of.options[-1], choice_of))
        elif word in _CLOSES.values():
            stack.pop()
        else:
            parts.append(word)
    return whole


def _in_a_list(rule: Rule) -> Rule:
    return lambda s, at: listed(s, at, rule)


def _sequence(parts: list[_Part], number: int, s: Symbols, at: int, reached: _Reached) -> Iterator[int]:
    if number == len(parts):
        yield at
        return
    for end in _part(parts[number], s, at, reached):
        yield from _sequence(parts, number + 1, s, end, reached)


def _part(part: _Part, s: Symbols, at: int, reached: _Reached) -> Iterator[int]:
    match part:
        case str():
            if s[at] == part:
                yield at + 1
            else:
                reached.note(at, part.upper())
        case _Choice():
            for option in part.options:
                yield from _sequence(option.parts, 0, s, at, reached)
            if part.is_optional:
                yield at
        case _Repeated():
            for end in _part(part.part, s, at, reached):
                if end > at:
                    yield from _part(part, s, end, reached)
                yield end
        case _:
            try:
                end = part(s, at)
            except Misplaced as misplaced:
                reached.note(misplaced.at, misplaced.wanted)
                return
            yield end


@lru_cache(maxsize=256)
def _written(text: str) -> Synopsis:
    from schemaguard.sql.reading.syntax.commands import RULES

    return Synopsis(text, RULES)


def written(text: str) -> Rule:
    """The rule that a synopsis shows; it is taken apart when it is first needed."""
    return lambda s, at: _written(text).read(s, at)


def written_part(text: str) -> Rule:
    """As `written`, of a part of a statement."""
    return lambda s, at: _written(text).read_part(s, at)
