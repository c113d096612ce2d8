"""Functions, procedures and aggregates, triggers and policies."""

from collections.abc import Iterator
from contextlib import suppress

from schemaguard.catalog.changes import (
    AlterFunction,
    Change,
    ChangeOwner,
    CreateFunction,
    CreatePolicy,
    CreateTrigger,
    MoveObject,
    NoEffect,
    ObjectKind,
    RenameObject,
)
from schemaguard.catalog.objects import Function, Name, Policy, Trigger
from schemaguard.frozen import replace
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning, read_type
from schemaguard.sql.reading.grammar.sessions import setting_value
from schemaguard.sql.reading.syntax.commands import signature
from schemaguard.sql.reading.syntax.lexicon import NO_COLUMN
from schemaguard.sql.reading.tokens import QUOTED, WORD

_FUNCTION_OPTIONS = frozenset(
    {"immutable", "stable", "volatile", "strict", "called", "returns", "window", "security", "external", "leakproof"}
    | {"not", "cost", "rows", "support", "parallel", "set", "reset", "transform"}
)
_MODES = frozenset({"in", "out", "inout", "variadic"})


def create_function(cursor: Cursor) -> Iterator[Change]:
    """CREATE [OR REPLACE] FUNCTION or PROCEDURE, behind that word."""
    is_procedure = cursor.tokens[cursor.at - 1].key == "procedure"
    replaces = cursor.tokens[1].key == "or"
    name = cursor.any_name()
    signature = arguments(cursor)
    returns = _returns(cursor)
    options = cursor.at
    language, body = _function_body(cursor)
    kind = "procedure" if is_procedure else "function"
    function = Function(name, signature, returns, kind, language, body)  # type: ignore[arg-type] # a literal of two
    function = replace(function, strict=bool(_strictness(cursor, options)))
    function = replace(function, search_path=_search_path(cursor, options) or "")
    function = replace(function, is_definer=bool(_rights(cursor, options)))
    yield CreateFunction(function, replaces)


def arguments(cursor: Cursor) -> tuple[str, ...]:
    """The types of the input arguments in parentheses, as format_type() spells them."""
    begin = cursor.at
    cursor.follow(signature)
    cursor.move(begin)
    cursor.expect("(")
    found: list[str] = []
    while cursor.key != ")":
        if cursor.accept("*") or cursor.accept("order", "by"):
            continue
        begin = cursor.at
        cursor.skip(",", "default", "=", ":=", "order")
        if cursor.at == begin:
            raise cursor.refusal("an argument")
        type_ = _argument_type(cursor, begin, cursor.at)
        if type_ is not None:
            found.append(type_)
        if cursor.accept_one("default", "=", ":="):
            cursor.skip(",", "order")
        if not cursor.accept(",") and cursor.key != "order":
            break
    cursor.expect(")")
    return tuple(found)


def _argument_type(cursor: Cursor, begin: int, end: int) -> str | None:
    """`[mode] [name] [mode] type`; None for an OUT argument."""
    tokens = cursor.tokens
    words = [at for at in range(begin, end) if tokens[at].key not in _MODES or tokens[at].kind == QUOTED]
    modes = {tokens[at].key for at in range(begin, end) if tokens[at].key in _MODES}
    if not words:
        raise cursor.refusal("a type")
    if "out" in modes and "in" not in modes:
        return None
    start = words[0]
    whole = _type_from(cursor, start, end)
    if whole is not None and not _is_named(cursor, start, end):
        return whole
    named = _type_from(cursor, start + 1, end) if start + 1 < end else None
    return named or whole or cursor.text[tokens[start].start : tokens[end - 1].end]


def _is_named(cursor: Cursor, start: int, end: int) -> bool:
    """Whether what reads as a type in several words is an argument's name and its type."""
    return cursor.tokens[start].kind == QUOTED and start + 1 < end and cursor.tokens[start + 1].kind in (WORD, QUOTED)


def _type_from(cursor: Cursor, start: int, end: int) -> str | None:
    inner = cursor.within(start, end)
    inner.accept("setof")
    try:
        text = inner.type_text()
        return read_type(text).spelling if inner.is_done else None
    except (SyntaxRefusal, UnknownMeaning, ValueError):
        return None


def _returns(cursor: Cursor) -> str | None:
    if not cursor.accept("returns"):
        return None
    begin = cursor.at
    if cursor.accept("table"):
        cursor.parenthesized()
        return cursor.since(begin)
    cursor.accept("setof")
    if cursor.token.kind not in (WORD, QUOTED) or (cursor.token.kind == WORD and cursor.key in NO_COLUMN):
        raise cursor.refusal("a type")
    with suppress(UnknownMeaning):  # RETURNS t.c%TYPE: no column hangs on it
        cursor.type_text()
    return cursor.since(begin)


def _function_body(cursor: Cursor) -> tuple[str | None, str]:
    """The language and the body among a function's options, in whatever order they stand."""
    language, body = None, ""
    while not cursor.is_done:
        if cursor.accept("language"):
            language = cursor.take().value.lower()
        elif cursor.accept("as"):
            body = cursor.string()
            while cursor.accept(","):
                body = cursor.string()
        elif (cursor.key == "begin" and cursor.peek() == "atomic") or cursor.key == "return":
            begin = cursor.at
            cursor.move(cursor.end)
            body, language = cursor.since(begin), language or "sql"
        else:
            _function_option(cursor)
    return language, body


def _is_strict(keys: list[str]) -> bool:
    """Whether STRICT, or RETURNS NULL ON NULL INPUT, is among the options."""
    return "strict" in keys or any(keys[at : at + 2] == ["returns", "null"] for at in range(len(keys)))


def _function_option(cursor: Cursor) -> None:
    if cursor.key not in _FUNCTION_OPTIONS:
        raise cursor.refusal("an option of a function")
    cursor.take()
    cursor.skip("language", "as", "begin", "return", *_FUNCTION_OPTIONS)


def create_aggregate(cursor: Cursor) -> Iterator[Change]:
    """CREATE [OR REPLACE] AGGREGATE, behind that word."""
    replaces = cursor.tokens[1].key == "or"
    name = cursor.any_name()
    cursor.expect("(")
    is_old = cursor.peek() == "="
    cursor.move(cursor.at - 1)
    signature: tuple[str, ...] = ()
    if not is_old:
        signature = arguments(cursor)
    body = cursor.options()
    yield CreateFunction(Function(name, signature, kind="aggregate", body=body), replaces)


def alter_function(cursor: Cursor) -> Iterator[Change]:
    """ALTER FUNCTION, PROCEDURE, ROUTINE or AGGREGATE, behind that word."""
    word = cursor.tokens[cursor.at - 1].key
    kinds: dict[str, ObjectKind] = {"procedure": "procedure", "aggregate": "aggregate"}
    kind = kinds.get(word, "function")
    name = cursor.any_name()
    signature = arguments(cursor) if cursor.key == "(" else None
    if cursor.accept("rename", "to"):
        yield RenameObject(kind, name, cursor.label())
    elif cursor.accept("owner", "to"):
        yield ChangeOwner(kind, name, cursor.role())
    elif cursor.accept("set", "schema"):
        yield MoveObject(kind, name, cursor.identifier())
    else:
        if cursor.is_done:
            raise cursor.refusal(f"an action of ALTER {word.upper()}")
        begin = cursor.at
        cursor.skip()
        strict, path, rights = _strictness(cursor, begin), _search_path(cursor, begin), _rights(cursor, begin)
        if strict is None and path is None and rights is None:
            yield NoEffect(f"ALTER {word.upper()}")
        else:
            yield AlterFunction(name, signature, strict, path, rights)


def _strictness(cursor: Cursor, begin: int) -> bool | None:
    """Whether the options say that NULL isn't passed on; None where they say nothing of it."""
    keys = [token.key for token in cursor.tokens[begin : cursor.end]]
    return True if _is_strict(keys) else False if "called" in keys else None


def _rights(cursor: Cursor, begin: int) -> bool | None:
    """Whether the options say SECURITY DEFINER; None where they say nothing of whose rights it has."""
    keys = [token.key for token in cursor.tokens[begin : cursor.end]]
    said = [keys[at + 1] for at in range(len(keys) - 1) if keys[at] == "security"]
    return said[-1] == "definer" if said and said[-1] in ("definer", "invoker") else None


def _search_path(cursor: Cursor, begin: int) -> str | None:
    """The search_path that the options set, empty where they take it back; None where they don't speak of it."""
    tokens, found = cursor.tokens, None
    for at in range(begin, cursor.end):
        words = [token.key for token in tokens[at : at + 3]]
        if words[:1] == ["reset"] and words[1] in ("all", "search_path"):
            found = ""
        elif words[:2] == ["set", "search_path"] and words[2] in ("to", "="):
            inner = cursor.within(at + 3, cursor.end)
            found = setting_value(inner, "search_path", _FUNCTION_OPTIONS | {"language", "as", "begin", "return"}) or ""
    return found


# Triggers


def create_trigger(cursor: Cursor) -> Iterator[Change]:
    """CREATE [OR REPLACE] [CONSTRAINT] TRIGGER, behind the word TRIGGER."""
    is_constraint = cursor.tokens[cursor.at - 2].key == "constraint"
    replaces = cursor.tokens[1].key == "or"
    name = cursor.identifier()
    timing = _timing(cursor)
    events, columns = _events(cursor)
    cursor.expect("on")
    table = cursor.name()
    if cursor.accept("from"):
        cursor.name()
    cursor.skip("for", "when", "execute", "referencing")
    if cursor.accept("referencing"):
        cursor.skip("for", "when", "execute")
    each_row = False
    if cursor.accept("for"):
        cursor.accept("each")
        each_row = cursor.accept_one("row", "statement") == "row"
    if cursor.accept("when"):
        cursor.enclosed_expression()
    cursor.expect("execute")
    if not cursor.accept_one("function", "procedure"):
        raise cursor.refusal("FUNCTION or PROCEDURE")
    function = cursor.any_name()
    cursor.parenthesized()
    trigger = Trigger(name, function, timing, events, each_row, columns, constraint=is_constraint)
    yield CreateTrigger(table, trigger, replaces)


def _timing(cursor: Cursor) -> str:
    if cursor.accept("instead", "of"):
        return "INSTEAD OF"
    word = cursor.accept_one("before", "after")
    if not word:
        raise cursor.refusal("BEFORE, AFTER or INSTEAD OF")
    return word.upper()


def _events(cursor: Cursor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    events: list[str] = []
    columns: list[str] = []
    while True:
        word = cursor.accept_one("insert", "update", "delete", "truncate")
        if not word:
            raise cursor.refusal("INSERT, UPDATE, DELETE or TRUNCATE")
        if word.upper() in events:
            raise cursor.refusal("no event twice")
        events.append(word.upper())
        if word == "update" and cursor.accept("of"):
            columns.append(cursor.identifier())
            while cursor.accept(","):
                columns.append(cursor.identifier())
        if not cursor.accept("or"):
            return tuple(events), tuple(columns)


def alter_trigger(cursor: Cursor) -> Iterator[Change]:
    """ALTER TRIGGER, behind the word TRIGGER."""
    yield _alter_on_table(cursor, "trigger")


def alter_rule(cursor: Cursor) -> Iterator[Change]:
    """ALTER RULE, behind the word RULE."""
    yield _alter_on_table(cursor, "rule")


def _alter_on_table(cursor: Cursor, kind: ObjectKind) -> Change:
    name = cursor.identifier()
    cursor.expect("on")
    table = cursor.name()
    if cursor.accept("rename", "to"):
        return RenameObject(kind, Name(name), cursor.identifier(), on=table)
    cursor.accept("no")
    cursor.expect("depends", "on", "extension")
    cursor.identifier()
    return NoEffect(f"ALTER {kind.upper()} DEPENDS ON EXTENSION")


# Policies


def create_policy(cursor: Cursor) -> Iterator[Change]:
    """CREATE POLICY, behind the word POLICY."""
    name = cursor.identifier()
    cursor.expect("on")
    table = cursor.name()
    permissive, command = True, "ALL"
    if cursor.accept("as"):
        permissive = cursor.accept_one("permissive", "restrictive") != "restrictive"
    if cursor.accept("for"):
        command = cursor.accept_one("all", "select", "insert", "update", "delete").upper()
    roles = cursor.roles() if cursor.accept("to") else ("public",)
    using = cursor.enclosed_expression() if cursor.accept("using") else None
    check = cursor.enclosed_expression() if cursor.accept("with", "check") else None
    yield CreatePolicy(table, Policy(name, command, permissive, roles, using, check))


def alter_policy(cursor: Cursor) -> Iterator[Change]:
    """ALTER POLICY, behind the word POLICY; what isn't said stays as it is and is left at its default here."""
    name = cursor.identifier()
    cursor.expect("on")
    table = cursor.name()
    if cursor.accept("rename", "to"):
        yield RenameObject("policy", Name(name), cursor.identifier(), on=table)
        return
    roles = cursor.roles() if cursor.accept("to") else ()
    using = cursor.enclosed_expression() if cursor.accept("using") else None
    check = cursor.enclosed_expression() if cursor.accept("with", "check") else None
    yield CreatePolicy(table, Policy(name, "ALL", True, roles, using, check), is_alter=True)
