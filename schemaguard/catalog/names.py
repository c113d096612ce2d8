"""The names that the server makes, to the byte, as makeObjectName() and its callers in indexcmds.c and heap.c do."""

import re
from collections.abc import Callable, Iterable
from itertools import count

LONGEST_NAME_BYTES = 63


def truncate(name: str, longest_bytes: int = LONGEST_NAME_BYTES) -> str:
    """The identifier as the server keeps it: at most 63 bytes, never half a character."""
    encoded = name.encode()
    return name if len(encoded) <= longest_bytes else encoded[:longest_bytes].decode(errors="ignore")


def make_name(first: str, second: str | None, label: str) -> str:
    """`first_second_label` in 63 bytes; where it is too long, the longer of the two gives way."""
    first_bytes = len(first.encode())
    second_bytes = len(second.encode()) if second is not None else 0
    available = LONGEST_NAME_BYTES - len(label.encode()) - 1 - (second is not None)
    while first_bytes + second_bytes > available:
        if first_bytes > second_bytes:
            first_bytes -= 1
        else:
            second_bytes -= 1
    parts = [truncate(first, first_bytes)]
    if second is not None:
        parts.append(truncate(second, second_bytes))
    return "_".join((*parts, label))


def choose_name(first: str, second: str | None, label: str, is_taken: Callable[[str], bool]) -> str:
    """The first of `…_label`, `…_label1`, `…_label2` … that isn't taken."""
    for number in count():
        name = make_name(first, second, f"{label}{number or ''}")
        if not is_taken(name):
            return name
    raise AssertionError  # count() has no end


def addition(columns: Iterable[str]) -> str:
    """The columns' part of a name: joined until nothing beyond could be seen."""
    text = ""
    for column in columns:
        text = f"{text}_{column}" if text else column
        if len(text.encode()) > LONGEST_NAME_BYTES:
            break
    return text


def index_columns(keys: Iterable[str]) -> tuple[str, ...]:
    """The names of an index's columns: a repeated one gets a number."""
    chosen: list[str] = []
    for key in keys:
        name = key
        for number in count(1):
            if name not in chosen:
                break
            name = truncate(key, LONGEST_NAME_BYTES - len(str(number))) + str(number)
        chosen.append(name)
    return tuple(chosen)


_CALL = re.compile(r'(?:[a-z_][\w$]*\.)?("(?:[^"]|"")+"|[a-z_][\w$]*)\s*\(', re.IGNORECASE)
_COLUMN = re.compile(r'(?:[a-z_][\w$]*\.)?("(?:[^"]|"")+"|[a-z_][\w$]*)\Z', re.IGNORECASE)
_CAST = re.compile(r"(?s)(.*)::\s*([a-z_\"][\w\" .]*?)\s*(?:\([\d, ]*\))?(?:\[\])*\Z", re.IGNORECASE)


def expression_name(expression: str) -> str:
    """What FigureIndexColname() calls an index's expression: a function's or column's name, else `expr`."""
    text = bare(expression)
    if found := _COLUMN.match(text):
        return _fold(found[1])
    if (found := _CALL.match(text)) and _closing(text, found.end() - 1) == len(text) - 1:
        name = _fold(found[1])
        if name != "cast":
            return name
        inner, _, target = text[found.end() : -1].rpartition(" as ")
        return _cast_name(inner or text[found.end() : -1], target)
    if found := _CAST.match(text):
        return _cast_name(found[1], found[2])
    return "case" if text[:5].lower() == "case " else "expr"


def _cast_name(inner: str, target: str) -> str:
    name = expression_name(inner)
    return name if name != "expr" else _fold(target.rpartition(".")[2].strip())


def _fold(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def bare(text: str) -> str:
    """The expression without parentheses around the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str, at: int) -> int:
    """Where the parenthesis that opens at `at` closes, -1 where it doesn't; quoted text is skipped."""
    depth, quote = 0, ""
    for place in range(at, len(text)):
        letter = text[place]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return place
    return -1
