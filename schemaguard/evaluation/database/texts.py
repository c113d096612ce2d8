"""Expressions as the server prints them back, where that follows from the text alone; all else stays as written."""

import re

from schemaguard.catalog.names import bare
from schemaguard.catalog.types import Type

_STRING = re.compile(r"'((?:[^']|'')*)'\Z")
_WHOLE = re.compile(r"[-+]?\d+\Z")
_FRACTION = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)\Z")
_SEQUENCE = re.compile(r"nextval\s*\(\s*('(?:[^']|'')+')\s*\)\Z", re.IGNORECASE)
_CALL = re.compile(r'(?:[\w$]+|"[^"]+")(?:\.(?:[\w$]+|"[^"]+"))?\s*\(')
_NAME = re.compile(r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")\Z')
_DOMAIN_VALUE = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\bvalue\b""", re.IGNORECASE)
_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_CONSTANT = re.compile(
    r"(?:current_(?:timestamp|date|time|user|role|catalog|schema)|localtime|localtimestamp|session_user|user)"
    r"(?:\s*\(\s*\d\s*\))?\Z",
    re.IGNORECASE,
)
_LARGEST_INTEGER = 2147483647


def printed_default(text: str, type_: Type) -> str:
    """A column default as pg_get_expr() prints it: a literal carries its type there, `'new'::character varying`.

    See get_const_expr() in ruleutils.c.
    """
    text = bare(text)
    if literal := _STRING.match(text):
        return _printed_literal(literal[1], type_)
    if _WHOLE.match(text) and not text.lstrip("+").isdigit():
        return f"'{text}'::{'integer' if abs(int(text)) <= _LARGEST_INTEGER else 'bigint'}"
    if _FRACTION.match(text) and text.startswith("-"):
        return f"'{text}'::numeric"
    if sequence := _SEQUENCE.match(text):
        return f"nextval({sequence[1]}::regclass)"
    if text.lower() in ("true", "false"):
        return text.lower()
    return text.upper() if _CONSTANT.match(text) else text


def _printed_literal(value: str, type_: Type) -> str:
    if type_.dimensions == 0 and type_.schema is None:
        if type_.name == "boolean" and value.strip().lower() in _TRUE | _FALSE:
            return "true" if value.strip().lower() in _TRUE else "false"
        if type_.name == "integer" and _WHOLE.match(value.strip()):
            number = int(value)
            return str(number) if number >= 0 else f"'{number}'::integer"
        if type_.name == "numeric" and _FRACTION.match(value) and value[0] not in "-+":
            return value
    return f"'{value}'::{literal_type(type_)}"


def literal_type(type_: Type) -> str:
    """The type as it stands behind a literal: without length, and as pg_type calls it where the length made it."""
    if type_.schema is None and type_.name in ("character", "bit"):
        name = "bpchar" if type_.name == "character" else '"bit"'
    else:
        name = Type(type_.name, type_.schema).spelling
    return name + "[]" * min(type_.dimensions, 1)


def printed_condition(text: str) -> str:
    """A condition as pg_get_expr() prints it: in parentheses unless it is a column or a call.

    See get_rule_expr() in ruleutils.c.
    """
    text = bare(text)
    return text if _NAME.match(text) or _is_call(text) else f"({text})"


def printed_domain_check(text: str) -> str:
    """The check of a domain: what it stands for is printed in capitals.

    See CoerceToDomainValue in get_rule_expr() of ruleutils.c.
    """
    return _DOMAIN_VALUE.sub(lambda found: found[1] or "VALUE", text)


def printed_key(text: str) -> str:
    """An index expression as pg_get_indexdef() prints one key: in parentheses unless it is a call.

    See pg_get_indexdef_worker() in ruleutils.c.
    """
    text = bare(text)
    return text if _is_call(text) else f"({text})"


def _is_call(text: str) -> bool:
    """Whether the text is one call of a function and nothing else."""
    found = _CALL.match(text)
    if found is None:
        return False
    inside = text[found.end() - 1 :]
    return bare(inside) != inside.strip()


def unquoted(name: str) -> tuple[str | None, str]:
    """Schema and name of a collation or operator class as it was written."""
    parts = [
        part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
        for part in re.findall(r'"(?:[^"]|"")+"|[^".]+', name.strip())
    ]
    return (parts[-2] if len(parts) > 1 else None), parts[-1]
