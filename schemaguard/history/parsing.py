"""Source text to syntax trees; a text that is read for several reasons is parsed once."""

import ast
from functools import lru_cache

_KEPT = 1_000
"""Trees that are kept: a history is read for its identities first, and for what it does right after."""


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> ast.Module:
    """The syntax tree of a module, which nobody changes.

    Raises SyntaxError, ValueError, RecursionError or MemoryError where there is none.
    """
    return ast.parse(text)
