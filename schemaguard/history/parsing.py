"""Source text to syntax trees; a text that is read for several reasons is parsed once."""

import ast
import re
import warnings
from functools import lru_cache

_REFUSED = re.compile("[\\0\udc80-\udcff]")
_KEPT = 1_000
"""Trees that are kept: a history is read for its identities first, and for what it does right after."""


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> ast.Module:
    """The syntax tree of a module, which nobody changes.

    Raises SyntaxError, ValueError, RecursionError or MemoryError where there is none.
    """
    if (byte := undecodable(text)) is not None:
        raise ValueError(byte)
    with warnings.catch_warnings():
        # What Python thinks of somebody's literals is no business of ours.
        warnings.simplefilter("ignore")
        return ast.parse(text)


def undecodable(text: str) -> str | None:
    """Why Python can't decode a source, and at which byte; None where it can.

    What couldn't be decoded stands in the text as lone surrogates (PEP 383).
    """
    found = _REFUSED.search(text)
    if found is None:
        return None
    before = text[: found.start()].encode("utf-8", "surrogateescape")
    where = f"byte {len(before)} (line {before.count(10) + 1})"
    if found[0] == "\0":
        return f"{where} is a null byte, which no Python source may have; it may be UTF-16: save it as UTF-8"
    value = ord(found[0]) - 0xDC00
    kind = "; it looks like UTF-16" if not before and value in (0xFE, 0xFF) else ""
    return f"{where} is 0x{value:02x}, which is not UTF-8, and no coding line says what it is{kind}: save it as UTF-8"
