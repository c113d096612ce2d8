"""What a statement that a server has run reads and writes: one as pg_stat_statements keeps it, its constants `$1`.

Imports sqlglot: import it where statements are read.
"""

import re
from collections.abc import Iterator

from sqlglot import exp, parse
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.scopes import UNREADABLE, quiet
from schemaguard.sql.queries.traced import Source, Untraceable

_PLACEHOLDER = re.compile(
    r"""
    "(?:[^"]|"")*" | '(?:[^']|'')*' | --[^\n]* | /\*.*?\*/ | \$([a-z_]\w*)?\$.*?\$\1\$
    | (?<![\w$])(?P<placeholder>\$\d+)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CURSOR = re.compile(r'\s*declare\s+("(?:[^"]|"")*"|\S+)\s[\w\s]*?\bcursor\b[\w\s]*?\bfor\b', re.IGNORECASE)
_FIRST_WORD = re.compile(r"[\s(;]*(\w*)")
_READS_NOTHING = frozenset({
    "abort", "alter", "analyze", "begin", "checkpoint", "close", "cluster", "comment", "commit", "deallocate",
    "discard", "drop", "end", "explain", "fetch", "grant", "listen", "load", "lock", "move", "notify",
    "reassign", "reindex", "release", "reset", "revoke", "rollback", "savepoint", "security", "set", "show",
    "start", "truncate", "unlisten", "vacuum",
})  # fmt: skip
"""First words of statements that return no column of a user's table and decide nothing by one."""
_MAKES_NO_COPY = frozenset(
    {"INDEX", "SCHEMA", "SEQUENCE", "FUNCTION", "PROCEDURE", "TRIGGER", "EXTENSION", "DATABASE", "TYPE"}
)


@dataclass(frozen=True, slots=True)
class Accesses:
    """What one statement touches, every name with its schema."""

    reads: frozenset[Source] = frozenset()
    """The columns that it names, those of views and those of the tables below them."""
    relations: frozenset[Name] = frozenset()
    """The tables and views that it reads, of some perhaps no column (`count(*)`)."""
    writes: frozenset[Name] = frozenset()


def accesses(statement: str, catalog: Catalog) -> Accesses:
    """What the statement reads and writes, over a catalog whose search_path is that of whoever ran it.

    Raises Untraceable where that can't be shown.
    """
    text = _filled(statement)
    if cursor := _CURSOR.match(text):
        text = text[cursor.end() :]
    elif _first_word(text) in _READS_NOTHING:
        return Accesses()
    tree = _parsed(text)
    match tree:
        case exp.Query():
            return _of_query(tree, catalog)
        case exp.Insert() | exp.Update() | exp.Delete():
            return _of_writing(tree, catalog)
        case exp.Copy():
            return _of_copy(tree, catalog)
        case exp.Create() if isinstance(tree.expression, exp.Query):
            return _of_query(tree.expression, catalog)
        case exp.Create() if tree.kind in _MAKES_NO_COPY or tree.expression is None:
            return Accesses()
        case _:
            raise Untraceable(f"what {_first_word(text).upper()} reads isn't known")


def _filled(statement: str) -> str:
    """With a constant in place of every placeholder: `$1, $2` would else begin a dollar-quoted string."""
    return _PLACEHOLDER.sub(lambda found: "'1'" if found["placeholder"] else found[0], statement)


def _first_word(text: str) -> str:
    found = _FIRST_WORD.match(text)
    return found[1].lower() if found else ""


def _parsed(text: str) -> exp.Expr:
    try:
        with quiet():
            trees = [tree for tree in parse(text, dialect="postgres") if tree is not None]
            if len(trees) == 1:
                return normalize_identifiers(trees[0], dialect="postgres")
    except Exception as error:
        # What its parser raises on odd texts isn't only its own errors; its words may hold a piece of the text.
        raise Untraceable("the statement can't be read") from error
    raise Untraceable("the text isn't one statement")


def _of_query(tree: exp.Expr, catalog: Catalog) -> Accesses:
    if tree.find(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into) is not None:
        raise Untraceable("a query that writes")
    try:
        lineage = trace(tree.sql(dialect="postgres"), catalog)
    except Untraceable as error:
        if str(error).startswith(UNREADABLE):
            raise Untraceable("the statement can't be read") from error
        raise
    reads = lineage.reads | lineage.direct
    return Accesses(reads, lineage.relations | {name for name, _ in lineage.reads})


def _of_writing(tree: "exp.Insert | exp.Update | exp.Delete", catalog: Catalog) -> Accesses:
    """What an INSERT, UPDATE or DELETE reads: that of the query with the same expressions and conditions."""
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    written = frozenset({catalog.resolve(Name(target.name, target.db or None))})
    found = [Accesses(writes=written)]
    if isinstance(tree, exp.Insert) and (query := _source(tree)) is not None:
        if (common := tree.args.get("with_")) is not None:
            query.set("with_", common.copy())
        found.append(_of_query(query, catalog))
    elif isinstance(tree, exp.Update | exp.Delete):
        found.append(_of_query(_as_query(tree, target), catalog))
    if isinstance(tree, exp.Insert) and (named := list(_named_of_target(tree))):
        found.append(_of_query(exp.select(*named).from_(target.copy()), catalog))
    reads = frozenset().union(*(each.reads for each in found))
    relations = frozenset().union(*(each.relations for each in found))
    # Whoever writes a table and names no column of it to read isn't its reader.
    return Accesses(reads, relations - (written - {name for name, _ in reads}), written)


def _source(tree: exp.Insert) -> exp.Query | None:
    """The query that gives an INSERT its rows: its own, or one of the queries within its VALUES."""
    if isinstance(tree.expression, exp.Query):
        return tree.expression.copy()
    if tree.expression is None or tree.expression.find(exp.Query) is None:
        return None
    values = [value for row in tree.expression.expressions for value in row.expressions]
    return exp.select(*(value.copy() for value in values if value.find(exp.Query) is not None))


def _as_query(tree: "exp.Update | exp.Delete", target: exp.Expr) -> exp.Select:
    returning = tree.args.get("returning")
    shown = [each.expression.copy() for each in tree.expressions if isinstance(tree, exp.Update)]
    shown += [each.copy() for each in (returning.expressions if returning is not None else ())]
    query = exp.select(*(shown or [exp.Literal.number(1)])).from_(target.copy())
    source = tree.args.get("from_")
    others = [source.this] if source is not None else list(tree.args.get("using") or ())
    for other in others:
        query = query.join(other.copy(), join_type="cross")
    for key in ("where", "with_"):
        if (part := tree.args.get(key)) is not None:
            query.set(key, part.copy())
    return query


def _named_of_target(tree: exp.Insert) -> Iterator[exp.Expr]:
    """The columns of its own table that ON CONFLICT … DO UPDATE and RETURNING name."""
    for key in ("conflict", "returning"):
        part = tree.args.get(key)
        if part is None:
            continue
        if part.find(exp.Query) is not None:
            raise Untraceable(f"a query within {'RETURNING' if key == 'returning' else 'ON CONFLICT'}")
        # The columns of ON CONFLICT (…) say which row is meant: they are written.
        named = [*part.expressions, *([part.args["where"]] if part.args.get("where") else [])]
        for column in (column for each in named for column in each.find_all(exp.Column, exp.Star)):
            above = column.parent
            is_assigned = isinstance(above, exp.EQ) and above.parent is part and column.arg_key == "this"
            is_star = isinstance(column, exp.Star) and not isinstance(above, exp.Column)
            if is_star or (isinstance(column, exp.Column) and column.table != "excluded" and not is_assigned):
                yield column.copy()


def _of_copy(tree: exp.Copy, catalog: Catalog) -> Accesses:
    subject = tree.this
    if isinstance(subject, exp.Subquery):
        return _of_query(subject.this, catalog)
    columns = list(subject.expressions) if isinstance(subject, exp.Schema) else []
    target = subject.this if isinstance(subject, exp.Schema) else subject
    if tree.args.get("kind"):
        return Accesses(writes=frozenset({catalog.resolve(Name(target.name, target.db or None))}))
    shown: list[exp.Expr] = [exp.column(column.copy()) for column in columns]
    shown = shown or [exp.Star()]
    return _of_query(exp.select(*shown).from_(target.copy()), catalog)
