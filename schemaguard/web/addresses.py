"""Where each page is. A name in an address has letters, digits, `_` and `-` only: a file can be called the same.

Everything else is spelled `~` and two hexadecimal digits for each byte of its UTF-8: no slash, dot or quote of a name
can mean anything in an address, and `.json` or `.md` behind it is never a part of it.
"""

import re

from schemaguard.catalog.objects import Name

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_ESCAPED = re.compile(r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})*|~")
_EMPTY = "~"
OVERVIEW, MODELS, TABLES, LINEAGE, MATRIX = "/", "/models", "/tables", "/lineage", "/matrix"
MIGRATIONS, OPERATIONS, LEDGER, SEARCH = "/migrations", "/operations", "/ledger", "/search"


def escaped(name: str) -> str:
    """The name as one part of an address; an empty one has a spelling, too."""
    if not name:
        return _EMPTY
    return "".join(chr(byte) if byte in _PLAIN else f"~{byte:02X}" for byte in name.encode("utf-8", "surrogatepass"))


def unescaped(part: str) -> str:
    """The name that a part of an address spells; ValueError where it spells none, or one in another spelling."""
    if part == _EMPTY:
        return ""
    if not part or not _ESCAPED.fullmatch(part):
        raise ValueError(part)
    data = re.sub(rb"~([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), part.encode("ascii"))
    name = data.decode("utf-8", "surrogatepass")
    if escaped(name) != part:
        raise ValueError(part)
    return name


def model(name: str) -> str:
    """A model's or a consumer's page."""
    return f"{MODELS}/{escaped(name)}"


def contract(name: str, version: str) -> str:
    """The contract of a version; a consumer has it on its own page."""
    return f"{model(name)}/{escaped(version)}" if version else model(name)


def table(name: Name) -> str:
    """The page of a table or view; outside of public its schema stands before it."""
    return f"{TABLES}/{table_part(name)}"


def table_part(name: Name) -> str:
    """A table's name as one part of an address."""
    if name.schema in (None, "public"):
        return escaped(name.name)
    return f"{escaped(name.schema or '')}+{escaped(name.name)}"


def table_named(part: str) -> Name:
    """The table that a part of an address names; ValueError where it names none."""
    schema, plus, name = part.rpartition("+")
    return Name(unescaped(name), unescaped(schema) if plus else "public")


def column(name: Name, column_name: str) -> str:
    """A column's page."""
    return f"{table(name)}/{escaped(column_name)}"


def lineage_of_model(name: str) -> str:
    """The neighbourhood of a model."""
    return f"{LINEAGE}/models/{escaped(name)}"


def lineage_of_table(name: Name) -> str:
    """The neighbourhood of a table."""
    return f"{LINEAGE}/tables/{table_part(name)}"


def matrix(name: str) -> str:
    """The matrix of one model."""
    return f"{MATRIX}/{escaped(name)}"


def revision(number: int, name: str) -> str:
    """A revision's page; `number` counts the histories from 0, and is only said from the second on."""
    return f"{MIGRATIONS}/{f'{number}+' if number else ''}{escaped(name)}"


def revision_named(part: str) -> tuple[int, str]:
    """Which history, and which revision of it, a part of an address names; ValueError where it names none."""
    number, plus, name = part.rpartition("+")
    return int(number) if plus else 0, unescaped(name)


def operation(number: int) -> str:
    """An operation's page."""
    return f"{OPERATIONS}/{number}"


def ledger_before(position: int) -> str:
    """The entries of the ledger that are older than one."""
    return f"{LEDGER}/before/{position}"
