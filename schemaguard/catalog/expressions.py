"""SQL expressions as text: which names they mention, and the same text after a rename."""

import re
from functools import lru_cache

from schemaguard.catalog.types import quote_identifier

_PIECE = re.compile(
    r"(?P<string>'(?:[^']|'')*')|(?P<dollar>\$(\w*)\$.*?\$\3\$)|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r'|(?P<quoted>"(?:[^"]|"")*")|(?P<word>[^\W\d][\w$]*)',
    re.DOTALL,
)
_SEQUENCE = re.compile(r"nextval\(\s*'((?:[^']|'')+)'", re.IGNORECASE)


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """Every identifier and keyword outside of strings and comments, folded as the server folds them."""
    found = set()
    for piece in _PIECE.finditer(text):
        if piece["word"]:
            found.add(piece["word"].lower())
        elif piece["quoted"]:
            found.add(piece["quoted"][1:-1].replace('""', '"'))
    return frozenset(found)


def mentions(text: str | None, name: str) -> bool:
    """Whether the name stands in the text as an identifier."""
    return text is not None and name in words(text)


def renamed(text: str, old: str, new: str) -> str:
    """The text with the identifier replaced, as the server would print it after the rename."""

    def put(piece: re.Match[str]) -> str:
        word, quoted = piece["word"], piece["quoted"]
        is_it = (word is not None and word.lower() == old) or (
            quoted is not None and quoted[1:-1].replace('""', '"') == old
        )
        return quote_identifier(new) if is_it else piece[0]

    return _PIECE.sub(put, text)


@lru_cache(maxsize=4096)
def sequences(text: str | None) -> tuple[str, ...]:
    """The sequences that a default draws from, as written inside nextval('…')."""
    if text is None or "nextval" not in text.lower():
        return ()
    return tuple(name.replace("''", "'") for name in _SEQUENCE.findall(text))
