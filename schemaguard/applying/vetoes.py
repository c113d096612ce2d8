"""What the fence answers to a statement, as values: which objects it would lose, by number."""

import json
import re
from typing import Any, Literal

from schemaguard.frozen import dataclass

VETOES = frozenset({"SG001", "SG002", "SG003", "SG004", "SG005"})
"""The SQLSTATEs of the fence: a drop, a rewrite, a broken promise, lost rows, the fence itself."""

_FIRST = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*(?:[^*]|\*(?!/))*\*/\s*)*\(*\s*([a-z]+)", re.IGNORECASE)
_ROWS = frozenset(
    """select insert update delete with values merge copy explain prepare execute table show set reset fetch declare
    close move deallocate savepoint release rollback begin start commit end abort listen notify unlisten
    discard""".split()  # noqa: SIM905 - a list of words
)
_OUTSIDE = re.compile(
    r"\b(?:concurrently|vacuum|reindex|cluster|alter\s+system|database|tablespace|subscription)\b", re.IGNORECASE
)
_CONTROL = re.compile(
    r"\bschemaguard(?:_keep|_values|_retired_\w+)?\"?\s*\.|\bschema\s+\"?schemaguard|\bevent\s+trigger\b|\bevent_triggers\b|"
    r"zz_schemaguard_",
    re.IGNORECASE,
)
_LITERALS = re.compile(r"'(?:[^']|'')*'")
_UPDATES = re.compile(r"\b(?:update|merge)\b", re.IGNORECASE)

Kind = Literal["table", "table column", "materialized view", "composite type column"]


@dataclass(frozen=True, slots=True)
class Lost:
    """One object that a statement would lose: attnum 0 is the table itself. `readers` rely on it, such as `fraud@7`."""

    relid: int
    attnum: int
    object: str
    kind: str
    readers: tuple[str, ...] = ()

    @property
    def number(self) -> tuple[int, int]:
        """What the server knows it by."""
        return self.relid, self.attnum


def lost_objects(detail: str | None) -> tuple[Lost, ...]:
    """What a veto of a drop (SG001) says is lost; a table comes before its columns, which go with it."""
    found: list[dict[str, Any]] = json.loads(detail) if detail else []
    lost = [Lost(each["relid"], each["attnum"], each["object"], each["type"], tuple(each["readers"])) for each in found]
    tables = {each.relid for each in lost if each.attnum == 0}
    return tuple(each for each in lost if each.attnum == 0 or each.relid not in tables)


def rewritten(detail: str | None) -> tuple[int, str]:
    """(oid, name) of the table that a veto of a rewrite (SG002) is about."""
    found: dict[str, Any] = json.loads(detail) if detail else {}
    return int(found.get("relid", 0)), str(found.get("object", ""))


def is_about_rows(statement: str) -> bool:
    """Whether a statement reads or writes rows, or governs the session: the fence watches what it does by itself."""
    found = _FIRST.match(statement)
    return found is not None and found[1].lower() in _ROWS


def runs_outside(statement: str) -> bool:
    """Whether PostgreSQL may refuse a statement in a transaction (25001), or it waits for others by itself."""
    return _OUTSIDE.search(statement) is not None


def may_update(statement: str) -> bool:
    """Whether a statement may change rows that are there."""
    return _UPDATES.search(statement) is not None


def names_control(statement: str) -> bool:
    """Whether a statement names what schemaguard keeps for itself, in the database or of the session."""
    if "schemaguard" not in statement.lower() and "event" not in statement.lower():
        return False
    found = _FIRST.match(statement)
    is_plain = found is not None and found[1].lower() in ("insert", "update", "delete", "comment")
    return _CONTROL.search(_LITERALS.sub("''", statement) if is_plain else statement) is not None
