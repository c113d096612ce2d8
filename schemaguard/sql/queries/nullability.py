"""Whether an expression of a query can be NULL, as far as its own shape tells; where it doesn't, it can."""

from collections.abc import Callable

from sqlglot import exp

_NULL_WITH_ITS_PARTS = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike,
    exp.RegexpLike, exp.Between, exp.DPipe, exp.AtTimeZone, exp.Collate, exp.Extract, exp.TimestampTrunc,
    exp.DateTrunc, exp.TimeToStr, exp.Upper, exp.Lower, exp.Length, exp.Trim, exp.Replace, exp.Left, exp.Right,
    exp.Pad, exp.Reverse, exp.Repeat, exp.Initcap, exp.MD5, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Ln,
    exp.Exp, exp.Pow, exp.StrPosition, exp.SplitPart, exp.UnixToTime, exp.BitwiseAnd, exp.BitwiseOr,
)  # fmt: skip
"""Operators and strict functions that return NULL for a NULL and for nothing else, but a part of an infinite date."""
_NEVER_NULL = (
    exp.Count, exp.Literal, exp.Boolean, exp.Exists, exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime,
    exp.Localtimestamp, exp.Localtime, exp.CurrentUser, exp.Uuid, exp.Rand, exp.RowNumber, exp.Rank, exp.DenseRank,
    exp.PercentRank, exp.CumeDist, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Concat, exp.Array, exp.Interval,
)  # fmt: skip
_STRICT_CALLS = frozenset(
    {"float8", "age", "cardinality", "octet_length", "to_json", "to_jsonb", "quote_ident", "to_hex", "isfinite"}
)
"""Other functions of that kind, as they are called."""
_CALLS_WITHOUT_NULL = frozenset(
    {"clock_timestamp", "statement_timestamp", "transaction_timestamp", "jsonb_build_object", "json_build_object"}
    | {"jsonb_build_array", "json_build_array", "version", "nextval", "current_database"}
)


def may_be_null(value: exp.Expr, of_column: Callable[[exp.Column], bool]) -> bool:
    """Whether it can be NULL; `of_column` says it of a column."""

    def of(part: exp.Expr) -> bool:
        return may_be_null(part, of_column)

    match value:
        case exp.Column():
            return of_column(value)
        case _ if isinstance(value, _NEVER_NULL):
            return False
        case exp.Paren() | exp.Cast() | exp.Not() | exp.Neg():
            return of(value.this)
        case exp.Is():
            return not isinstance(value.expression, (exp.Null, exp.Boolean)) and of(value.this)
        case exp.Window() | exp.Filter():
            return not _is_told_of_any_rows(value)
        case exp.Greatest() | exp.Least():
            return all(of(part) for part in (value.this, *value.expressions))
        case exp.Anonymous():
            return _call_may_be_null(value, of)
        case exp.Coalesce():
            return all(of(part) for part in (value.this, *value.expressions))
        case exp.And() | exp.Or():
            return of(value.left) or of(value.right)
        case exp.Case():
            branches = [branch.args["true"] for branch in value.args.get("ifs") or ()]
            default = value.args.get("default")
            return default is None or any(of(branch) for branch in (*branches, default))
        case _ if isinstance(value, _NULL_WITH_ITS_PARTS):
            return any(of(part) for part in _operands(value))
        case _:
            return True


_OVER_ANY_FRAME = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist)


def _is_told_of_any_rows(value: exp.Expr) -> bool:
    """Whether a count or a rank is asked for, which there is for no rows at all too."""
    while isinstance(value, (exp.Window, exp.Filter)):
        value = value.this
    return isinstance(value, (exp.Count, *_OVER_ANY_FRAME))


def _operands(value: exp.Expr) -> list[exp.Expr]:
    """The values that an operator or a function is given; words such as the field of EXTRACT are none."""
    arguments = (one if isinstance(one, list) else [one] for one in value.args.values())
    given = [part for argument in arguments for part in argument]
    return [part for part in given if isinstance(part, exp.Expr) and not isinstance(part, (exp.Var, exp.Identifier))]


def _call_may_be_null(value: exp.Anonymous, of: Callable[[exp.Expr], bool]) -> bool:
    name = str(value.this).lower()
    if name in _CALLS_WITHOUT_NULL:
        return False
    return name not in _STRICT_CALLS or any(of(part) for part in value.expressions)
