"""Traces one query with sqlglot's parser and scopes.

The names are resolved here, over the catalog, as PostgreSQL resolves them; sqlglot's own resolution passes over tables
that it doesn't know.
"""

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope

from schemaguard.catalog.objects import Catalog, Column, Name, View
from schemaguard.catalog.types import Type
from schemaguard.frozen import replace
from schemaguard.sql.queries.as_made import Reads, columns_as_made, visible
from schemaguard.sql.queries.expression_types import as_returned, type_of, united
from schemaguard.sql.queries.joined import has_outer_join, is_sorted_by, merged_by_using, merged_names
from schemaguard.sql.queries.naming import UNKNOWN
from schemaguard.sql.queries.nullability import may_be_null
from schemaguard.sql.queries.output_names import NAMELESS
from schemaguard.sql.queries.scopes import UNREADABLE, foreign_calls, place_of, scope_of
from schemaguard.sql.queries.traced import Lineage, Output, Source, Untraceable, is_of_the_server

_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})
_DEEPEST = 30


def trace_query(query: str, catalog: Catalog, depth: int = 0, seen: Reads = frozenset()) -> Lineage:
    """What a query returns and reads.

    `depth` counts the views that it stands on; `seen` is what a view read when it was made: its `*` is no more than
    that.
    """
    if depth > _DEEPEST:
        raise Untraceable("views stand on each other too deeply")
    root = scope_of(query)
    try:
        return _traced(root, catalog, depth, seen)
    except SqlglotError as error:
        # Scopes look at their sources when these are asked for, and refuse two of a name, which PostgreSQL may not.
        raise Untraceable(f"{UNREADABLE}: {str(error).partition(chr(10))[0]}") from None


def _traced(root: Scope, catalog: Catalog, depth: int, seen: Reads) -> Lineage:
    tracer = _Tracer(root, catalog, depth, seen)
    outputs = tuple(tracer.outputs(root))
    for scope in root.traverse():
        tracer.read_all(scope)
    conditions = frozenset(tracer.reads)
    tracer.note(outputs)
    return Lineage(
        outputs,
        frozenset(tracer.reads),
        conditions,
        frozenset(tracer.direct),
        frozenset(tracer.relations),
        frozenset(tracer.qualified),
        any(_is_star(selected) for selected in _selects(root)),
        foreign_calls(root),
    )


def _selects(scope: Scope) -> list[exp.Expr]:
    found: list[exp.Expr] = list(getattr(scope.expression, "selects", ()))
    return found


def _is_star(selected: exp.Expr) -> bool:
    return isinstance(selected, exp.Star) or (isinstance(selected, exp.Column) and isinstance(selected.this, exp.Star))


class _Tracer:
    """Resolves the names of one query."""

    def __init__(self, root: Scope, catalog: Catalog, depth: int, seen: Reads) -> None:
        self.catalog = catalog
        self.depth = depth
        self.seen = seen
        self.reads: set[Source] = set()
        self.direct: set[Source] = set()
        self.relations: set[Name] = set()
        self.qualified: set[Name] = set()
        self.known: dict[int, list[Output] | None] = {}
        self.scopes: dict[int, Scope] = {id(scope.expression): scope for scope in root.traverse()}

    # What a source shows

    def shown(self, source: exp.Table | Scope) -> list[Output] | None:
        """The columns that a FROM item shows; None where any name could be one of them (a function)."""
        key = id(source)
        if key not in self.known:
            self.known[key] = []  # a recursive CTE meets itself: what it shows is what its first branch shows
            if not isinstance(source, exp.Table):
                self.known[key] = self.of_scope(source)
            elif isinstance(source.this, exp.Identifier):
                self.known[key] = self.of_relation(source)
            else:
                self.known[key] = _named_by_alias(source)
        return self.known[key]

    def of_relation(self, source: exp.Table) -> list[Output] | None:
        name = Name(source.name, source.db or None)
        if is_of_the_server(name):
            return None
        resolved = self.catalog.resolve(name)
        table, view = self.catalog.tables.get(resolved), self.catalog.views.get(resolved)
        if table is None and view is None:
            raise Untraceable(f"the relation {name} isn't known", *place_of(source))
        self.relations.add(resolved)
        if name.schema is not None:
            self.qualified.add(resolved)
        if table is not None:
            if table.open:
                raise Untraceable(f"not all columns of {name} are known", *place_of(source))
            shown = [_of_column(resolved, column) for column in table.columns]
        else:
            assert view is not None
            shown = self.of_view(resolved, view)
        return _renamed(visible(shown, resolved, self.seen), [str(name) for name in source.alias_column_names])

    def of_view(self, name: Name, view: View) -> list[Output]:
        """What a view shows; its own columns are sources too, and are replaced by their base columns in `reads`."""
        outputs, conditions = view_lineage(view, self.catalog, self.depth)
        self.reads |= conditions
        return [replace(output, sources=output.sources | {(name, output.name)}) for output in outputs]

    def of_scope(self, scope: Scope) -> list[Output] | None:
        if isinstance(scope.expression, (exp.UDTF, exp.Values)) and not isinstance(scope.expression, exp.Subquery):
            return self.of_lateral(scope.expression)
        names = list(scope.outer_columns)
        if not scope.sources and id(scope.expression) in self.scopes:
            # A recursive CTE, as its own second branch sees it: its first branch, under the names of the CTE.
            scope = self.scopes[id(scope.expression)]
            cte = scope.expression.find_ancestor(exp.CTE)
            names = [str(name) for name in cte.alias_column_names] if cte is not None else []
        return _renamed(self.outputs(scope), names)

    def of_lateral(self, source: exp.Expr) -> list[Output] | None:
        """What LATERAL (a query) shows; a function or VALUES shows what its alias lists."""
        query = source.this.this if isinstance(source, exp.Lateral) and isinstance(source.this, exp.Subquery) else None
        inner = self.scopes.get(id(query))
        if inner is None:
            return _named_by_alias(source)
        return _renamed(self.outputs(inner), [str(name) for name in getattr(source, "alias_column_names", ())])

    # What a query returns

    def outputs(self, scope: Scope) -> list[Output]:
        if scope.set_operation_scopes:
            left, right = (self.outputs(branch) for branch in scope.set_operation_scopes)
            return [
                Output(a.name, united(a.type, b.type), a.sources | b.sources, False, True)
                for a, b in zip(left, right, strict=False)
            ]
        found: list[Output] = []
        for selected in _selects(scope):
            if _is_star(selected):
                found += self.starred(scope, selected)
            else:
                found.append(self.output(scope, selected))
        return found

    def starred(self, scope: Scope, selected: exp.Expr) -> list[Output]:
        table = getattr(selected, "table", "")
        if table and table not in scope.sources:
            raise Untraceable(f"{table}.* names nothing in FROM", *place_of(selected))
        found: list[Output] = []
        for name, source in scope.sources.items() if not table else [(table, scope.sources[table])]:
            if not table and name not in scope.selected_sources:
                continue  # a CTE that isn't in FROM
            shown = self.shown(source)
            if shown is None:
                raise Untraceable(f"the columns of {name} aren't known", *place_of(selected))
            found += shown
        return found if table else merged_by_using(scope, found, self.shown)

    def output(self, scope: Scope, selected: exp.Expr) -> Output:
        value = selected.this if isinstance(selected, exp.Alias) else selected
        name = selected.alias if isinstance(selected, exp.Alias) else self.own_name(value)
        if isinstance(value, exp.Column):
            found = self.resolve(scope, value)
            if len(found) == 1:
                nullable = found[0].may_be_null or has_outer_join(scope)
                return replace(found[0], name=name, may_be_null=nullable)
        sources: set[Source] = set()
        for column in value.find_all(exp.Column):
            inner = self.own_scope(scope, column)
            sources.update(*(output.sources for output in self.resolve(inner, column)))
        nullable = may_be_null(value, lambda column: self.is_nullable(scope, column))
        return Output(name, as_returned(value, self.type_of(scope, value)), frozenset(sources), False, nullable)

    def own_name(self, value: exp.Expr) -> str:
        """What an item is called that has no AS: a column, a field, or a subquery that returns `*`."""
        if isinstance(value, (exp.Column, exp.Dot)):
            return value.name
        query = value.find(exp.Subquery)
        inner = self.scopes.get(id(query.this)) if query is not None else None
        shown = self.outputs(inner) if inner is not None else []
        return shown[0].name if shown else NAMELESS

    def is_nullable(self, scope: Scope, column: exp.Column) -> bool:
        found = self.resolve(self.own_scope(scope, column), column)
        return has_outer_join(scope) or not found or any(output.may_be_null for output in found)

    def own_scope(self, scope: Scope, column: exp.Column) -> Scope:
        """The scope of the subquery that a column stands in, within an expression of `scope`."""
        select = column.find_ancestor(exp.Select)
        return self.scopes.get(id(select), scope)

    def type_of(self, scope: Scope, value: exp.Expr) -> Type:
        def inner(part: exp.Expr) -> Type:
            if isinstance(part, exp.Column):
                found = self.resolve(self.own_scope(scope, part), part)
                return found[0].type if len(found) == 1 else UNKNOWN
            query = self.scopes.get(id(part.this))
            returned = self.outputs(query) if query is not None else []
            return returned[0].type if len(returned) == 1 else UNKNOWN

        return type_of(value, inner)

    # What a query reads

    def read_all(self, scope: Scope) -> None:
        """Every relation that a scope reads, and every column that it names outside of what the query returns."""
        for source in scope.sources.values():
            self.shown(source)
        is_root = scope.parent is None
        returned = {id(selected) for selected in _selects(scope)} if is_root else set()
        for column in scope.find_all(exp.Column):
            if isinstance(column.this, exp.Star) or (returned and _is_within(column, returned)):
                continue
            self.note(self.resolve(scope, column))
        self.read_clauses(scope)
        if not is_root:
            for selected in _selects(scope):
                if _is_star(selected):
                    self.note(self.starred(scope, selected))

    def read_clauses(self, scope: Scope) -> None:
        """The columns of JOIN … USING and NATURAL JOIN, and those that GROUP BY names by their position."""
        for name in merged_names(scope, self.shown):
            self.note(self.in_scope(scope, name, "") or ())
        group = scope.expression.args.get("group")
        for item in group.expressions if group is not None else ():
            if isinstance(item, exp.Literal) and item.is_int:
                self.note(self.outputs(scope)[int(item.name) - 1 : int(item.name)])

    def note(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            for name, column in output.sources:
                if name in self.catalog.tables:
                    self.reads.add((name, column))
                if name in self.relations:
                    self.direct.add((name, column))

    def resolve(self, scope: Scope, column: exp.Column) -> list[Output]:
        """The columns that a name may mean in a scope or those around it; several where USING joins them."""
        name, table = column.name, column.table
        if isinstance(column.this, exp.Star):
            return self.starred(scope, column)  # row(t.*), count(t.*)
        at: Scope | None = scope
        while at is not None:
            found = self.in_scope(at, name, table)
            if found is not None:
                return found if len(found) < 2 else self.one_of(scope, column, at, found)
            at = at.parent
        is_of_branches = bool(scope.set_operation_scopes) and not table
        if is_of_branches or _is_output_alias(scope, column):
            named = [output for output in self.outputs(scope) if output.name == name]
            if named:
                return named
        if name in _SYSTEM_COLUMNS and not table:
            return []
        raise Untraceable(f"the column {column.sql(dialect='postgres')} isn't known", *place_of(column))

    def one_of(self, scope: Scope, column: exp.Column, at: Scope, found: list[Output]) -> list[Output]:
        """What a name means that several FROM items show: the server refuses it, but for USING and ORDER BY."""
        if column.table or column.name in scope.selected_sources or column.name in merged_names(at, self.shown):
            return found
        if is_sorted_by(scope, column):
            named = [output for output in self.outputs(scope) if output.name == column.name]
            if named:
                return named
        raise Untraceable(f"the column {column.name} is ambiguous", *place_of(column))

    def in_scope(self, scope: Scope, name: str, table: str) -> list[Output] | None:
        candidates = {
            alias: source
            for alias, source in scope.sources.items()
            if (alias == table if table else alias in scope.selected_sources)
        }
        found: list[Output] = []
        anything = False
        for source in candidates.values():
            shown = self.shown(source)
            anything = anything or shown is None
            found += [output for output in shown or () if output.name == name]
        if found:
            return found
        if not table and name in scope.selected_sources:
            return self.shown(scope.sources[name]) or []  # the whole row
        if anything or (table and candidates and name in _SYSTEM_COLUMNS):
            return []
        return None


def view_lineage(view: View, catalog: Catalog, depth: int = 0) -> tuple[list[Output], frozenset[Source]]:
    """What a view shows of the tables below it, and what decides on its rows."""
    try:
        lineage = trace_query(view.query, catalog, depth + 1, view.reads)
    except Untraceable:
        if view.columns is None or depth >= _DEEPEST:
            raise
        return columns_as_made(view, catalog)
    if view.columns is None:
        return list(lineage.outputs), lineage.conditions
    if len(view.columns) > len(lineage.outputs):
        return columns_as_made(view, catalog)
    pairs = zip(view.columns, lineage.outputs, strict=False)
    return [replace(output, name=column.name) for column, output in pairs], lineage.conditions


def _of_column(table: Name, column: Column) -> Output:
    return Output(
        column.name, column.type, frozenset({(table, column.name)}), True, not column.not_null, column.collation
    )


def _renamed(shown: list[Output], names: list[str]) -> list[Output]:
    """With the names that `AS alias(a, b)` or `WITH name(a, b)` gives."""
    return [replace(output, name=names[at]) if at < len(names) else output for at, output in enumerate(shown)]


def _named_by_alias(source: exp.Expr) -> list[Output] | None:
    """A function or VALUES in FROM shows what its alias lists; without a list a function could show anything."""
    names = [str(name) for name in getattr(source, "alias_column_names", ())]
    if isinstance(source, exp.Values) and source.expressions:
        row = source.expressions[0]
        many = len(row.expressions) if isinstance(row, exp.Tuple) else 1
        names += [f"column{number}" for number in range(len(names) + 1, many + 1)]
    ordinality = source.args.get("offset")
    if names and isinstance(ordinality, exp.Identifier):
        names.append(ordinality.name)
    return [Output(name, UNKNOWN, frozenset()) for name in names] if names else None


def _is_within(node: exp.Expr, roots: set[int]) -> bool:
    at: exp.Expr | None = node
    while at is not None:
        if id(at) in roots:
            return True
        at = at.parent
    return False


def _is_output_alias(scope: Scope, column: exp.Column) -> bool:
    """Whether ORDER BY or GROUP BY names a column of the result."""
    if column.table or column.find_ancestor(exp.Order, exp.Group, exp.Select) in (None, scope.expression):
        return False
    return any(isinstance(selected, exp.Alias) and selected.alias == column.name for selected in _selects(scope))
