"""Unicode escapes in literals and quoted identifiers that PostgreSQL's scanner refuses.

Its rules: `xeu` and `xeunicodefail` of scan.l for E'…', str_udeescape of parser.c for U&'…' and U&"…".
"""

import re
from collections.abc import Sequence

from schemaguard.sql.reading.tokens import QUOTED, STRING, Token

_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|.)", re.DOTALL)
_UNICODE = re.compile(r"\\(?:([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|.?)", re.DOTALL)
_FIRST, _SECOND, _BEHIND_SURROGATES, _LAST = 0xD800, 0xDC00, 0xE000, 0x10FFFF


def wrong_escape(text: str, tokens: Sequence[Token]) -> str | None:
    """What is wrong with the first escape that PostgreSQL wouldn't read, None where it reads all."""
    for at, token in enumerate(tokens):
        if token.kind not in (STRING, QUOTED):
            continue
        mark = text[token.start].lower()
        is_unicode = mark == "u" and text[token.start + 1] == "&"
        if is_unicode and at + 1 < len(tokens) and tokens[at + 1].key == "uescape":
            continue
        if is_unicode or mark == "e":
            found = _wrong(text[token.start : token.end], _UNICODE if is_unicode else _ESCAPED, is_unicode)
            if found is not None:
                return found
    return None


def _wrong(source: str, escape: re.Pattern[str], is_unicode: bool) -> str | None:
    first_ends = -1
    for match in escape.finditer(source):
        digits = match[1] or match[2]
        if digits is None:
            if is_unicode and match[0] != "\\\\":
                return f"invalid Unicode escape {match[0]!r}"
            if match[0] in ("\\u", "\\U"):
                return f"invalid Unicode escape {match[0]!r}"
            continue
        number = int(digits, 16)
        if not 0 < number <= _LAST:
            return f"invalid Unicode escape value {match[0]!r}"
        is_second = _SECOND <= number < _BEHIND_SURROGATES
        if is_second != (first_ends == match.start()):
            return f"invalid Unicode surrogate pair at {match[0]!r}"
        first_ends = match.end() if _FIRST <= number < _SECOND else -1
        if first_ends >= 0 and not escape.match(source, first_ends):
            return f"invalid Unicode surrogate pair at {match[0]!r}"
    return None if first_ends < 0 else "invalid Unicode surrogate pair"
