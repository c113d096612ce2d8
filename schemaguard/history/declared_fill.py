"""What a revision says that rows without a value get on the way back: `# schemaguard: fill t(c) = EXPR`."""

import re
from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.frozen import dataclass

_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_DECLARED = (
    rf"schemaguard:\s*fill\s+(?P<table>{_PART}(?:\.{_PART})?)\s*"
    rf"\(\s*(?P<column>{_PART})\s*\)\s*=\s*(?P<expression>[^\n]+)"
)
_IN_FILE = re.compile(rf"^\s*(?:#|--)\s*{_DECLARED}", re.IGNORECASE | re.MULTILINE)
_IN_COMMENT = re.compile(rf"^\s*(?:(?:#|--)\s*)?{_DECLARED}", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DeclaredFill:
    """A column, and the SQL of what its rows without a value get; a table without a schema means `public`."""

    table: Name
    column: str
    expression: str


def declared_fills(text: str) -> tuple[DeclaredFill, ...]:
    """What the comments of a revision file declare."""
    return tuple(map(_declared, _IN_FILE.finditer(text)))


def is_filled(comments: Iterable[str], table: Name, column: str, catalog: Catalog) -> bool:
    """Whether one of the comments, with or without its marker, declares a fill of that column."""
    return any(
        fill.column == column and fill.table == catalog.resolve(table)
        for comment in comments
        for fill in map(_declared, _IN_COMMENT.finditer(comment))
    )


def _declared(match: re.Match[str]) -> DeclaredFill:
    parts = [_unquoted(part) for part in re.findall(_PART, match["table"])]
    table = Name(parts[-1], parts[0] if len(parts) > 1 else "public")
    return DeclaredFill(table, _unquoted(match["column"]), match["expression"].strip())


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
