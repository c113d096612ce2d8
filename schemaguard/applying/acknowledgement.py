"""What a revision says that it loses: `# schemaguard: loses t(c) -- reason`."""

import re

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass

_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_LOSES = re.compile(r"^\s*(?:#|--)\s*schemaguard:\s*loses\b[ \t:]*(?P<rest>[^\n]*)", re.IGNORECASE | re.MULTILINE)
_OBJECT = re.compile(rf"(?P<table>{_PART}(?:\.{_PART})?)\s*(?:\((?P<columns>[^)]*)\))?\s*,?\s*")
_REASON = re.compile(r"\s+(?:--|—|–)\s*")


@dataclass(frozen=True, slots=True)
class Loss:
    """A table, some of its columns (none: all of it), and why their values may be lost."""

    table: Name
    columns: tuple[str, ...]
    reason: str

    def covers(self, schema: str, table: str, column: str | None) -> bool:
        """Whether it names that column (None: the table as a whole); a name without a schema means `public`."""
        if (self.table.schema or "public", self.table.name) != (schema, table):
            return False
        return not self.columns or (column is not None and column in self.columns)

    def __str__(self) -> str:
        columns = f"({', '.join(self.columns)})" if self.columns else ""
        return f"{self.table}{columns}: {self.reason}"


def losses(text: str) -> tuple[Loss, ...]:
    """What the comments of a revision file say that it loses. One without a reason says nothing."""
    found: list[Loss] = []
    for match in _LOSES.finditer(text):
        named, *reason = _REASON.split(match["rest"], maxsplit=1)
        if not reason or not reason[0].strip():
            continue
        for each in _OBJECT.finditer(named):
            parts = [_unquoted(part) for part in re.findall(_PART, each["table"])]
            columns = tuple(_unquoted(part.strip()) for part in (each["columns"] or "").split(",") if part.strip())
            found.append(Loss(Name(parts[-1], parts[0] if len(parts) > 1 else None), columns, reason[0].strip()))
    return tuple(found)


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
