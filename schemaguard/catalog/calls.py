"""SQL as text: the words of an expression or query, the functions that it calls, and the types that it casts to."""

import re
from functools import lru_cache

from schemaguard.frozen import dataclass

_TOKEN = re.compile(
    r"(?P<skip>\s+|--[^\n]*|/\*.*?\*/)|(?P<string>[eE]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r'|(?P<quoted>"(?:[^"]|"")+")|(?P<word>[^\W\d][\w$]*)|(?P<number>\d[\w.]*)|(?P<mark>::|<>|!=|<=|>=|\|\||.)',
    re.DOTALL,
)
_SPELLINGS = {"!=": "<>"}


@dataclass(frozen=True, slots=True)
class Call:
    """A function as it is called: its schema where that is written, and how many arguments it is given."""

    name: str
    schema: str | None
    arguments: int


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """The text word by word, without comments and blanks, names folded as the server folds them."""
    found = []
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if match["quoted"]:
            found.append(piece[1:-1].replace('""', '"'))
        elif match["word"]:
            found.append(piece.lower())
        elif not match["skip"]:
            found.append(_SPELLINGS.get(piece, piece))
    return tuple(found)


_SIGN = re.compile(r"[-+*/<>=~!@#%^&|`?]+")


@lru_cache(maxsize=4096)
def signs(text: str) -> frozenset[str]:
    """Every operator of the text that is written as a sign."""
    bare = "".join(" " if match["string"] or match["quoted"] or match["skip"] else match[0]
                   for match in _TOKEN.finditer(text))  # fmt: skip
    return frozenset(_SIGN.findall(bare))


@lru_cache(maxsize=4096)
def calls(text: str) -> frozenset[Call]:
    """Every name before a parenthesis, keywords and columns lists too: whoever asks knows the functions."""
    words = tokens(text)
    return frozenset(
        Call(words[at - 1], words[at - 3] if at > 2 and words[at - 2] == "." else None, _arguments(words, at))
        for at in range(1, len(words))
        if words[at] == "(" and _is_name(words[at - 1])
    )


def _arguments(words: tuple[str, ...], opened: int) -> int:
    depth, commas, at = 0, 0, opened
    for at in range(opened, len(words)):
        if words[at] in ("(", "["):
            depth += 1
        elif words[at] in (")", "]"):
            depth -= 1
            if depth == 0:
                break
        elif words[at] == "," and depth == 1:
            commas += 1
    return 0 if at == opened + 1 else commas + 1


@lru_cache(maxsize=4096)
def casts(text: str) -> frozenset[tuple[str, str | None]]:
    """The types that a text casts to, as (name, schema where that is written)."""
    words = tokens(text)
    found = set()
    for at, word in enumerate(words[:-1]):
        is_cast = word == "::" or (word == "as" and "cast" in words)
        if is_cast and _is_name(words[at + 1]):
            is_qualified = words[at + 2 : at + 3] == (".",) and at + 3 < len(words)
            found.add((words[at + 3], words[at + 1]) if is_qualified else (words[at + 1], None))
    return frozenset(found)


def _is_name(word: str) -> bool:
    return bool(word) and (word[0].isalpha() or word[0] == "_" or not word.isascii())


def same_text(old: str, new: str, renamed: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether both say the same apart from formatting; `renamed` are pairs of names that mean one thing."""
    before, after = _unwrapped(tokens(old)), _unwrapped(tokens(new))
    return len(before) == len(after) and all(
        one == other or (one, other) in renamed for one, other in zip(before, after, strict=True)
    )


def _unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without a semicolon at the end and parentheses around all of it."""
    while words and words[-1] == ";":
        words = words[:-1]
    while len(words) > 2 and words[0] == "(" and _closes_at(words) == len(words) - 1:
        words = words[1:-1]
    return words


def _closes_at(words: tuple[str, ...]) -> int:
    depth = 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return at
    return -1
