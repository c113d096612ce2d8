"""Splits SQL text into statements with their exact place.

One bad statement must not hide the rest: a semicolon ends a statement even inside parentheses that were never closed,
and after an unterminated quote reading goes on behind the next line that ends in a semicolon.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from schemaguard.finding import Place
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.statement import Statement
from schemaguard.sql.reading.tokens import BROKEN, DATA, META, Comment, Token, tokenize

_LINE_END = re.compile(r"\r\n?|\n")
_STATEMENT_END = re.compile(r";[ \t]*(?=[\r\n]|\Z)")
_LONG_TEXT = 50_000
_MOST_RESTARTS = 20
"""How often reading begins anew behind an unterminated quote; every restart may read the whole rest once."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement, and its tokens, where they are known and all of it is one statement of SQL."""

    statement: Statement
    text: str
    """A text that ends with the statement, in which the tokens have their places."""
    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    """Behind the semicolon, the data of a COPY or the psql command's line."""
    text_end: int
    """Where the SQL itself ends."""
    tokens: Sequence[Token] = ()
    """Empty where the text isn't whole, or no SQL."""


def split(text: str, file: str, first_line: int = 1) -> tuple[Statement, ...]:
    """The statements of a text, in order; a text that can't be split comes back as one statement.

    The comments of a statement come without their markers. The data behind COPY … FROM stdin belongs to no statement,
    and a psql command (`\\connect db`) is a statement of its own.
    """
    return tuple(piece.statement for piece in pieces(text, file, first_line))


def pieces(text: str, file: str, first_line: int = 1) -> Iterator[Piece]:
    """As `split`, with the tokens that were found on the way."""
    lines = _line_starts(text)
    spans, comments = _spans(text)
    beside = _assigned(spans, comments, lines)
    for number, span in enumerate(spans):
        statement = Statement(
            text[span.start : span.text_end],
            _place(span.start, lines, file, first_line),
            tuple(comment.text for comment in beside[number]),
        )
        yield _piece(statement, span, text)


def _piece(statement: Statement, span: _Span, text: str) -> Piece:
    if span.text_end > _LONG_TEXT:
        # To copy the text for each statement would take the square of its length.
        return Piece(statement, statement.sql, _moved(span.tokens, span.start))
    return Piece(statement, text[: span.text_end], span.tokens)


def _moved(tokens: Sequence[Token], start: int) -> list[Token]:
    """The tokens with their places counted from `start`."""
    make = Token._make
    return [make((key, value, begin - start, end - start, kind)) for key, value, begin, end, kind in tokens]


def comments(text: str, file: str, first_line: int = 1) -> tuple[tuple[Place, str], ...]:
    """All comments of a text, each with its place and without its markers."""
    lines = _line_starts(text)
    return tuple((_place(found.start, lines, file, first_line), found.text) for found in _spans(text)[1])


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def _place(offset: int, lines: Sequence[int], file: str, first_line: int) -> Place:
    line = bisect_right(lines, offset)
    return Place(file, line - 1 + first_line, offset - lines[line - 1] + 1)


def _spans(text: str) -> tuple[list[_Span], list[Comment]]:
    """The spans of the statements and all comments, reading anew behind every unterminated quote."""
    spans: list[_Span] = []
    found: list[Comment] = []
    at = 0
    for restart in range(_MOST_RESTARTS + 1):
        tokens, heard = tokenize(text, at)
        found += heard
        spans += _cut(tokens)
        if not tokens or tokens[-1].kind != BROKEN:
            break
        end = _STATEMENT_END.search(text, spans[-1].start)
        if end is None or restart == _MOST_RESTARTS:
            break
        spans[-1] = _Span(spans[-1].start, end.end(), end.start())
        at = end.end()
    return spans, found


def _cut(tokens: Sequence[Token]) -> Iterator[_Span]:
    begin = 0
    for at, token in enumerate(tokens):
        if token.key != ";" and token.kind not in (META, DATA):
            continue
        if at < begin or (token.key == ";" and (at == begin or tokens[begin].key == "create")):
            # Inside a body that was passed already, an empty statement, or one that may have semicolons inside.
            if at < begin or at == begin:
                begin = max(begin, at + 1)
                continue
            at = _inner_end(tokens, begin, at)
            if at == len(tokens):
                break
            token = tokens[at]
        if begin < at:
            last = tokens[at - 1].end
            yield _Span(tokens[begin].start, token.end if token.key == ";" else last, last, tokens[begin:at])
        if token.kind == META:
            yield _Span(token.start, token.end, token.end)
        begin = at + 1
    if begin < len(tokens):
        whole = tokens[begin:] if tokens[-1].kind != BROKEN else ()
        yield _Span(tokens[begin].start, tokens[-1].end, tokens[-1].end, whole)


def _inner_end(tokens: Sequence[Token], begin: int, semicolon: int) -> int:
    """The semicolon that ends a CREATE: not one inside BEGIN ATOMIC … END or a rule's parentheses.

    A body that is never closed ends at its first semicolon; none contains a CREATE, so none is looked for beyond one.
    """
    words = {token.key for token in tokens[begin : begin + 4]}
    is_rule = "rule" in words
    if not is_rule and words.isdisjoint(("function", "procedure")):
        return semicolon
    depth, opens = 0, False
    for at in range(begin, len(tokens)):
        key = tokens[at].key
        if key == ";" and depth <= 0:
            return at
        if key == "create" and at > begin and tokens[at - 1].key == ";":
            return semicolon
        if is_rule:
            depth += (key == "(") - (key == ")")
        elif key == "atomic" and tokens[at - 1].key == "begin":
            depth, opens = 1, True
        elif opens and key in ("begin", "case", "end"):
            depth += -1 if key == "end" else 1
    return semicolon if depth else len(tokens)


def _assigned(spans: Sequence[_Span], found: Sequence[Comment], lines: Sequence[int]) -> list[list[Comment]]:
    """The comments of each span: those inside it, beside its end, or above it."""
    assigned: list[list[Comment]] = [[] for _ in spans]
    number = 0
    for comment in found:
        while number < len(spans) and spans[number].end <= comment.start:
            number += 1
        if number and bisect_right(lines, spans[number - 1].end) == bisect_right(lines, comment.start):
            if number == len(spans) or comment.start < spans[number].start:
                assigned[number - 1].append(comment)
        elif number < len(spans):
            assigned[number].append(comment)
    return assigned
