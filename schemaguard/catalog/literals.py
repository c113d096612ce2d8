"""Literals in one spelling: what E'', U&'', B'', X'' and dollar quotes say, in plain quotes; only for comparing."""

import re
from datetime import datetime
from decimal import Decimal

_LITERAL = re.compile(
    r"""(?P<escaped>\b[eE]'(?P<inner>(?:[^'\\]|\\.|'')*)')
    | (?P<unicode>\b[uU]&'(?P<points>(?:[^']|'')*)')
    | \b[bB]'(?P<bits>[01]*)'
    | \b[xX]'(?P<hex>[0-9a-fA-F]*)'
    | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?P<body>.*?)\$(?P=tag)\$
    | (?P<plain>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?<![\w.])(?P<based>0[xXoObB][0-9a-fA-F_]+)
    | (?<![\w.])(?P<number>(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)(?![\w.])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)|''", re.DOTALL)
_POINT = re.compile(r"\\(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_STRING = re.compile(r"'((?:[^']|'')*)'")
_LONGEST_EXPONENT = 6


def plain_literals(text: str) -> str:
    """The text with every literal in plain quotes, and every number in plain digits."""
    return _LITERAL.sub(_plain, text)


def same_moments(text: str) -> str:
    """The text with every literal that is a date or a timestamp in one spelling, its zone left aside.

    Which zone a literal without one is in, only the session could say.
    """
    return _STRING.sub(_moment, text)


def _plain(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if match["escaped"] is not None:
        return _quoted(_ESCAPE.sub(_unescaped, match["inner"]))
    if match["unicode"] is not None:
        points = _POINT.sub(lambda point: chr(int(point[1] or point[2], 16)), match["points"])
        return _quoted(points.replace("''", "'"))
    if match["bits"] is not None:
        return f"'{match['bits']}'"
    if match["hex"] is not None:
        return "'" + "".join(f"{int(digit, 16):04b}" for digit in match["hex"]) + "'"
    if match["body"] is not None:
        return _quoted(match["body"])
    if kind == "based":
        return str(int(match["based"], 0))
    return _digits(match["number"]) if kind == "number" else match[0]


def _digits(number: str) -> str:
    number = number.replace("_", "")
    _, _, exponent = number.lower().partition("e")
    if number.isdigit() or len(exponent) > _LONGEST_EXPONENT:
        return number
    return format(Decimal(number), "f") if exponent or number.startswith(".") else number


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return "'"
    if code[0] in "uUx" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else code
    if code[0] in "01234567":
        return chr(int(code, 8) % 256)
    return _LETTERS.get(code, code)


def _moment(match: re.Match[str]) -> str:
    try:
        return f"'{datetime.fromisoformat(match[1]).replace(tzinfo=None).isoformat()}'"
    except ValueError:
        return match[0]
