"""Expressions that have a word and a grammar of their own: CASE, CAST, EXTRACT, TRIM, ROW and the like."""

from schemaguard.sql.reading.syntax import expressions, operands, queries
from schemaguard.sql.reading.syntax.reading import Misplaced, Rule, Symbols, enclosed_list, expect, label, skip
from schemaguard.sql.reading.syntax.synopsis import written_part
from schemaguard.sql.reading.syntax.types import type_name


def _word(_: Symbols, at: int) -> int:
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


_JSON = "<expression> [ format json [ encoding <column> ] ]"
_PASSING = f"[ passing {_JSON} as <label> [ {{ , {_JSON} as <label> }} ... ] ]"
_RETURNING = "[ returning <type> [ format json [ encoding <column> ] ] ]"
_BEHAVIOR = """[ { error | null | true | false | unknown | empty [ array | object ] | default <expression> }
    on { empty | error } ]"""
_MEMBER = f"<expression> {{ value | : }} {_JSON}"
_NULLS = "[ { null | absent } on null ]"
_UNIQUE = "[ { with | without } unique [ keys ] ]"
_WRAPPER = """[ { without | with [ conditional | unconditional ] } [ array ] wrapper ]
    [ { keep | omit } quotes [ on scalar string ] ]"""
_SYNOPSES = {
    "json": f"( {_JSON} {_UNIQUE} )",
    "json_array": f"""( [ <query> [ format json [ encoding <column> ] ] | {_JSON} [ {{ , {_JSON} }} ... ]
        {_NULLS} ] {_RETURNING} )""",
    "json_arrayagg": f"( {_JSON} [ <ordering> ] {_NULLS} {_RETURNING} )",
    "json_exists": f"( {_JSON} , <expression> {_PASSING} {_BEHAVIOR} )",
    "json_object": f"( [ <argument,> | {_MEMBER} [ {{ , {_MEMBER} }} ... ] {_NULLS} {_UNIQUE} ] {_RETURNING} )",
    "json_objectagg": f"( {_MEMBER} {_NULLS} {_UNIQUE} {_RETURNING} )",
    "json_query": f"( {_JSON} , <expression> {_PASSING} {_RETURNING} {_WRAPPER} {_BEHAVIOR} {_BEHAVIOR} )",
    "json_scalar": "( <expression> )",
    "json_serialize": f"( {_JSON} {_RETURNING} )",
    "json_value": f"( {_JSON} , <expression> {_PASSING} {_RETURNING} {_BEHAVIOR} {_BEHAVIOR} )",
    "xmlexists": """( <expression> passing [ by { ref | value } ] <expression> [ by { ref | value } ] )""",
    "xmlparse": "( { document | content } <expression> [ { preserve | strip } whitespace ] )",
    "xmlpi": "( name <label> [ , <expression> ] )",
    "xmlroot": "( <expression> , version { no value | <expression> } [ , standalone { yes | no value | no } ] )",
    "xmlserialize": "( { document | content } <expression> as <type> [ [ no ] indent ] )",
}


def _shown(word: str) -> Rule:
    """A call whose arguments have words between them, as the manual's synopsis shows it."""
    rule = written_part(_SYNOPSES[word])
    return lambda s, at: rule(s, at + 1)


def _shown_aggregate(word: str) -> Rule:
    rule = written_part(_SYNOPSES[word])
    return lambda s, at: operands.windowed(s, rule(s, at + 1))


def _collation(s: Symbols, at: int) -> int:
    return operands.collation_for(s, at)


ALONE: dict[str, Rule] = {
    "case": _case, "array": _array, "null": _word, "true": _word, "false": _word, "current_date": _word,
    "current_role": _word, "current_user": _word, "user": _word, "session_user": _word, "system_user": _word,
    "current_catalog": _word, "current_schema": _call_or_word, "current_time": _precise,
    "current_timestamp": _precise, "localtime": _precise, "localtimestamp": _precise,
    "collation": _collation,
}  # fmt: skip
"""Words that are an operand, whatever follows."""
RULES: dict[str, Rule] = {
    **ALONE, "cast": _cast, "coalesce": _list, "greatest": _list, "least": _list, "nullif": _nullif,
    "extract": _extract, "overlay": _overlay, "position": _position, "substring": _substring, "trim": _trim,
    "treat": _treat, "normalize": _normalize, "exists": _exists, "row": explicit_row, "grouping": _list,
    "merge_action": _call_or_word, "xmlconcat": _list, "xmlelement": _xml_element, "xmlforest": _xml_names,
    **{word: _shown_aggregate(word) if word.endswith("agg") else _shown(word) for word in _SYNOPSES},
}  # fmt: skip
"""Word → what it begins, where parentheses follow or where it needs none."""
