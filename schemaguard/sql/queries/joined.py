"""What joins do to names: which columns USING and NATURAL merge, and which names stand for several columns."""

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from schemaguard.frozen import replace
from schemaguard.sql.queries.traced import Output

Shown = Callable[[exp.Table | Scope], list[Output] | None]
"""The columns of a FROM item, None where they aren't known."""


def merged_by_using(scope: Scope, found: list[Output], shown: Shown) -> list[Output]:
    """`*` over a join with USING or NATURAL shows a joined column once, and first."""
    joined = merged_names(scope, shown)
    merged: list[Output] = []
    for name in joined:
        same = [output for output in found if output.name == name]
        if same:
            merged.append(replace(same[0], sources=frozenset().union(*(output.sources for output in same))))
    return [*merged, *(output for output in found if output.name not in joined)]


def merged_names(scope: Scope, shown: Shown) -> tuple[str, ...]:
    """The columns that the joins of a scope compare by their name, in order."""
    joins = list(_joins(scope.expression))
    using = [identifier.name for join in joins for identifier in join.args.get("using") or ()]
    natural = [name for join in joins if join.method == "NATURAL" for name in _common(scope, join, shown)]
    return tuple(dict.fromkeys([*using, *natural]))


def _common(scope: Scope, join: exp.Join, shown: Shown) -> Iterator[str]:
    """The names that a NATURAL join's right side shares with what stands left of it."""
    right = scope.sources.get(join.alias_or_name)
    left = {
        output.name
        for name, source in scope.sources.items()
        if name in scope.selected_sources and name != join.alias_or_name
        for output in shown(source) or ()
    }
    if right is not None:
        yield from (output.name for output in shown(right) or () if output.name in left)


def is_sorted_by(scope: Scope, column: exp.Column) -> bool:
    """Whether the column is a bare item of ORDER BY or DISTINCT ON, where the names of the result come first."""
    parent = column.parent
    if isinstance(parent, exp.Ordered):
        return parent.parent is scope.expression.args.get("order")
    distinct = scope.expression.args.get("distinct")
    return isinstance(parent, exp.Tuple) and distinct is not None and parent is distinct.args.get("on")


def has_outer_join(scope: Scope) -> bool:
    """Whether an outer join may fill columns with NULL; which of them isn't looked at."""
    return any(join.side in ("LEFT", "RIGHT", "FULL") for join in _joins(scope.expression))


def _joins(node: exp.Expr) -> Iterator[exp.Join]:
    """The joins of a FROM, those in parentheses too, from left to right."""
    inner = node.args.get("from_") if isinstance(node, exp.Select) else node.this
    if isinstance(inner, (exp.From, exp.Table, exp.Subquery)) and not isinstance(
        inner.this, (exp.Select, exp.SetOperation)
    ):
        yield from _joins(inner)
    for join in node.args.get("joins") or ():
        yield from _joins(join)
        yield join
