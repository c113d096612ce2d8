"""What the body of a function says, as far as its text shows: PL/pgSQL and SQL bodies are looked up when they run.

A body in SQL's own syntax (`BEGIN ATOMIC`, `RETURN`) is kept by the server as a tree, so that renames are followed.
Source: https://www.postgresql.org/docs/18/plpgsql-trigger.html and https://www.postgresql.org/docs/18/sql-createfunction.html
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypedDict

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.mentions import relations_between
from schemaguard.sql.reading.tokens import BROKEN, QUOTED, STRING, WORD, Token, tokenize

_LATE = frozenset({"plpgsql", "sql"})
_STARTS = frozenset({";", "begin", "then", "else", "loop", "atomic"})
_DEFINING = frozenset({"alter", "create", "drop", "grant", "revoke", "reassign", "import", "refresh", "do"})
_TELLS = frozenset({"debug", "log", "info", "notice", "warning"})


@dataclass(frozen=True, slots=True)
class Insertion:
    """An INSERT or UPDATE of a body with the columns that it lists."""

    table: Name
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What a body names and does; `is_read` is False where it is in a language that nobody reads here."""

    is_read: bool = False
    words: frozenset[str] = frozenset()
    """Every identifier and keyword outside of strings."""
    relations: frozenset[Name] = frozenset()
    called: frozenset[Name] = frozenset()
    row_fields: frozenset[str] = frozenset()
    """The fields of NEW and OLD that it names."""
    assigned: frozenset[str] = frozenset()
    """The fields of NEW that it gives a value."""
    replaces_row: bool = False
    """Whether it gives NEW another row, or returns one that isn't NEW."""
    returns_nothing: bool = False
    """Whether it may return NULL, or OLD where no row is deleted: the row isn't written then."""
    raises: bool = False
    """Whether it may end in an error of its own."""
    runs_text: bool = False
    """Whether it runs a text that is put together."""
    defines: bool = False
    """Whether it carries out a command that changes more than rows, such as ALTER TABLE."""
    inserts: tuple[Insertion, ...] = ()
    positional: tuple[Name, ...] = ()
    """Tables into which it inserts without a list of columns."""
    spreads_row: bool = False
    """Whether it takes all columns of NEW or OLD at once: `NEW.*`."""
    written: frozenset[Name] = frozenset()
    """Tables whose rows it inserts, updates or merges."""
    inserted: frozenset[Name] = frozenset()
    updates: tuple[Insertion, ...] = ()
    """The UPDATEs in it, with the columns that they assign."""
    deleted: frozenset[Name] = frozenset()
    """Tables from which it deletes rows, or that it truncates."""


@lru_cache(maxsize=512)
def read_body(language: str | None, text: str) -> Body:
    """What the body of a function in that language says."""
    tokens, _ = tokenize(text)
    if (language or "").lower() not in _LATE or (tokens and tokens[-1].kind == BROKEN):
        return Body()
    if _is_parsed(tokens):
        # Its names follow what is renamed; what it does to rows stays what it is.
        return Body(is_read=True, **_of_rows(tokens))
    cursor = Cursor(text, tokens)
    returned = list(_returned(tokens))
    deletes = any(token.kind == STRING and token.value.upper() == "DELETE" for token in tokens)
    return Body(
        is_read=True,
        words=frozenset(token.value for token in tokens if token.kind in (WORD, QUOTED)),
        relations=relations_between(cursor, 0, len(tokens)),
        called=frozenset(_called(tokens)),
        row_fields=frozenset(_row_fields(tokens)),
        assigned=frozenset(_assigned(tokens)),
        replaces_row=any(_is_row(tokens, at) for at in range(len(tokens))) or "other" in returned,
        returns_nothing="null" in returned or ("old" in returned and not deletes),
        raises=any(_raises(tokens, at) for at in range(len(tokens))),
        runs_text=any(_runs_text(tokens, at) for at in range(len(tokens))),
        defines=any(_defines(tokens, at) for at in range(len(tokens))),
        inserts=tuple(one for one in _inserts(tokens) if isinstance(one, Insertion)),
        positional=tuple(one for one in _inserts(tokens) if isinstance(one, Name)),
        spreads_row=any(_spreads(tokens, at) for at in range(len(tokens))),
        written=frozenset(_written(tokens)),
        **_of_rows(tokens),
    )


class _OfRows(TypedDict):
    inserted: frozenset[Name]
    updates: tuple[Insertion, ...]
    deleted: frozenset[Name]


def _of_rows(tokens: Sequence[Token]) -> _OfRows:
    """What a body does to rows."""
    return _OfRows(
        inserted=frozenset(_behind(tokens, "insert", "into")),
        updates=tuple(_updates(tokens)),
        deleted=frozenset((*_behind(tokens, "delete", "from"), *_truncated(tokens))),
    )


def _is_parsed(tokens: Sequence[Token]) -> bool:
    """Whether the body is in SQL's own syntax."""
    keys = [token.key for token in tokens[:2]]
    return keys == ["begin", "atomic"] or keys[:1] == ["return"]


def _at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].key if 0 <= at < len(tokens) else ""


def _returned(tokens: Sequence[Token]) -> Iterator[str]:
    """What each RETURN gives back: `new`, `old`, `null`, or something else."""
    for at, token in enumerate(tokens):
        if token.key != "return" or _at(tokens, at + 1) in ("query", "next", ";", ""):
            continue
        end = next((to for to in range(at, len(tokens)) if tokens[to].key == ";"), len(tokens))
        given = tuple(each.key for each in tokens[at + 1 : end])
        if given in (("coalesce", "(", "new", ",", "old", ")"), ("new",), ("(", "new", ")")):
            yield "new"
        else:
            yield given[0] if given in (("null",), ("old",)) else "other"


def _row_fields(tokens: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(tokens[:-2]):
        if token.key in ("new", "old") and tokens[at + 1].key == "." and tokens[at + 2].kind in (WORD, QUOTED):
            yield tokens[at + 2].value


def _is_target(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether what stands from `at` to `end` is given a value: `:=` or `=` behind it, or INTO before it."""
    assigned = _at(tokens, end) == ":=" or (_at(tokens, end) == ":" and _at(tokens, end + 1) == "=")
    if assigned or (_at(tokens, end) == "=" and _at(tokens, at - 1) in _STARTS):
        return True
    before = at - 1
    while before > 0 and tokens[before].key not in (";", "into", "from", "select"):
        before -= 1
    return _at(tokens, before) == "into" and _at(tokens, before - 1) not in ("insert", "merge")


def _assigned(tokens: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(tokens[:-2]):
        is_field = token.key == "new" and tokens[at + 1].key == "." and tokens[at + 2].kind in (WORD, QUOTED)
        if is_field and _is_target(tokens, at, at + 3):
            yield tokens[at + 2].value


def _is_row(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].key == "new" and _at(tokens, at + 1) != "." and _is_target(tokens, at, at + 1)


def _raises(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].key == "assert":
        return _at(tokens, at - 1) in _STARTS
    return tokens[at].key == "raise" and _at(tokens, at + 1) not in _TELLS


def _runs_text(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].key == "execute" and _at(tokens, at - 1) in (*_STARTS, "query", "in", "for")


def _defines(tokens: Sequence[Token], at: int) -> bool:
    key, following = tokens[at].key, {_at(tokens, at + 1), _at(tokens, at + 2)}
    return key in _DEFINING and _at(tokens, at - 1) in (*_STARTS, "") and following.isdisjoint(("temp", "temporary"))


def _called(tokens: Sequence[Token]) -> Iterator[Name]:
    for at, token in enumerate(tokens[:-1]):
        if token.kind in (WORD, QUOTED) and tokens[at + 1].key == "(":
            has_schema = _at(tokens, at - 1) == "." and at > 1
            yield Name(token.value, tokens[at - 2].value if has_schema else None)


def _spreads(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].key in ("new", "old") and _at(tokens, at + 1) == "." and _at(tokens, at + 2) == "*"


def _written(tokens: Sequence[Token]) -> Iterator[Name]:
    for at, token in enumerate(tokens):
        before = _at(tokens, at - 1)
        is_target = (token.key == "into" and before in ("insert", "merge")) or (
            token.key == "update" and before in (*_STARTS, "as", "(", "")
        )
        if is_target and at + 1 < len(tokens) and tokens[at + 1].kind in (WORD, QUOTED):
            yield _name(tokens, at + 1)[0]


def _name(tokens: Sequence[Token], at: int) -> tuple[Name, int]:
    """The name that stands there, and where it ends."""
    if _at(tokens, at + 1) == "." and at + 2 < len(tokens):
        return Name(tokens[at + 2].value, tokens[at].value), at + 3
    return Name(tokens[at].value), at + 1


def _inserts(tokens: Sequence[Token]) -> Iterator[Insertion | Name]:
    """INSERT INTO t (a, b): what a server looks up when the statement runs; the table alone where nothing is listed."""
    for at in range(len(tokens) - 3):
        if tokens[at].key != "insert" or tokens[at + 1].key != "into":
            continue
        name, behind = _name(tokens, at + 2)
        if _at(tokens, behind) in ("values", "select", "with", "table"):
            yield name
            continue
        end = next((to for to in range(behind, len(tokens)) if tokens[to].key == ")"), behind)
        listed = tokens[behind + 1 : end]
        if _at(tokens, behind) == "(" and all(token.kind in (WORD, QUOTED) or token.key == "," for token in listed):
            yield Insertion(name, tuple(token.value for token in listed if token.key != ","))


def _behind(tokens: Sequence[Token], *words: str) -> Iterator[Name]:
    """The names that stand behind these words."""
    for at in range(len(tokens) - len(words)):
        if [token.key for token in tokens[at : at + len(words)]] == [*words]:
            start = at + len(words) + (_at(tokens, at + len(words)) == "only")
            if start < len(tokens) and tokens[start].kind in (WORD, QUOTED):
                yield _name(tokens, start)[0]


def _truncated(tokens: Sequence[Token]) -> Iterator[Name]:
    for at, token in enumerate(tokens):
        if token.key != "truncate" or _at(tokens, at - 1) not in (*_STARTS, ""):
            continue
        at += 1 + (_at(tokens, at + 1) == "table")
        at += _at(tokens, at) == "only"
        while at < len(tokens) and tokens[at].kind in (WORD, QUOTED):
            name, at = _name(tokens, at)
            yield name
            at += 1 if _at(tokens, at) == "," else len(tokens)


def _updates(tokens: Sequence[Token]) -> Iterator[Insertion]:
    """UPDATE t SET a = …, (b, c) = …: the columns that stand before an equals sign, outside of parentheses."""
    for at, token in enumerate(tokens):
        if token.key != "update" or _at(tokens, at - 1) not in (*_STARTS, "as", "(", ""):
            continue
        start = at + 1 + (_at(tokens, at + 1) == "only")
        if start >= len(tokens) or tokens[start].kind not in (WORD, QUOTED):
            continue
        name, at = _name(tokens, start)
        while at < len(tokens) and tokens[at].key not in ("set", ";"):
            at += 1
        yield Insertion(name, tuple(_assigned_in_set(tokens, at)))


def _assigned_in_set(tokens: Sequence[Token], at: int) -> Iterator[str]:
    depth = 0
    while at < len(tokens) and tokens[at].key not in (";", "where", "from", "returning"):
        depth += (tokens[at].key == "(") - (tokens[at].key == ")")
        is_first = depth == 0 and tokens[at].key in ("set", ",")
        if is_first and _at(tokens, at + 1) == "(":
            end = next((to for to in range(at, len(tokens)) if tokens[to].key == ")"), at)
            yield from (token.value for token in tokens[at + 2 : end] if token.kind in (WORD, QUOTED))
        elif is_first and at + 1 < len(tokens) and tokens[at + 1].kind in (WORD, QUOTED):
            yield tokens[at + 1].value
        at += 1
