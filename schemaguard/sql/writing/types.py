"""Types as SQL: as format_type() spells them, with every name of a user's own quoted where it has to be."""

import re

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import SERIALS, Type
from schemaguard.sql.writing.identifiers import held, literal, written

_PLAIN_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SERIAL_OF = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}


def type_text(type_: Type) -> str:
    """The type, with the schema that it says."""
    if type_.is_built_in:
        return type_.spelling
    bare = Name(type_.name, type_.schema)
    # Outside of quotes, `serial` is not a type's name but a short form.
    name = f'"{type_.name}"' if type_.schema is None and type_.name in SERIALS else written(bare)
    given = (*(word if _PLAIN_WORD.fullmatch(word) else literal(word) for word in type_.words), *type_.modifiers)
    inside = f"({', '.join(map(str, given))})" if given else ""
    return f"{name}{inside}{'[]' * min(type_.dimensions, 1)}"


def serial_text(type_: Type) -> str:
    """The short form for a column of this type that counts itself, such as `bigserial`."""
    return _SERIAL_OF.get(type_.name, type_text(type_))


def collated(type_: str, collation: str | None) -> str:
    """A type's text with its collation behind it, where it has one."""
    return type_ if collation is None else f"{type_} COLLATE {held(collation)}"
