"""Operators, casts, collations, and text search configurations and dictionaries."""

import re
from collections.abc import Callable, Iterator

from schemaguard.catalog.calls import tokens
from schemaguard.catalog.changes import Change, ChangeSymbol, NoEffect, Opaque
from schemaguard.catalog.objects import Name, Symbol, SymbolKind
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning, read_type
from schemaguard.sql.reading.syntax.synopses import SYNOPSES
from schemaguard.sql.reading.syntax.synopsis import written

NAMED: tuple[SymbolKind, ...] = ("collation", "text search configuration", "text search dictionary")
"""Those that have a plain name."""
_SPLIT = re.compile(r'(?:(\w+|"(?:[^"]|"")+")\s*\.\s*)?([^\w\s".]+)\s*\Z')
_SIDE = re.compile(r"\b(leftarg|rightarg|function|procedure)\s*=\s*([^,()]+(?:\([^)]*\))?[^,()]*)", re.IGNORECASE)


def create_named(kind: SymbolKind) -> Callable[[Cursor], Iterator[Change]]:
    """A reader of CREATE, behind the words of the kind."""

    def read(cursor: Cursor) -> Iterator[Change]:
        cursor.accept("if", "not", "exists")
        name = cursor.any_name()
        yield ChangeSymbol(Symbol(kind, name, definition=_rest(cursor)), name, is_new=True)

    return read


def alter_named(kind: SymbolKind) -> Callable[[Cursor], Iterator[Change]]:
    """A reader of ALTER, behind the words of the kind."""

    def read(cursor: Cursor) -> Iterator[Change]:
        name = cursor.any_name()
        if cursor.accept("rename", "to"):
            yield ChangeSymbol(Symbol(kind, name), Name(cursor.label(), name.schema))
        elif cursor.accept("set", "schema"):
            yield ChangeSymbol(Symbol(kind, name), Name(name.name, cursor.identifier()))
        elif cursor.key in ("owner", "refresh"):
            cursor.skip()
            yield NoEffect(f"ALTER {kind.upper()}")
        else:
            yield ChangeSymbol(Symbol(kind, name, definition=_rest(cursor)), name, changes_meaning=True)

    return read


def dropped_named(kind: SymbolKind, name: Name) -> Change:
    """That a symbol with a plain name is gone."""
    return ChangeSymbol(Symbol(kind, name), None)


def create_operator(cursor: Cursor) -> Iterator[Change]:
    """CREATE OPERATOR, behind that word."""
    name = _sign(cursor)
    text = _rest(cursor)
    sides = {word.lower(): value.strip() for word, value in _SIDE.findall(text)}
    function = sides.get("function") or sides.get("procedure") or ""
    parts = [part.strip().strip('"') for part in function.split(".")]
    types = tuple(_spelled(sides.get(side, "none")) for side in ("leftarg", "rightarg"))
    symbol = Symbol("operator", name, types, text, Name(parts[-1], parts[-2] if len(parts) > 1 else None))
    yield ChangeSymbol(symbol, name, is_new=True)


def alter_operator(cursor: Cursor) -> Iterator[Change]:
    """ALTER OPERATOR, behind that word: what it helps the planner with changes nothing."""
    name = _sign(cursor)
    types = _operands(cursor)
    if cursor.accept("set", "schema"):
        yield ChangeSymbol(Symbol("operator", name, types), Name(name.name, cursor.identifier()))
    else:
        cursor.skip()
        yield NoEffect("ALTER OPERATOR")


def create_cast(cursor: Cursor) -> Iterator[Change]:
    """CREATE CAST, behind that word."""
    types = _led(cursor)
    function = None
    begin = cursor.at
    if cursor.accept("with", "function"):
        function = cursor.any_name()
    cursor.skip()
    definition = " ".join(tokens(cursor.since(begin)))
    symbol = Symbol("cast", Name(" to ".join(types)), types, definition, function)
    yield ChangeSymbol(symbol, symbol.name, is_new=True)


def drop_symbol(cursor: Cursor, command: str) -> Iterator[Change]:
    """DROP OPERATOR or DROP CAST, behind that word."""
    begin = cursor.at
    cursor.follow(written(SYNOPSES[f"drop {command}"]))
    end = cursor.at
    inner = cursor.within(begin, end)
    inner.accept("if", "exists")
    if cursor.tokens[end - 1].key == "cascade":
        yield Opaque(f"drops whatever hangs on the {command}")
    if command == "cast":
        types = _led(inner)
        yield ChangeSymbol(Symbol("cast", Name(" to ".join(types)), types), None)
        return
    while not inner.is_done:
        name = _sign(inner)
        yield ChangeSymbol(Symbol("operator", name, _operands(inner)), None)
        if not inner.accept(","):
            return


def _sign(cursor: Cursor) -> Name:
    """An operator's name, up to the parenthesis behind it."""
    begin = cursor.at
    while not cursor.is_done and cursor.key != "(":
        cursor.take()
    found = _SPLIT.match(cursor.since(begin).strip())
    if found is None:
        raise cursor.refusal("an operator")
    schema = found[1] and (found[1].strip('"').replace('""', '"') if found[1][0] == '"' else found[1].lower())
    return Name(found[2], schema)


def _operands(cursor: Cursor) -> tuple[str, ...]:
    inside = cursor.parenthesized().split(",")
    return tuple(_spelled(text) for text in inside)


def _led(cursor: Cursor) -> tuple[str, str]:
    """(from, to) of a cast."""
    cursor.expect("(")
    source = cursor.until("as")
    cursor.expect("as")
    target = cursor.until()
    cursor.expect(")")
    return _spelled(source), _spelled(target)


def _spelled(text: str) -> str:
    try:
        return read_type(text.strip()).spelling
    except (SyntaxRefusal, UnknownMeaning, ValueError):
        return text.strip().lower()


def _rest(cursor: Cursor) -> str:
    begin = cursor.at
    cursor.skip()
    return " ".join(tokens(cursor.since(begin)))
