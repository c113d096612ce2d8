"""How stable an expression is, as far as its text shows."""

import re

_CONSTANT = re.compile(
    r"""\s*\(*\s*(?:[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|E?'(?:[^']|'')*'|true|false|null
    |(?:array\s*)?\[\s*\]|'\{\}')\s*\)*\s*(?:::\s*[\w". ]+(?:\([\d, ]*\))?(?:\[\])*)*\s*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_NULL = re.compile(r"\s*\(*\s*null\s*\)*\s*(?:::[\w \".]+(?:\([\d, ]*\))?(?:\[\])*)?\s*\Z", re.IGNORECASE)
_CALL = re.compile(r"([a-z_][\w$.]*|\"[^\"]+\")\s*\(", re.IGNORECASE)
_WITH_ARGUMENTS = re.compile(r"\b(?:now|(?:transaction|statement)_timestamp)\s*\(\s*[^\s)]", re.IGNORECASE)
"""Calls of what takes no arguments: it is another function of that name, of which nothing is known."""
STABLE = frozenset(
    """
    now current_timestamp localtimestamp current_date current_time localtime transaction_timestamp statement_timestamp
    current_user session_user user current_role current_catalog current_schema current_setting timezone date_trunc
    to_char to_date to_timestamp age extract lower upper coalesce nullif greatest least length char_length btrim ltrim
    rtrim trim substr substring replace concat concat_ws format md5 abs round floor ceil ceiling sqrt power mod sign
    to_jsonb to_json jsonb_build_object json_build_object jsonb_build_array array_to_string string_to_array
    make_interval make_date make_timestamp make_timestamptz cast numeric varchar char interval timestamp timestamptz
    array date_part lpad rpad repeat encode decode convert_from jsonb_set in any all exists and or not left right
    initcap strpos position ascii chr trunc exp ln log div regexp_replace split_part int4range int8range tstzrange
    daterange numrange tsrange decimal bit bpchar time timetz row nullif quote_ident quote_literal array_append
    cardinality array_length to_tsvector setweight to_number text int integer bigint smallint float real double
    """.split()  # noqa: SIM905 - a hundred quoted names would be harder to read than words
)
"""Functions of pg_catalog that aren't volatile, and words before a parenthesis that aren't functions."""


def is_constant(text: str | None) -> bool:
    """Whether the expression is a literal, perhaps cast."""
    return text is not None and _CONSTANT.match(text) is not None


def is_null(text: str | None) -> bool:
    """Whether the expression is the constant NULL, which the server doesn't keep as a default."""
    return text is not None and _NULL.match(text) is not None


def is_volatile(text: str | None) -> bool:
    """Whether the expression may differ from row to row; a function that isn't known to be stable may."""
    if text is None or is_constant(text):
        return False
    without_strings = re.sub(r"'(?:[^']|'')*'", "''", text)
    if _WITH_ARGUMENTS.search(without_strings):
        return True
    called = {name.rpartition(".")[2].strip('"').lower() for name in _CALL.findall(without_strings)}
    return bool(called - STABLE)
