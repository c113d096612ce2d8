"""Identifiers and texts as PostgreSQL quotes them, and the hidden names of what is out of sight.

An identifier is quoted where `quote_ident` quotes it (quote_identifier() in ruleutils.c): unless it is made of small
ASCII letters, digits and underscores, doesn't start with a digit, and isn't a keyword, unless an unreserved one.
"""

import re
from collections.abc import Callable

from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Name

Spelling = Callable[[Name], str]
"""How the names of relations are spelled: `qualified` for what is carried out, `written` for what is shown."""

HIDDEN_PREFIX = "__retired_"
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_PART = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)'
_HELD_AS_SQL = re.compile(rf"{_PART}(?:\.{_PART})?", re.ASCII)
_KEYWORDS = """\
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
char character check coalesce collate collation column concurrently constraint create cross current_catalog
current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize
not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision
primary real references returning right row select session_user setof similar smallint some substring symmetric
system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar
variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
xmlparse xmlpi xmlroot xmlserialize xmltable"""
QUOTED_KEYWORDS = frozenset(_KEYWORDS.split())
"""What pg_get_keywords() of PostgreSQL 15 to 18 lists with another category than U."""


def quote(identifier: str) -> str:
    """One identifier, quoted where PostgreSQL would; ValueError where it can be none."""
    if not identifier or "\0" in identifier:
        raise ValueError("an identifier has at least one character, and no NUL")
    if _PLAIN.fullmatch(identifier) and identifier not in QUOTED_KEYWORDS:
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


def qualified(name: Name) -> str:
    """A name with its schema, `public` where it says none."""
    return f"{quote(name.schema or 'public')}.{quote(name.name)}"


def written(name: Name) -> str:
    """A name with the schema that it says, as its author would write it."""
    return quote(name.name) if name.schema is None else f"{quote(name.schema)}.{quote(name.name)}"


def held(text: str) -> str:
    """A collation's or operator class's name, which is held as SQL where a statement gave it, bare where a server did.

    A bare name in capitals or with a dash or dot in it reads as no SQL, and is quoted.
    """
    return text if _HELD_AS_SQL.fullmatch(text) and text not in QUOTED_KEYWORDS else quote(text)


def columns(names: tuple[str, ...]) -> str:
    """A parenthesised list of columns."""
    return f"({', '.join(quote(name) for name in names)})"


def literal(text: str) -> str:
    """A text as a string literal, as quote_literal() writes it: with `E` in front where it has a backslash."""
    doubled = text.replace("'", "''")
    if "\\" in text:
        backslashes = doubled.replace("\\", "\\\\")
        return f"E'{backslashes}'"
    return f"'{doubled}'"


def hidden(name: str, token: int) -> str:
    """The name under which retirement number `token` hides an object: unique, and no longer than PostgreSQL allows."""
    return truncate(f"{HIDDEN_PREFIX}{token}_{name}")


def is_hidden(name: str) -> bool:
    """Whether a name is that of a retired object."""
    return name.startswith(HIDDEN_PREFIX)
