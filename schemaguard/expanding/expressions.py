"""Expressions of an expansion: as the author gave them, as casts that need nobody, and compared with each other."""

import re
from collections.abc import Iterable, Mapping

from schemaguard.catalog.objects import Column
from schemaguard.catalog.types import Type
from schemaguard.errors import UsageError
from schemaguard.sql.writing.identifiers import quote
from schemaguard.sql.writing.types import type_text

_ASSIGNED = re.compile(r'\s*(?P<column>"(?:[^"]|"")+"|[^\W\d][\w$]*)\s*=(?![=>])\s*(?P<expression>.+)\Z', re.DOTALL)
_WITHOUT_EQUALITY = frozenset({"json", "xml", "point", "path", "polygon", "line", "box"})


def given(texts: Iterable[str], asked: Iterable[str], option: str) -> Mapping[str, str]:
    """Column → expression, of `column=expression`, or of an expression alone where only one column is asked for.

    Raises UsageError where a text says no column and there are several, or says one twice.
    """
    wanted = tuple(dict.fromkeys(asked))
    found: dict[str, str] = {}
    for text in texts:
        match = _ASSIGNED.match(text)
        name = _unquoted(match["column"]) if match is not None else None
        if match is None or name not in wanted:
            if len(wanted) != 1:
                of = ", ".join(wanted) or "none"
                raise UsageError(
                    "it isn't clear which column the expression is for",
                    at=f"{option} {text}",
                    next=f"write {option} 'COLUMN=EXPRESSION'; columns of this revision: {of}",
                )
            name, expression = wanted[0], text.strip()
        else:
            expression = match["expression"].strip()
        assert name is not None
        if name in found:
            raise UsageError(f"{name} has two expressions", at=f"{option} {text}", next="give one for each column")
        if ";" in _without_strings(expression) or not expression:
            raise UsageError("that is not one expression", at=f"{option} {text}", next="write one SQL expression")
        found[name] = expression
    return found


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _without_strings(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", "", text)


def has_query(expression: str) -> bool:
    """Whether the expression asks a query, which the server takes in few places."""
    return re.search(r"\bselect\b", _without_strings(expression), re.IGNORECASE) is not None


def cast(column: str, target: Type) -> str:
    """The column as another type."""
    return f"{quote(column)}::{type_text(target)}"


def differ(one: str, other: str, column: Column) -> str:
    """The condition that two values of a column's type differ; some types have no equality, their texts do."""
    as_text = column.type.name in _WITHOUT_EQUALITY and not column.type.dimensions
    if as_text:
        return f"({one})::text IS DISTINCT FROM ({other})::text"
    return f"{one} IS DISTINCT FROM {other}"
