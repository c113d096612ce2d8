"""The pieces that commands are made of, as a synopsis names them: options, roles, parameters, actions of rules."""

import re

from schemaguard.sql.reading.syntax import expressions, operands, queries, relations, statements
from schemaguard.sql.reading.syntax.lexicon import COLUMN_ONLY, COLUMNS, FUNCTIONS, LABELS, TYPE_OR_FUNCTION
from schemaguard.sql.reading.syntax.reading import (
    Misplaced,
    Rule,
    Symbols,
    column,
    columns,
    expect,
    label,
    listed,
    name,
    skip,
)
from schemaguard.sql.reading.syntax.types import type_name

_ROLES = COLUMNS | {"current_user", "session_user", "current_role", "user"}
_WORDS = COLUMNS | TYPE_OR_FUNCTION
_ENDS_ARGUMENT = frozenset({",", ")", "default", "=", "order"})
_MODES = frozenset({"in", "out", "inout", "variadic"})


def _role(s: Symbols, at: int) -> int:
    if s[at] not in _ROLES:
        raise Misplaced(at, "a role")
    return at + 1


def number(s: Symbols, at: int) -> int:
    """A number with or without its sign."""
    return expect(s, skip(s, at, "+", "-"), "0")


def _any_name(s: Symbols, at: int) -> int:
    """The name of a function, type or the like."""
    if s[at] not in FUNCTIONS and s[at] not in COLUMN_ONLY:
        raise Misplaced(at, "a name")
    at += 1
    while s[at] == ".":
        at = label(s, at + 1)
    return at


def _value(s: Symbols, at: int) -> int:
    """The value of an option: a type, a word, an operator, a number or a string."""
    if s[at] == "'":
        return at + 1
    if (s[at] in ("0", "+", "-") and s[at] in "0") or (s[at] in ("+", "-") and s[at + 1] == "0"):
        return number(s, at)
    try:
        behind = type_name(s, at)
    except Misplaced:
        behind = 0
    if behind:
        return behind
    return at + 1 if s[at] in LABELS else expressions.any_operator(s, at)


def defined(s: Symbols, at: int) -> int:
    """An option with its value: `fillfactor = 70`."""
    at = label(s, at)
    if s[at] == ".":
        at = label(s, at + 1)
    return _value(s, at + 1) if s[at] == "=" else at


def is_on(option: str, text: str) -> bool:
    """Whether an option among flags, as written, is on: it stands there, and no word behind it says otherwise."""
    off = r"\s+(?:e|u&)?'?(?:false|off|0)\b"
    return re.search(rf"\b{option}\b(?!{off})", text, re.IGNORECASE) is not None


def flagged(s: Symbols, at: int) -> int:
    """An option of EXPLAIN, VACUUM and the like: `costs off`."""
    if s[at] not in _WORDS and s[at] not in ("analyze", "analyse"):
        raise Misplaced(at, "an option")
    at += 1
    if s[at] in (",", ")"):
        return at
    if s[at] in ("0", "+", "-"):
        return number(s, at)
    if s[at] == "'" or s[at] in _WORDS or s[at] in ("true", "false", "on"):
        return at + 1
    raise Misplaced(at, "a value")


def foreign_option(s: Symbols, at: int) -> int:
    """An option of what lies on another server: `ADD user 'u'`."""
    if s[at] == "drop" and s[at + 1] != "'":
        return label(s, at + 1)
    if s[at] in ("add", "set") and s[at + 1] != "'":
        at += 1
    return expect(s, label(s, at), "'")


def parameter(s: Symbols, at: int) -> int:
    """A parameter of a function: its mode, name, type and default."""
    at = skip(s, at, *_MODES)
    try:
        behind = type_name(s, at)
    except Misplaced:
        behind = at
    if behind == at or s[behind] not in _ENDS_ARGUMENT:
        if s[at] not in FUNCTIONS:
            raise Misplaced(at, "an argument")
        at = skip(s, at + 1, *_MODES)
        behind = type_name(s, at)
    return expressions.expression(s, behind + 1) if s[behind] in ("default", "=") else behind


def signature(s: Symbols, at: int) -> int:
    """The parameters of a function or aggregate in their parentheses."""
    at = expect(s, at, "(")
    if s[at] == ")":
        return at + 1
    if s[at] == "*":
        return expect(s, at + 1, ")")
    while s[at] != "order":
        at = parameter(s, at)
        if s[at] != ",":
            break
        at += 1
    if s[at] == "order":
        at = parameter(s, expect(s, at + 1, "by"))
        while s[at] == ",":
            at = parameter(s, at + 1)
    return expect(s, at, ")")


def _operand_type(s: Symbols, at: int) -> int:
    return at + 1 if s[at] == "none" else type_name(s, at)


def _statistic(s: Symbols, at: int) -> int:
    if s[at] == "(":
        return operands.one_in_parentheses(s, at)
    return operands.call(s, at) if operands.is_call(s, at) else column(s, at)


def _action(s: Symbols, at: int) -> int:
    """One action of a rule."""
    return at + 1 if s[at] == "nothing" else _notify_or_rows(s, at)


def _notify_or_rows(s: Symbols, at: int) -> int:
    if s[at] != "notify":
        return statements.about_rows(s, at)
    at = column(s, at + 1)
    return expect(s, at + 1, "'") if s[at] == "," else at


def _actions(s: Symbols, at: int) -> int:
    """The actions of a rule, several in parentheses."""
    if s[at] != "(" or s[at + 1] in ("(", "select", "values", "with"):
        try:
            return _action(s, at)
        except Misplaced:
            if s[at] != "(":
                raise
    at += 1
    while s[at] != ")":
        if s[at] != ";":
            at = _notify_or_rows(s, at)
        if s[at] != ";":
            break
        at += 1
    return expect(s, at, ")")


def _setting(s: Symbols, at: int) -> int:
    """A value of SET."""
    if s[at] in ("'", "$") or s[at] in _WORDS or s[at] in ("true", "false", "on"):
        return at + 1
    return number(s, at)


def _set_here(s: Symbols, at: int) -> int:
    """What stands behind SET among a function's options."""
    if s[at] == "time":
        at = expect(s, at + 1, "zone")
        return at + 1 if s[at] in ("default", "local") else _setting(s, at)
    at = column(s, at)
    while s[at] == ".":
        at = column(s, at + 1)
    if s[at] == "from":
        return expect(s, at + 1, "current")
    if s[at] not in ("=", "to"):
        return _setting(s, at)  # SET role name
    if s[at + 1] == "default":
        return at + 2
    at = _setting(s, at + 1)
    while s[at] == ",":
        at = _setting(s, at + 1)
    return at


def _body(s: Symbols, at: int) -> int:
    """A function's body that is not a string: RETURN and an expression, or BEGIN ATOMIC … END."""
    if s[at] == "return":
        return expressions.expression(s, at + 1)
    at = expect(s, at, "begin", "atomic")
    while s[at] != "end" and s[at]:
        at = expressions.expression(s, at + 1) if s[at] == "return" else _statement(s, at)
        at = expect(s, at, ";")
    return expect(s, at, "end")


def _statement(s: Symbols, at: int) -> int:
    """A statement in a body, which may be any."""
    if s[at] in ("select", "insert", "update", "delete", "merge", "values", "with", "table", "("):
        return statements.about_rows(s, at)
    while s[at] not in (";", ""):
        at += 1
    return at


def _transformed(s: Symbols, at: int) -> int:
    return type_name(s, expect(s, at, "for", "type"))


def _event(s: Symbols, at: int) -> int:
    if s[at] not in ("insert", "update", "delete", "truncate"):
        raise Misplaced(at, "INSERT, UPDATE, DELETE or TRUNCATE")
    return listed(s, at + 2, column) if s[at] == "update" and s[at + 1] == "of" else at + 1


def _given(s: Symbols, at: int) -> int:
    return number(s, at) if s[at] in ("+", "-") else at + 1 if s[at] in ("0", "'") else label(s, at)


def _privilege(s: Symbols, at: int) -> int:
    at = (
        at + 1
        if s[at] in ("select", "references", "create")
        else expect(s, at + 1, "system")
        if s[at] == "alter"
        else column(s, at)
    )
    return columns(s, at) if s[at] == "(" else at


def _granted(s: Symbols, at: int) -> int:
    return _role(s, skip(s, at, "group"))


def _old_option(s: Symbols, at: int) -> int:
    return _value(s, expect(s, column(s, at), "="))


def _hashed(s: Symbols, at: int) -> int:
    """One part of a hash partition's bound: MODULUS 4."""
    return expect(s, _word(s, at), "0")


def _word(s: Symbols, at: int) -> int:
    if s[at] not in _WORDS:
        raise Misplaced(at, "a word")
    return at + 1


RULES: dict[str, Rule] = {
    "argument": expressions.argument, "ordering": queries.ordering,
    "name": name, "any": _any_name, "column": column, "label": label, "role": _role, "number": number,
    "string": lambda s, at: expect(s, at, "'"), "type": type_name, "operand": _operand_type,
    "operator": expressions.any_operator, "option": defined, "flag": flagged, "foreign": foreign_option,
    "expression": expressions.expression, "signature": signature, "query": queries.query,
    "from": relations.from_list, "relation": relations.relation, "statistic": _statistic, "actions": _actions,
    "setting": _setting, "word": _word, "set": _set_here, "body": _body, "transformed": _transformed,
    "hashed": _hashed, "event": _event,
    "given": _given, "privilege": _privilege, "granted": _granted, "old": _old_option, "parameter": parameter,
}  # fmt: skip
"""What a synopsis may name."""
