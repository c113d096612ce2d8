"""What a revision says that rows without a value get on the way back: `# schemaguard: fill t(c) = EXPR`."""

import re

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass

_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_FILL = re.compile(
    rf"^\s*(?:#|--)\s*schemaguard:\s*fill\s+(?P<table>{_PART}(?:\.{_PART})?)\s*"
    rf"\(\s*(?P<column>{_PART})\s*\)\s*=\s*(?P<expression>[^\n]+)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class DeclaredFill:
    """A column, and the SQL of what its rows without a value get; a table without a schema means `public`."""

    table: Name
    column: str
    expression: str


def declared_fills(text: str) -> tuple[DeclaredFill, ...]:
    """What the comments of a revision file declare."""
    found: list[DeclaredFill] = []
    for match in _FILL.finditer(text):
        parts = [_unquoted(part) for part in re.findall(_PART, match["table"])]
        table = Name(parts[-1], parts[0] if len(parts) > 1 else "public")
        found.append(DeclaredFill(table, _unquoted(match["column"]), match["expression"].strip()))
    return tuple(found)


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
