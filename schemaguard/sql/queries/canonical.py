"""A query in one spelling: what decides which rows there are, and what each column is made of.

Formatting, comments, aliases, qualifiers, the order of GROUP BY's numbers and the spelling of casts and joins don't
count. Two queries that are equal here do the same; two that differ may.
"""

from collections.abc import Iterator
from functools import lru_cache

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.scopes import scope_of
from schemaguard.sql.queries.traced import Untraceable


@dataclass(frozen=True, slots=True)
class Canonical:
    """`rows` decides which rows there are, and so do `joins`, but for those that only look something up.

    `outputs` are the columns, in order, by what they are made of.
    """

    rows: str
    outputs: tuple[str, ...]
    joins: tuple["Joined", ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """A join by its text; `looks_up` is the (schema, table) of a LEFT JOIN, and `by` its columns that are compared."""

    text: str
    looks_up: tuple[str, str] | None = None
    by: frozenset[str] = frozenset()


def canonical(query: str, catalog: Catalog) -> Canonical:
    """The query in one spelling. Raises Untraceable where it can't be read, or a star shows columns nobody listed."""
    path = catalog.search_path
    shapes = _Shapes(catalog)
    try:
        return _canonical(query, shapes, path)
    except Untraceable:
        raise
    except Exception as error:
        # Odd trees make the library fail in its own ways; whichever it is, the two texts can't be compared.
        raise Untraceable(f"the query can't be compared: {type(error).__name__}") from None


class _Shapes:
    """A catalog as a cache's key: the same object."""

    __slots__ = ("catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shapes) and other.catalog is self.catalog

    def __hash__(self) -> int:
        return id(self.catalog)


@lru_cache(maxsize=64)
def _canonical(query: str, shapes: _Shapes, path: tuple[str, ...]) -> Canonical:
    del path  # a part of the cache's key: the same text means other relations under another one
    root = scope_of(query)
    catalog = shapes.catalog
    for named in [_named(scope, catalog, number) for number, scope in enumerate(root.traverse())]:
        _qualify(named)
    for scope in root.traverse():
        _spell(scope)
    return _parts(root.expression)


def _parts(tree: exp.Expr) -> Canonical:
    if isinstance(tree, exp.Union) and not tree.args.get("distinct"):
        left, right = _parts(_bare(tree.this)), _parts(_bare(tree.expression))
        rest = _sql(tree, without=("this", "expression"))
        pairs = zip(left.outputs, right.outputs, strict=False)
        rows = " UNION ALL ".join(f"{b.rows} {' '.join(join.text for join in b.joins)}" for b in (left, right))
        return Canonical(f"{rows} {rest}", tuple(f"{a} or {b}" for a, b in pairs))
    if not isinstance(tree, exp.Select):
        text = tree.sql(dialect="postgres", comments=False)
        return Canonical(text, tuple(text for _ in getattr(tree, "selects", ())))
    outputs = tuple(_value(selected).sql(dialect="postgres", comments=False) for selected in tree.selects)
    rows = _sql(tree, without=("expressions", "joins"))
    if tree.args.get("distinct"):
        rows = f"{rows} of {', '.join(outputs)}"
    return Canonical(rows, outputs, tuple(_joined(join) for join in tree.args.get("joins") or ()))


def _joined(join: exp.Join) -> Joined:
    text, table, on = join.sql(dialect="postgres", comments=False), join.this, join.args.get("on")
    if join.side != "LEFT" or not isinstance(table, exp.Table) or on is None:
        return Joined(text)
    terms = list(on.flatten()) if isinstance(on, exp.And) else [on]
    by = [_compared(term, table.alias) for term in terms]
    if None in by:
        return Joined(text)
    return Joined(text, (table.db, table.name), frozenset(name for name in by if name is not None))


def _compared(term: exp.Expr, alias: str) -> str | None:
    """The joined table's column that the term holds equal to something of another relation, None for any other term."""
    if not isinstance(term, exp.EQ):
        return None
    sides = [side for side in (term.left, term.right) if isinstance(side, exp.Column)]
    own = [side.name for side in sides if side.table == alias]
    return own[0] if len(sides) == 2 and len(own) == 1 else None


def _sql(tree: exp.Expr, *, without: tuple[str, ...]) -> str:
    """The clauses of the tree, name by name, but for some."""
    clauses = []
    for name, value in sorted(tree.args.items()):
        if name in without or value is None or value is False or value == []:
            continue
        parts = value if isinstance(value, list) else [value]
        texts = (p.sql(dialect="postgres", comments=False) if isinstance(p, exp.Expr) else str(p) for p in parts)
        clauses.append(f"{name}: {' '.join(texts)}")
    return "; ".join(clauses)


def _value(selected: exp.Expr) -> exp.Expr:
    return selected.this if isinstance(selected, exp.Alias) else selected


def _bare(tree: exp.Expr) -> exp.Expr:
    while isinstance(tree, (exp.Subquery, exp.Paren)) and not tree.alias:
        tree = tree.this
    return tree


# Names


@dataclass(frozen=True, slots=True)
class _Named:
    """A scope as it was written: what its relations are called in the one spelling, and which columns they have."""

    scope: Scope
    names: dict[str, str]
    """Alias → the relation's full name."""
    shown: dict[str, tuple[str, ...]]
    """Alias of each FROM item → its columns, as far as they are known; empty where they aren't."""
    columns: tuple[exp.Column, ...]


def _named(scope: Scope, catalog: Catalog, number: int) -> _Named:
    names: dict[str, str] = {}
    shown: dict[str, tuple[str, ...]] = {}
    for place, (alias, (_, source)) in enumerate(scope.selected_sources.items()):
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            resolved = catalog.resolve(Name(source.name, source.db or None))
            shown[alias] = _columns(resolved, catalog)
            spelled = f"{resolved.schema}.{resolved.name}"
            names[alias] = spelled if spelled not in names.values() else f"{spelled} {number} {place}"
        else:
            shown[alias] = tuple(getattr(source.expression, "named_selects", ())) if isinstance(source, Scope) else ()
            names[alias] = alias
    return _Named(scope, names, shown, tuple(scope.columns))


def _columns(name: Name, catalog: Catalog) -> tuple[str, ...]:
    table, view = catalog.tables.get(name), catalog.views.get(name)
    shown = table.columns if table is not None else view.columns if view is not None else None
    return tuple(column.name for column in shown or ())


def _qualify(named: _Named) -> None:
    """Give every relation its full name and every column the name of its relation; stars become their columns."""
    scope = named.scope
    sources = [(alias, source) for alias, (_, source) in scope.selected_sources.items()]
    _expand_stars(named)
    for column in named.columns:
        _qualify_column(column, named)
    for alias, source in sources:
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            full = named.names[alias]
            source.set("db", exp.to_identifier(full.partition(".")[0], quoted=True))
            source.set("alias", exp.TableAlias(this=exp.to_identifier(full, quoted=True)))


def _qualify_column(column: exp.Column, named: _Named) -> None:
    if isinstance(column.this, exp.Star):
        return
    if column.table:
        if column.table in named.names:
            _put(column, named.names[column.table])
        return
    having = [alias for alias, columns in named.shown.items() if column.name in columns]
    unknown = [alias for alias, columns in named.shown.items() if not columns]
    if len(having) == 1:
        _put(column, named.names[having[0]])
    elif not having and len(unknown) == len(named.shown) == 1:
        _put(column, named.names[unknown[0]])


def _put(column: exp.Column, table: str) -> None:
    column.set("table", exp.to_identifier(table, quoted=True))
    column.set("db", None)


def _expand_stars(named: _Named) -> None:
    tree = named.scope.expression
    if not isinstance(tree, exp.Select) or not any(_star_of(each) is not None for each in tree.expressions):
        return
    joins = tree.args.get("joins") or ()
    if any(join.args.get("using") or join.method == "NATURAL" for join in joins):
        return  # which of two columns stands for both is left to the server
    found: list[exp.Expr] = []
    for selected in tree.expressions:
        table = _star_of(selected)
        of = list(named.shown) if table == "" else [table or ""]
        if table is None:
            found.append(selected)
        elif all(named.shown.get(alias) for alias in of):
            found += [_column(named.names[alias], name) for alias in of for name in named.shown[alias]]
        else:
            return
    tree.set("expressions", found)


def _column(table: str, name: str) -> exp.Column:
    return exp.Column(this=exp.to_identifier(name), table=exp.to_identifier(table, quoted=True))


def _star_of(selected: exp.Expr) -> str | None:
    """The relation of `relation.*`, the empty string for a star alone, None for anything else."""
    if isinstance(selected, exp.Star):
        return "" if not any(selected.args.values()) else None
    if isinstance(selected, exp.Column) and isinstance(selected.this, exp.Star):
        return selected.table
    return None


# Spellings


def _spell(scope: Scope) -> None:
    tree = scope.expression
    for join in tree.find_all(exp.Join):
        join.set("kind", None if join.args.get("kind") in ("INNER", "OUTER") else join.args.get("kind"))
    for ordered in tree.find_all(exp.Ordered):
        is_descending = bool(ordered.args.get("desc"))
        ordered.set("desc", is_descending or None)
        if bool(ordered.args.get("nulls_first")) == is_descending:
            ordered.set("nulls_first", None)
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("quoted", True)
    for paren in list(tree.find_all(exp.Paren)):
        if _is_idle(paren):
            paren.replace(paren.this)
    if isinstance(tree, exp.Select):
        _spell_positions(tree)


_ATOMS = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Cast, exp.Null, exp.Boolean)


def _is_idle(paren: exp.Paren) -> bool:
    """Whether the parentheses hold something that nothing around it could tear apart."""
    if isinstance(paren.this, _ATOMS) and not isinstance(paren.this, exp.Binary):
        return True  # AND and OR count as functions there
    if isinstance(paren.parent, exp.Connector):
        is_simple = isinstance(paren.this, exp.Predicate) and not isinstance(paren.this, exp.Connector)
        return is_simple or type(paren.this) is type(paren.parent)
    around = (exp.Where, exp.Having, exp.Alias, exp.Select, exp.Join, exp.Ordered, exp.Func, exp.Paren)
    return isinstance(paren.parent, around) and not isinstance(paren.parent, exp.Binary)


def _spell_positions(tree: exp.Select) -> None:
    """GROUP BY 1 and ORDER BY 1, or by the name of an output, as what stands there."""
    values = [_value(selected) for selected in tree.expressions]
    named = {selected.alias: selected.this for selected in tree.expressions if isinstance(selected, exp.Alias)}
    group, order = tree.args.get("group"), tree.args.get("order")
    for item in list(_items(group)) + [ordered.this for ordered in _items(order)]:
        if isinstance(item, exp.Literal) and item.is_int and 0 < int(item.name) <= len(values):
            item.replace(values[int(item.name) - 1].copy())
        elif isinstance(item, exp.Column) and not item.table and item.name in named:
            item.replace(named[item.name].copy())


def _items(clause: exp.Expr | None) -> Iterator[exp.Expr]:
    yield from clause.expressions if clause is not None else ()
