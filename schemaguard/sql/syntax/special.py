"""Expressions that have a word and a grammar of their own: CASE, CAST, EXTRACT, TRIM, ROW and the like."""

from schemaguard.sql.syntax import expressions, operands, queries
from schemaguard.sql.syntax.reading import (
    Misplaced,
    Rule,
    Symbols,
    balanced,
    enclosed_list,
    expect,
    label,
    skip,
)
from schemaguard.sql.syntax.types import type_name


def _word(s: Symbols, at: int) -> int:
    return at + 1


def _precise(s: Symbols, at: int) -> int:
    return expect(s, at + 1, "(", "0", ")") if s[at + 1] == "(" else at + 1


def _call_or_word(s: Symbols, at: int) -> int:
    return expect(s, at + 1, "(", ")") if s[at + 1] == "(" else at + 1


def _case(s: Symbols, at: int) -> int:
    at += 1
    if s[at] != "when":
        at = expressions.expression(s, at)
    if s[at] != "when":
        raise Misplaced(at, "WHEN")
    while s[at] == "when":
        at = expressions.expression(s, expect(s, expressions.expression(s, at + 1), "then"))
    if s[at] == "else":
        at = expressions.expression(s, at + 1)
    return expect(s, at, "end")


def _cast(s: Symbols, at: int) -> int:
    at = expressions.expression(s, expect(s, at + 1, "("))
    return expect(s, type_name(s, expect(s, at, "as")), ")")


def _array(s: Symbols, at: int) -> int:
    return operands.array(s, at + 1)


def _exists(s: Symbols, at: int) -> int:
    return queries.in_parentheses(s, at + 1)


def explicit_row(s: Symbols, at: int) -> int:
    """ROW (…)."""
    at = expect(s, at + 1, "(")
    at = at + 1 if s[at] == ")" else expect(s, operands.expressions_listed(s, at), ")")
    return operands.row(s, at + 1) if s[at] == "overlaps" else at


def _list(s: Symbols, at: int) -> int:
    return enclosed_list(s, at + 1, expressions.expression)


def _nullif(s: Symbols, at: int) -> int:
    at = expressions.expression(s, expect(s, at + 1, "("))
    return expect(s, expressions.expression(s, expect(s, at, ",")), ")")


def _extract(s: Symbols, at: int) -> int:
    at = expect(s, at + 1, "(")
    at = at + 1 if s[at] == "'" else label(s, at)
    return expect(s, expressions.expression(s, expect(s, at, "from")), ")")


def _position(s: Symbols, at: int) -> int:
    at = expressions.restricted(s, expect(s, at + 1, "("))
    return expect(s, expressions.restricted(s, expect(s, at, "in")), ")")


def _overlay(s: Symbols, at: int) -> int:
    return _with_words(s, at, ("placing", "from", "for"))


def _substring(s: Symbols, at: int) -> int:
    return _with_words(s, at, ("from", "for", "similar", "escape"))


def _with_words(s: Symbols, at: int, words: tuple[str, ...]) -> int:
    """Arguments that are separated by words, or as in any other call."""
    inside = expect(s, at + 1, "(")
    if s[inside] == ")":
        return inside + 1
    behind = expressions.argument(s, inside)
    if s[behind] not in words:
        return operands.arguments(s, at + 1)
    while s[behind] in words:
        behind = expressions.expression(s, behind + 1)
    return expect(s, behind, ")")


def _trim(s: Symbols, at: int) -> int:
    at = skip(s, expect(s, at + 1, "("), "both", "leading", "trailing")
    if s[at] != "from":
        at = expressions.expression(s, at)
        if s[at] == ")":
            return at + 1
        if s[at] == ",":
            return expect(s, operands.expressions_listed(s, at + 1), ")")
    return expect(s, operands.expressions_listed(s, expect(s, at, "from")), ")")


def _treat(s: Symbols, at: int) -> int:
    at = expressions.expression(s, expect(s, at + 1, "("))
    return expect(s, type_name(s, expect(s, at, "as")), ")")


def _normalize(s: Symbols, at: int) -> int:
    at = expressions.expression(s, expect(s, at + 1, "("))
    return expect(s, label(s, at + 1) if s[at] == "," else at, ")")


def _xml_element(s: Symbols, at: int) -> int:
    at = label(s, expect(s, at + 1, "(", "name"))
    while s[at] == ",":
        at = _xml_names(s, at + 1) if s[at + 1] == "xmlattributes" else expressions.expression(s, at + 1)
    return expect(s, at, ")")


def _xml_names(s: Symbols, at: int) -> int:
    return enclosed_list(s, at + 1, _xml_name)


def _xml_name(s: Symbols, at: int) -> int:
    at = expressions.expression(s, at)
    return label(s, at + 1) if s[at] == "as" else at


def _uncounted(s: Symbols, at: int) -> int:
    """What has a grammar of its own inside."""
    return balanced(s, at + 1)


def _uncounted_value(s: Symbols, at: int) -> int:
    if s[at + 2] == ")":
        raise Misplaced(at + 2, "an expression")
    return balanced(s, at + 1)


def _uncounted_window(s: Symbols, at: int) -> int:
    return operands.windowed(s, balanced(s, at + 1))


ALONE: dict[str, Rule] = {
    "case": _case, "array": _array, "null": _word, "true": _word, "false": _word, "current_date": _word,
    "current_role": _word, "current_user": _word, "user": _word, "session_user": _word, "system_user": _word,
    "current_catalog": _word, "current_schema": _call_or_word, "current_time": _precise,
    "current_timestamp": _precise, "localtime": _precise, "localtimestamp": _precise,
    "collation": lambda s, at: operands.collation_for(s, at),
}  # fmt: skip
"""Words that are an operand, whatever follows."""
RULES: dict[str, Rule] = {
    **ALONE, "cast": _cast, "coalesce": _list, "greatest": _list, "least": _list, "nullif": _nullif,
    "extract": _extract, "overlay": _overlay, "position": _position, "substring": _substring, "trim": _trim,
    "treat": _treat, "normalize": _normalize, "exists": _exists, "row": explicit_row, "grouping": _list,
    "merge_action": _call_or_word, "xmlconcat": _list, "xmlelement": _xml_element, "xmlforest": _xml_names,
    "xmlexists": _uncounted, "xmlparse": _uncounted, "xmlpi": _uncounted, "xmlroot": _uncounted,
    "xmlserialize": _uncounted, "json": _uncounted_value, "json_array": _uncounted, "json_exists": _uncounted_value,
    "json_object": _uncounted, "json_query": _uncounted_value, "json_scalar": _uncounted_value, "json_serialize": _uncounted_value,
    "json_value": _uncounted_value, "json_arrayagg": _uncounted_window, "json_objectagg": _uncounted_window,
}  # fmt: skip
"""Word → what it begins, where parentheses follow or where it needs none."""
