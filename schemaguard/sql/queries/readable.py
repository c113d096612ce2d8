"""What sqlglot's parser can't read of PostgreSQL's grammar, put so that it can: the same columns, types and names.

The tokens that stand in place of others have their place in the text.
"""

from collections.abc import Callable, Sequence

from sqlglot.tokenizer_core import Token, TokenType

_Put = tuple[list[Token], int]
"""The tokens that stand in place of those from here, and where reading goes on."""
_Handler = Callable[[Sequence[Token], int, list[Token]], _Put | None]
_NAMES = (TokenType.VAR, TokenType.IDENTIFIER)
_FORMS = frozenset({"nfc", "nfd", "nfkc", "nfkd"})
_SESSION_NAMES = frozenset({"current_role", "user"})
_BEFORE_STRING = frozenset(
    {"uescape", "placing", "both", "leading", "trailing", "similar", "by", "format", "version", "document", "content"}
    | {"passing", "zone", "at", "local", "name"}
)
"""Words in front of a string that no type is called."""
_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "to"})
_QUERY_TAILS = frozenset({"order", "limit", "offset", "fetch", "for", "union", "except", "intersect", ";"})
_SET_OPERATORS = frozenset({"union", "except", "intersect", "all", "distinct"})
_AGGREGATE_TAILS = frozenset({"returning", "absent", "null"})
_JSON_TAILS = frozenset({"with", "without", "keep", "omit", "null", "error", "empty", "returning", "passing"})


def readable(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with everything replaced that the parser of sqlglot would refuse or take for something else."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        put = _put(tokens, at, found)
        if put is None:
            found.append(tokens[at])
            at += 1
        else:
            found += put[0]
            at = put[1]
    return found


def _put(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    token = tokens[at]
    if token.token_type in (TokenType.STRING, TokenType.NUMBER) or _word(before, len(before) - 1) == ".":
        return None
    if token.token_type is TokenType.IDENTIFIER:
        return _typed_literal(tokens, at, before)
    handler = _HANDLERS.get(_word(tokens, at))
    put = handler(tokens, at, before) if handler is not None else None
    return put or (_typed_literal(tokens, at, before) if token.token_type is TokenType.VAR else None)


def _word(tokens: Sequence[Token], at: int) -> str:
    """The word at a place in lower case, empty for a quoted name, a literal or where nothing is."""
    if not 0 <= at < len(tokens) or tokens[at].token_type in (TokenType.IDENTIFIER, TokenType.STRING):
        return ""
    return tokens[at].text.lower()


def _close(tokens: Sequence[Token], at: int) -> int:
    """Behind the parenthesis that opens at a place."""
    depth = 0
    while at < len(tokens):
        word = _word(tokens, at)
        depth += (word in ("(", "[")) - (word in (")", "]"))
        at += 1
        if depth == 0:
            break
    return at


def _made(kind: TokenType, text: str, like: Token) -> Token:
    return Token(kind, text, like.line, like.col, like.start, like.end)


def _quoted(name: str, like: Token) -> Token:
    return _made(TokenType.IDENTIFIER, name, like)


def _typed_literal(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """`mood 'ok'` is `'ok'::mood`, for a type that isn't one of the server's own too."""
    if _word(tokens, at) in _BEFORE_STRING or (before and before[-1].token_type in _NAMES):
        return None
    end = at + 1
    while _word(tokens, end) == "." and end + 1 < len(tokens):
        end += 2
    if _word(tokens, end) == "(" and end > at and tokens[at].token_type is TokenType.IDENTIFIER:
        end = _close(tokens, end)
    if end >= len(tokens) or tokens[end].token_type is not TokenType.STRING:
        return None
    return [tokens[end], _made(TokenType.DCOLON, "::", tokens[at]), *tokens[at:end]], end + 1


def _bit(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """BIT VARYING, which is varbit."""
    if _word(tokens, at + 1) != "varying":
        return _one_letter(tokens, at, _before)
    varbit = _made(TokenType.VAR, "varbit", tokens[at])
    end = _close(tokens, at + 2) if _word(tokens, at + 2) == "(" else at + 2
    if end < len(tokens) and tokens[end].token_type is TokenType.STRING:
        return [tokens[end], _made(TokenType.DCOLON, "::", tokens[at]), varbit, *tokens[at + 2 : end]], end + 1
    return [varbit], at + 2


def _one_letter(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """`char 'x'` has no length, unlike `'x'::char`: its type is left open."""
    if at + 1 >= len(tokens) or tokens[at + 1].token_type is not TokenType.STRING:
        return None
    return [
        tokens[at + 1],
        _made(TokenType.DCOLON, "::", tokens[at]),
        _made(TokenType.VAR, "unknown", tokens[at]),
    ], at + 2


def _national(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """NATIONAL CHARACTER is CHARACTER."""
    return ([], at + 1) if _word(tokens, at + 1).startswith("char") else None


def _array(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """`integer array[3]` is `integer[]`."""
    if _word(before, len(before) - 2) not in ("::", "as") or _word(tokens, at + 1) != "[":
        return None
    opening = tokens[at + 1]
    return [opening, _made(TokenType.R_BRACKET, "]", opening)], _close(tokens, at + 1)


def _interval(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """An interval's type with fields: it is left open."""
    end = at + 1
    while _word(tokens, end) in _FIELDS:
        end += 1
    if end == at + 1 or _word(before, len(before) - 1) not in ("::", "as"):
        return None
    left_open = _made(TokenType.VAR, "unknown", tokens[at])
    return [left_open], _close(tokens, end) if _word(tokens, end) == "(" else end


def _is(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """IS NORMALIZED and IS DOCUMENT: a boolean that is NULL where the value is."""
    end = at + 1
    end += _word(tokens, end) == "not"
    end += _word(tokens, end) in _FORMS
    if _word(tokens, end) not in ("normalized", "document"):
        return None
    return [_made(TokenType.EQ, "=", tokens[at]), _made(TokenType.STRING, "", tokens[at])], end + 1


def _at(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """AT LOCAL is AT TIME ZONE and the session's own."""
    if _word(tokens, at + 1) != "local" or not before:
        return None
    words = ((TokenType.VAR, "at"), (TokenType.TIME, "time"), (TokenType.VAR, "zone"), (TokenType.STRING, "utc"))
    return [_made(kind, text, tokens[at]) for kind, text in words], at + 2


def _collate(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """A collation with its schema."""
    return ([tokens[at], tokens[at + 3]], at + 4) if _word(tokens, at + 2) == "." and at + 3 < len(tokens) else None


def _collation(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """COLLATION FOR (…) is a function."""
    is_call = _word(tokens, at + 1) == "for" and _word(tokens, at + 2) == "("
    return ([_quoted("pg_collation_for", tokens[at])], at + 2) if is_call else None


def _operator(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """OPERATOR(…) in front of its operand."""
    is_prefix = _word(before, len(before) - 1) in ("select", ",", "(", "and", "or", "not", "where")
    return ([], _close(tokens, at + 1)) if is_prefix and _word(tokens, at + 1) == "(" else None


def _session_name(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """USER and its like, written without parentheses."""
    if _word(tokens, at + 1) in ("(", ".") or _word(before, len(before) - 1) == "as":
        return None
    return [_made(TokenType.CURRENT_USER, "current_user", tokens[at])], at + 1


def _system_user(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """SYSTEM_USER, which is NULL where nobody was asked who he is."""
    if _session_name(tokens, at, before) is None:
        return None
    like = tokens[at]
    call = [_made(TokenType.L_PAREN, "(", like), _made(TokenType.R_PAREN, ")", like)]
    return [_quoted("inet_client_addr", like), *call], at + 1


def _function(name: str) -> _Handler:
    """A function that is called by a word of the grammar: in quotes it is one like others."""

    def put(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
        is_infix = bool(before) and _word(before, len(before) - 1) == ")"
        return ([_quoted(name, tokens[at])], at + 1) if _word(tokens, at + 1) == "(" and not is_infix else None

    return put


def _treat(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """TREAT(… AS type) has the columns and the type of a cast."""
    return ([_made(TokenType.VAR, "cast", tokens[at])], at + 1) if _word(tokens, at + 1) == "(" else None


def _substring(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """SUBSTRING(… SIMILAR … ESCAPE …)."""
    if _word(tokens, at + 1) != "(":
        return None
    end = _close(tokens, at + 1)
    inside = list(tokens[at + 1 : end])
    if not any(_word(inside, place) == "similar" for place in range(len(inside))):
        return None
    commas = [
        _made(TokenType.COMMA, ",", token) if _word(inside, place) in ("similar", "escape") else token
        for place, token in enumerate(inside)
    ]
    return [_quoted("substring", tokens[at]), *commas], end


def _json_object(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """json_object('{a,1}'), the function, where the constructor's keys aren't."""
    if _word(tokens, at + 1) != "(":
        return None
    end = _close(tokens, at + 1)
    inside = {_word(tokens, place) for place in range(at + 2, end - 1)}
    is_constructor = end <= at + 3 or not inside.isdisjoint({":", "value", "key", "returning"})
    return None if is_constructor else ([_quoted("jsonb_object", tokens[at])], at + 1)


def _without_tail(name: str, tails: frozenset[str]) -> _Handler:
    """A function of SQL/JSON or XML, cut where it goes on to say how: of wrappers, errors or types, not of columns."""

    def put(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
        if _word(tokens, at + 1) != "(":
            return None
        end = _close(tokens, at + 1)
        place = at + 2
        while place < end - 1 and _word(tokens, place) not in tails:
            place = _close(tokens, place) if _word(tokens, place) in ("(", "[") else place + 1
        if any(_word(tokens, behind) == "passing" for behind in range(place, end)):
            return None
        inside = [token for token in tokens[at + 2 : place] if _word([token], 0) not in ("document", "content")]
        return [_quoted(name, tokens[at]), tokens[at + 1], *readable(inside), tokens[end - 1]], end

    return put


def _xmlexists(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """XMLEXISTS(path PASSING document)."""
    end = _close(tokens, at + 1)
    inside = [
        _made(TokenType.COMMA, ",", token) if _word([token], 0) == "passing" else token
        for token in tokens[at + 1 : end]
        if _word([token], 0) not in ("by", "ref", "value")
    ]
    return [_quoted("xmlexists", tokens[at]), *readable(inside)], end


def _xmlpi(tokens: Sequence[Token], at: int, _before: list[Token]) -> _Put | None:
    """XMLPI(NAME php): the name is not a column."""
    if _word(tokens, at + 2) != "name" or at + 3 >= len(tokens):
        return None
    return [_quoted("xmlcomment", tokens[at]), tokens[at + 1], _made(TokenType.STRING, "", tokens[at + 3])], at + 4


def _values(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """VALUES as a query of its own is `SELECT *` from it."""
    if before and _word(before, len(before) - 1) not in _SET_OPERATORS:
        return None
    end = at + 1
    while end < len(tokens) and _word(tokens, end).partition(" ")[0] not in _QUERY_TAILS | {")"}:
        end = _close(tokens, end) if _word(tokens, end) == "(" else end + 1
    like, last = tokens[at], tokens[end - 1]
    opening = [*_star_from(like), _made(TokenType.L_PAREN, "(", like)]
    closing = [_made(TokenType.R_PAREN, ")", last), _made(TokenType.ALIAS, "AS", last), _quoted("*VALUES*", last)]
    return [*opening, *tokens[at:end], *closing], end


def _table(tokens: Sequence[Token], at: int, before: list[Token]) -> _Put | None:
    """`TABLE t` is `SELECT * FROM t`."""
    is_query = not before or _word(before, len(before) - 1) in (*_SET_OPERATORS, "(", ")")
    return (_star_from(tokens[at]), at + 1) if is_query else None


def _star_from(like: Token) -> list[Token]:
    words = ((TokenType.SELECT, "SELECT"), (TokenType.STAR, "*"), (TokenType.FROM, "FROM"))
    return [_made(kind, text, like) for kind, text in words]


_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(_SESSION_NAMES, _session_name),
    "system_user": _system_user,
    "bit": _bit,
    "national": _national,
    "array": _array,
    "interval": _interval,
    "is": _is,
    "at": _at,
    "collate": _collate,
    "collation": _collation,
    "operator": _operator,
    "overlaps": _function("overlaps"),
    "date_part": _function("float8"),  # which has its type; sqlglot takes date_part() for EXTRACT
    "char": _one_letter,
    "character": _one_letter,
    "nchar": _one_letter,
    "treat": _treat,
    "substring": _substring,
    "json_object": _json_object,
    "json_query": _without_tail("jsonb_path_query", _JSON_TAILS),
    "json_arrayagg": _without_tail("json_agg", _AGGREGATE_TAILS),
    "xmlparse": _without_tail("xmlcomment", frozenset({"preserve", "strip"})),
    "xmlserialize": _without_tail("xmlcomment", frozenset({"as"})),
    "xmlroot": _without_tail("xmlcomment", frozenset({","})),
    "xmlexists": _xmlexists,
    "xmlpi": _xmlpi,
    "values": _values,
    "table": _table,
}
