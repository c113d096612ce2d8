"""PostgreSQL's own parser, where the extra `parser` is installed: libpg_query, the library in the wheel `postgast`.

Its C interface is called and not the wheel's Python, which takes longer to import than thousands of statements to read.
The call is the one that only parses: those that also write the tree down overflow the stack where it is deep. It is
the grammar of PostgreSQL 18: https://github.com/pganalyze/libpg_query
"""

import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from schemaguard.frozen import dataclass

_LIBRARIES = {"darwin": "libpg_query.dylib", "win32": "pg_query.dll"}
_UNCERTAIN = ("memory exhausted", "out of memory", "stack depth limit")
"""How messages begin that say nothing of the statement: the parser gave up."""
_MOST_COMMENTS = 1000
"""Time goes with the square of how deep comments are nested: this many take 10 ms, a hundred times as many minutes."""


@dataclass(frozen=True, slots=True)
class ParserRefusal:
    """What PostgreSQL's parser says of a text that it refuses, and the index of the character where it says so."""

    message: str
    at: int | None


Parser = Callable[[str], ParserRefusal | None]


@cache
def parser() -> Parser | None:
    """PostgreSQL's parser, which gives None of a text that it takes; None where it isn't installed."""
    path = _library()
    return None if path is None else _bound(path)


def _library() -> Path | None:
    spec = find_spec("postgast")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / _LIBRARIES.get(sys.platform, "libpg_query.so")
        if path.is_file():
            return path
    return None


def _bound(path: Path) -> Parser:
    # Whoever has no parser needs none of it.
    import ctypes

    class Error(ctypes.Structure):
        """PgQueryError of pg_query.h."""

        _fields_ = (
            ("message", ctypes.c_char_p),
            ("funcname", ctypes.c_char_p),
            ("filename", ctypes.c_char_p),
            ("lineno", ctypes.c_int),
            ("cursorpos", ctypes.c_int),
            ("context", ctypes.c_char_p),
        )

    class Split(ctypes.Structure):
        """PgQuerySplitResult of pg_query.h."""

        _fields_ = (
            ("stmts", ctypes.c_void_p),
            ("n_stmts", ctypes.c_int),
            ("stderr_buffer", ctypes.c_void_p),
            ("error", ctypes.POINTER(Error)),
        )

    library = ctypes.CDLL(str(path))
    split, free = library.pg_query_split_with_parser, library.pg_query_free_split_result
    split.argtypes, split.restype = [ctypes.c_char_p], Split
    free.argtypes, free.restype = [Split], None

    def parse(text: str) -> ParserRefusal | None:
        if text.count("/*") > _MOST_COMMENTS:
            return None
        data = text.encode()
        result = split(data)
        try:
            if not result.error:
                return None
            error = result.error.contents
            return _refusal(error.message.decode(errors="replace"), error.cursorpos, data)
        finally:
            free(result)

    return parse


def _refusal(message: str, position: int, data: bytes) -> ParserRefusal | None:
    """`position` counts bytes from 1, and is 0 where the parser names no place."""
    if message.startswith(_UNCERTAIN):
        return None
    return ParserRefusal(message, len(data[: position - 1].decode(errors="ignore")) if position > 0 else None)
