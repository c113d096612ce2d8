"""PostgreSQL's lexical rules: a text to tokens, each with its exact span.

sqlglot's tokenizer joins words (`PRIMARY KEY`), swallows what follows `DO` and `CALL`, and gives up a whole text for
one unterminated quote; a statement reader needs every word, every span, and a broken place that stays in its place.
The rules are those of PostgreSQL's scan.l: https://www.postgresql.org/docs/18/sql-syntax-lexical.html
"""

import re
from functools import partial
from typing import NamedTuple

WORD, QUOTED, STRING, NUMBER, PARAMETER, OPERATOR, MARK, META, DATA, BROKEN = range(10)
"""The kinds of tokens: META is a psql command up to its line's end, DATA what follows COPY … FROM stdin, BROKEN an
unterminated quote or comment."""


class Token(NamedTuple):
    """One token: `key` is what the grammar compares, `value` what it means, `start` and `end` its span."""

    key: str
    """A word in lower case, an operator or mark as it is; empty for quoted identifiers, literals and the like."""
    value: str
    """An identifier or string without its quotes; the source text otherwise."""
    start: int
    end: int
    kind: int


class Comment(NamedTuple):
    """One comment without its markers."""

    text: str
    start: int
    end: int


# A letter is what no other ASCII character is: as a range up to U+10FFFF it takes ten times as long to compile.
_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<string>[bBxXnN]?'[^']*+(?:''[^']*+)*+'(?:[^\S\n\r]*+[\n\r]\s*+'[^']*+(?:''[^']*+)*+')*+)
    | (?P<escaped>[eE]'(?:[^'\\]++|\\.|'')*+'(?:[^\S\n\r]*+[\n\r]\s*+'(?:[^'\\]++|\\.|'')*+')*+)
    | (?P<unicode>[uU]&'[^']*+(?:''[^']*+)*+'|[uU]&"[^"]*+(?:""[^"]*+)*+")
    | (?P<broken>[bBxXnNeE]?'|[uU]&['"])
    | (?P<word>[^\x00-@\[-^`{-\x7f][^\x00-\#%-/:-@\[-^`{-\x7f]*+)
    | (?P<quoted>"[^"]*+(?:""[^"]*+)*+")
    | (?P<number>(?:0[xX](?:_?[0-9a-fA-F])++|0[oO](?:_?[0-7])++|0[bB](?:_?[01])++
        |(?:\d(?:_?\d)*+(?:\.(?!\.)(?:\d(?:_?\d)*+)?+)?+|\.\d(?:_?\d)*+)(?:[eE][+-]?\d(?:_?\d)*+)?+))
    | (?P<mark>[(),;\[\].])
    | (?P<line>--[^\n\r]*+)
    | (?P<block>/\*)
    | (?P<dollar>\$(?:[^\x00-@\[-^`{-\x7f][^\x00-/:-@\[-^`{-\x7f]*+)?+\$)
    | (?P<parameter>\$\d++|%\(\w++\)s(?!\w)|(?<=[=\s(,])%s(?!\w))
    | (?P<cast>::|:=|=>)
    | (?P<operator>(?:[+*<>=~!@\#^&|`?]|%(?!\(\w++\)s(?!\w)|(?<==%)s(?!\w))|-(?!-)|/(?!\*))++)
    | (?P<meta>\\[^\n\r]*+)
    | (?P<other>.)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    name: (_TOKEN.groupindex[name], kind)
    for name, kind in {
        "string": STRING, "escaped": STRING, "unicode": STRING, "broken": BROKEN, "word": WORD, "quoted": QUOTED,
        "number": NUMBER, "mark": MARK, "line": MARK, "block": MARK, "dollar": STRING, "parameter": PARAMETER,
        "cast": OPERATOR, "operator": OPERATOR, "meta": META, "other": OPERATOR, "end": MARK,
    }.items()
}  # fmt: skip
_G_WORD, _G_MARK, _G_OPERATOR, _G_CAST, _G_NUMBER, _G_QUOTED, _G_STRING, _G_LINE, _G_BLOCK, _G_DOLLAR, _G_END = (
    _KINDS[name][0]
    for name in ("word", "mark", "operator", "cast", "number", "quoted", "string", "line", "block", "dollar", "end")
)
_KIND_OF = dict(_KINDS.values())
_NAME_OF = {group: name for name, (group, _) in _KINDS.items()}
_ASCII_LOWER = {upper: upper + 32 for upper in range(65, 91)}
_DATA_END = re.compile(r"^\\\.[ \t]*$", re.MULTILINE)
_KEEPS_SIGN = re.compile(r"[~!@#%^&|`?]")
"""An operator may end in + or - only if it has one of these: `=-` is two, `@-` is one."""
_NESTING = re.compile(r"/\*|\*/")
_PIECE = re.compile(r"'((?:[^'\\]|\\.|'')*)'", re.DOTALL)
_PLAIN_PIECE = re.compile(r"'((?:[^']|'')*)'")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)|''", re.DOTALL)
_UNICODE_ESCAPE = re.compile(r"\\(\\|\+[0-9a-fA-F]{6}|[0-9a-fA-F]{4})")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def fold(word: str) -> str:
    """An unquoted identifier as the server folds it: ASCII letters only."""
    return word.lower() if word.isascii() else word.translate(_ASCII_LOWER)


def tokenize(text: str, start: int = 0) -> tuple[list[Token], list[Comment]]:
    """The tokens and the comments of a text from `start`; stops at the first BROKEN token, which reaches to the end."""
    tokens: list[Token] = []
    comments: list[Comment] = []
    append, match_at, make = tokens.append, _TOKEN.match, partial(tuple.__new__, Token)
    at, first = start, 0
    while True:
        match = match_at(text, at)
        assert match is not None  # one of the alternatives always matches
        group = match.lastindex or 0
        begin, at = match.span(group)
        source = text[begin:at]
        if group == _G_WORD:
            word = source.lower() if source.isascii() else source.translate(_ASCII_LOWER)
            append(make((word, word, begin, at, WORD)))
        elif group == _G_MARK:
            append(make((source, source, begin, at, MARK)))
            if source == ";":
                if tokens[first].key == "copy" and _reads_stdin(tokens, first):
                    end = _data_end(text, at)
                    append(Token("", text[at:end], at, end, DATA))
                    at = end
                first = len(tokens)
        elif group in (_G_OPERATOR, _G_CAST):
            if source[-1] in "+-" and len(source) > 1 and not _KEEPS_SIGN.search(source):
                source = source.rstrip("+-") or source[0]
                at = begin + len(source)
            append(make((source, source, begin, at, OPERATOR)))
        elif group == _G_QUOTED:
            append(make(("", source[1:-1].replace('""', '"'), begin, at, QUOTED)))
        elif group == _G_END:
            return tokens, comments
        elif group == _G_LINE:
            comments.append(Comment(source[2:].strip(), begin, at))
        elif group == _G_BLOCK:
            at = _block_end(text, at)
            if at < 0:
                append(Token("", "unterminated /* comment", begin, len(text), BROKEN))
                return tokens, comments
            comments.append(Comment(text[begin + 2 : at - 2].strip(), begin, at))
        else:
            token = _literal(text, source, begin, group)
            at = token.end
            append(token)
            if token.kind == BROKEN:
                return tokens, comments


def _reads_stdin(tokens: list[Token], first: int) -> bool:
    return any(
        tokens[at].key == "from" and tokens[at + 1].key == "stdin"
        for at in range(first, min(len(tokens) - 1, first + 500))
    )


def _data_end(text: str, at: int) -> int:
    """Where the data of a COPY ends: behind the line `\\.`, else at the text's end."""
    match = _DATA_END.search(text, at)
    return match.end() if match else len(text)


def _literal(text: str, source: str, begin: int, group: int) -> Token:
    name, kind, end = _NAME_OF[group], _KIND_OF[group], begin + len(source)
    if name == "quoted" or (name == "unicode" and source[2] == '"'):
        value = _UNICODE_ESCAPE.sub(_code_point, source[3:-1].replace('""', '"'))
        return Token("", value, begin, end, QUOTED)
    if name == "dollar":
        close = text.find(source, end)
        if close < 0:
            return Token("", "unterminated dollar-quoted string", begin, len(text), BROKEN)
        return Token("", text[end:close], begin, close + len(source), STRING)
    if name == "broken" or (name == "other" and source == '"'):
        what = "unterminated quoted identifier" if source.endswith('"') else "unterminated quoted string"
        return Token("", what, begin, len(text), BROKEN)
    if name == "string":
        return Token("", _joined(source, _PLAIN_PIECE).replace("''", "'"), begin, end, STRING)
    if name == "escaped":
        return Token("", _ESCAPE.sub(_unescaped, _joined(source, _PIECE)), begin, end, STRING)
    if name == "unicode":
        return Token("", _UNICODE_ESCAPE.sub(_code_point, source[3:-1].replace("''", "'")), begin, end, STRING)
    return Token(source if kind == OPERATOR else "", source, begin, end, kind)


def _block_end(text: str, at: int) -> int:
    """Where the comment that was opened before `at` ends, nested ones skipped; -1 where it doesn't."""
    depth = 1
    for match in _NESTING.finditer(text, at):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return -1


def _joined(source: str, piece: re.Pattern[str]) -> str:
    if "\n" not in source and "\r" not in source:
        return source[source.index("'") + 1 : -1]
    return "".join(piece.findall(source, source.index("'")))


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"


def _code_point(match: re.Match[str]) -> str:
    return "\\" if match[1] == "\\" else _character(match[1].lstrip("+"))


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return "'"
    if code[0] in "uUx" and len(code) > 1:
        return _character(code[1:])
    if code[0] in "01234567":
        return chr(int(code, 8) % 256)
    return _LETTERS.get(code, code)
