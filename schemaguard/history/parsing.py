"""Source text to syntax trees; a text that is read for several reasons is parsed once."""

import ast
import warnings
from functools import lru_cache

_KEPT = 1_000
"""Trees that are kept: a history is read for its identities first, and for what it does right after."""


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> ast.Module:
    """The syntax tree of a module, which nobody changes.

    Raises SyntaxError, ValueError, RecursionError or MemoryError where there is none.
    """
    with warnings.catch_warnings():
        # What Python thinks of somebody's literals is no business of ours.
        warnings.simplefilter("ignore")
        return ast.parse(text)
