"""A text to the scopes of its one query, by sqlglot's parser; and where in the text a part of it stands."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.scope import Scope, build_scope

from schemaguard.sql.queries.naming import with_names
from schemaguard.sql.queries.readable import readable
from schemaguard.sql.queries.traced import Untraceable
from schemaguard.sql.reading.known_functions import is_harmless

_LOGGER = logging.getLogger("sqlglot")
UNREADABLE = "the query can't be read"
"""What a refusal begins with whose other words are sqlglot's, with a piece of the text perhaps."""


def scope_of(query: str) -> Scope:
    """The scopes of the text's one query; Untraceable where it isn't one, or doesn't only read."""
    try:
        with quiet():
            parsed = [tree for tree in _parsed(query) if not isinstance(tree, exp.Semicolon | None)]
        if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
            raise Untraceable("the text isn't one query")
        _refuse_writing(parsed[0])
        scope = build_scope(normalize_identifiers(_bare(parsed[0]), dialect="postgres"))
    except Untraceable:
        raise
    except Exception as error:
        # What its parser raises on odd texts isn't only its own errors; whichever it is, the query can't be traced.
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise Untraceable(f"{UNREADABLE}: {why}", *_errorplace_of(error)) from None
    if scope is None:
        raise Untraceable("the text isn't one query")
    return scope


def _parsed(query: str) -> list[exp.Expr | None]:
    """The trees of a text, in which every item of a select list has the name that PostgreSQL gives it."""
    dialect = Dialect.get_or_raise("postgres")
    return dialect.parser().parse(readable(with_names(dialect.tokenize(query), query)), query)


def _bare(tree: exp.Query) -> exp.Query:
    """Without parentheses around all of it and without locks: `FOR UPDATE OF t` would count as another `t` in FROM."""
    for select in tree.find_all(exp.Select):
        select.set("locks", None)
    while isinstance(tree, exp.Subquery) and tree.is_wrapper:
        tree = tree.this
    return tree


def _refuse_writing(tree: exp.Query) -> None:
    """A query may write: into a new table, or in a part WITH."""
    for found in tree.find_all(exp.Into, exp.DML, exp.Command):
        raise Untraceable("the query doesn't only read", *place_of(found))


def place_of(node: exp.Expr) -> tuple[int, int] | tuple[()]:
    """Line and column of the first name in a part of the tree, where that is known."""
    for name in node.find_all(exp.Identifier, bfs=False):
        meta = name.meta
        if "line" in meta:
            return meta["line"], meta["col"] - (meta["end"] - meta["start"])
    return ()


def _errorplace_of(error: Exception) -> tuple[int, int] | tuple[()]:
    for found in getattr(error, "errors", ()):
        if found.get("line"):
            return found["line"], found["col"]
    return ()


def foreign_calls(root: Scope) -> frozenset[str]:
    """The functions that the query calls and that aren't PostgreSQL's own, in lower case."""
    called = {call.name.lower() for call in root.expression.find_all(exp.Anonymous)}
    return frozenset(name for name in called if not is_harmless(name))


@contextmanager
def quiet() -> Iterator[None]:
    """Without sqlglot's own words about what it can't read: ours come with a place."""
    before, _LOGGER.disabled = _LOGGER.disabled, True
    try:
        yield
    finally:
        _LOGGER.disabled = before
