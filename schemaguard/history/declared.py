"""What a module assigns to some names, read line by line where the module as a whole can't be parsed."""

import ast
import re
from collections.abc import Sequence

_LONGEST_LINE = 2_000
_ASSIGNED = r"^([ \t]*)({names})[ \t]*(?::[^=\n]*)?=(?!=)[ \t]*(.*)$"


def declared(text: str, names: Sequence[str]) -> dict[str, object] | None:
    """Name → the literal that the module's only assignment to it holds, None where not all of them are so plain.

    A name that is assigned twice, inside of a block, or over several lines can't be told without a parser.
    """
    found: dict[str, object] = {}
    for match in re.finditer(_ASSIGNED.format(names="|".join(names)), text, re.MULTILINE):
        indentation, name, value = match.groups()
        if indentation or name in found or len(value) > _LONGEST_LINE:
            return None
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found
