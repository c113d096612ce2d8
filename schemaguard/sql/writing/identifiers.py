"""Identifiers as PostgreSQL quotes them, and the hidden names of what is out of sight."""

from psycopg import sql

from schemaguard.catalog.objects import Name

LONGEST_NAME_BYTES = 63
HIDDEN_PREFIX = "__retired_"


def quote(identifier: str) -> str:
    """One identifier, quoted."""
    return sql.Identifier(identifier).as_string(None)


def qualified(name: Name) -> str:
    """A name with its schema, both quoted."""
    return sql.Identifier(name.schema or "public", name.name).as_string(None)


def columns(names: tuple[str, ...]) -> str:
    """A parenthesised list of columns, quoted."""
    return f"({', '.join(quote(name) for name in names)})"


def hidden(name: str, token: int) -> str:
    """The name under which retirement number `token` hides an object: unique, and no longer than PostgreSQL allows."""
    full = f"{HIDDEN_PREFIX}{token}_{name}"
    return full.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore")


def is_hidden(name: str) -> bool:
    """Whether a name is that of a retired object."""
    return name.startswith(HIDDEN_PREFIX)
