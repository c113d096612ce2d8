"""Whether an expression of a query can be NULL, as far as its own shape tells; where it doesn't, it can."""

from collections.abc import Callable

from sqlglot import exp

_NULL_WITH_ITS_PARTS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def may_be_null(value: exp.Expr, of_column: Callable[[exp.Column], bool]) -> bool:
    """Whether it can be NULL; `of_column` says it of a column."""

    def of(part: exp.Expr) -> bool:
        return may_be_null(part, of_column)

    match value:
        case exp.Column():
            return of_column(value)
        case exp.Count() | exp.Literal() | exp.Boolean() | exp.Is() | exp.Exists() | exp.CurrentTimestamp():
            return False
        case exp.Paren() | exp.Cast() | exp.Not() | exp.Neg():
            return of(value.this)
        case exp.Coalesce():
            return all(of(part) for part in (value.this, *value.expressions))
        case exp.And() | exp.Or():
            return of(value.left) or of(value.right)
        case exp.Case():
            branches = [branch.args["true"] for branch in value.args.get("ifs") or ()]
            default = value.args.get("default")
            return default is None or any(of(branch) for branch in (*branches, default))
        case _ if isinstance(value, _NULL_WITH_ITS_PARTS):
            return of(value.left) or of(value.right)
        case _:
            return True
