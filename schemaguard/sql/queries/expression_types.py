"""The types of expressions, where their shape and the types of their columns show them; `unknown` everywhere else.

After the operators and functions of PostgreSQL's pg_operator and pg_proc; the tests ask servers.
"""

from collections.abc import Callable, Sequence

from sqlglot import exp

from schemaguard.catalog.types import Type, parse_type
from schemaguard.frozen import replace
from schemaguard.sql.queries.naming import UNKNOWN, cast_type

Inner = Callable[[exp.Expr], Type]
"""The type of a column or subquery within the expression, which takes a catalog."""

_TEXT, _BOOLEAN, _DOUBLE = Type("text"), Type("boolean"), Type("double precision")
_NUMERIC, _INTERVAL, _DATE = Type("numeric"), Type("interval"), Type("date")
_ZONED, _UNZONED = Type("timestamp with time zone"), Type("timestamp without time zone")
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_STRINGS = ("text", "character varying", "character", "bpchar")
_MOMENTS = ("timestamp with time zone", "timestamp without time zone")
_WIDTHS = ((31, "integer"), (63, "bigint"))

_FIXED: dict[type[exp.Expr], Type] = {
    exp.Count: Type("bigint"), exp.RowNumber: Type("bigint"), exp.Rank: Type("bigint"), exp.DenseRank: Type("bigint"),
    exp.Ntile: Type("integer"), exp.PercentRank: _DOUBLE, exp.CumeDist: _DOUBLE, exp.CurrentDate: _DATE,
    exp.CurrentTimestamp: _ZONED, exp.Localtimestamp: _UNZONED, exp.Extract: _NUMERIC, exp.TimeToStr: _TEXT,
    exp.Concat: _TEXT, exp.ConcatWs: _TEXT, exp.Replace: _TEXT, exp.SplitPart: _TEXT, exp.MD5: _TEXT,
    exp.Uuid: Type("uuid"), exp.Rand: _DOUBLE, exp.LogicalAnd: _BOOLEAN, exp.LogicalOr: _BOOLEAN, exp.Not: _BOOLEAN,
    exp.And: _BOOLEAN, exp.Or: _BOOLEAN, exp.Boolean: _BOOLEAN, exp.Exists: _BOOLEAN, exp.Initcap: _TEXT,
    exp.StrPosition: Type("integer"), exp.ArraySize: Type("integer"), exp.UnixToTime: _ZONED,
    exp.JSONExtractScalar: _TEXT, exp.Format: _TEXT, exp.Left: _TEXT, exp.Right: _TEXT,
}  # fmt: skip
_CALLED = {
    "clock_timestamp": _ZONED, "statement_timestamp": _ZONED, "transaction_timestamp": _ZONED, "age": _INTERVAL,
    "float8": _DOUBLE, "jsonb_agg": Type("jsonb"), "jsonb_build_object": Type("jsonb"), "to_jsonb": Type("jsonb"),
    "jsonb_object_agg": Type("jsonb"), "json_build_object": Type("json"), "to_json": Type("json"),
    "row_to_json": Type("json"), "every": _BOOLEAN, "cardinality": Type("integer"), "nextval": Type("bigint"),
    "array_to_string": _TEXT, "quote_ident": _TEXT, "regexp_replace": _TEXT, "strpos": Type("integer"),
    "make_date": _DATE, "make_interval": _INTERVAL, "octet_length": Type("integer"), "pg_sleep": Type("void"),
    "current_database": Type("name"), "version": _TEXT, "isfinite": _BOOLEAN, "to_hex": _TEXT, "concat": _TEXT,
}  # fmt: skip
_OF_STRINGS: dict[type[exp.Expr], Type] = {
    exp.Upper: _TEXT, exp.Lower: _TEXT, exp.Length: Type("integer"), exp.Trim: _TEXT, exp.Substring: _TEXT,
    exp.Pad: _TEXT, exp.Reverse: _TEXT, exp.Repeat: _TEXT, exp.GroupConcat: _TEXT,
}  # fmt: skip
"""What these return of a string; of a range or of bytes some of them return something else."""
_SUMS = {
    "smallint": "bigint", "integer": "bigint", "bigint": "numeric", "numeric": "numeric", "real": "real",
    "double precision": "double precision", "interval": "interval", "money": "money",
}  # fmt: skip
_MEANS = {
    "smallint": "numeric", "integer": "numeric", "bigint": "numeric", "numeric": "numeric", "interval": "interval",
    "real": "double precision", "double precision": "double precision",
}  # fmt: skip


def type_of(value: exp.Expr, inner: Inner) -> Type:
    """The type of an expression; `inner` says it of columns and subqueries."""

    def of(part: exp.Expr) -> Type:
        return type_of(part, inner)

    match value:
        case exp.Column() | exp.Subquery():
            return inner(value)
        case exp.Paren() | exp.Window() | exp.Filter() | exp.WithinGroup() | exp.Collate() | exp.IgnoreNulls():
            return of(value.this)
        case exp.Cast():
            return cast_type(value)
        case exp.Literal():
            return _literal(value)
        case exp.Predicate():
            return _BOOLEAN
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            return _common([value.this, *value.expressions], of)
        case exp.Case():
            default = value.args.get("default")
            branches = [branch.args["true"] for branch in value.args.get("ifs") or ()]
            return _common([*branches, default if default is not None else exp.Null()], of)
        case exp.Anonymous():
            return _CALLED.get(str(value.this).lower(), UNKNOWN)
        case _:
            return _computation(value, of)


def _computation(value: exp.Expr, of: Inner) -> Type:
    """The type of an aggregate's or an operator's result, which follows from its operands."""
    match value:
        case exp.Min() | exp.Max():
            return _extreme(of(value.this)) if not value.expressions else UNKNOWN
        case exp.Sum() | exp.Avg():
            names = _SUMS if isinstance(value, exp.Sum) else _MEANS
            found = of(value.this.expressions[0] if isinstance(value.this, exp.Distinct) else value.this)
            return Type(names[found.name]) if found.name in names and not found.dimensions else UNKNOWN
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            return _computed(value, of(value.left), of(value.right))
        case exp.Neg():
            return _plain(of(value.this)) if of(value.this).name in (*_NUMBERS, "interval") else UNKNOWN
        case exp.DPipe():
            return _joined(of(value.left), of(value.right), value)
        case exp.TimestampTrunc() | exp.DateTrunc():
            return _truncated(of(value.this))
        case exp.AtTimeZone():
            return {_MOMENTS[0]: _UNZONED, _MOMENTS[1]: _ZONED}.get(of(value.this).name, UNKNOWN)
        case _:
            return _by_class(value, of)


def _by_class(value: exp.Expr, of: Inner) -> Type:
    if isinstance(value, (exp.CurrentTimestamp, exp.Localtimestamp)) and value.this is not None:
        return UNKNOWN  # its precision would be a part of the type
    if isinstance(value, (exp.Left, exp.Right)) and not isinstance(value.this, exp.Expr):
        return UNKNOWN
    fixed = _FIXED.get(type(value))
    if fixed is not None:
        return fixed
    of_string = _OF_STRINGS.get(type(value))
    if of_string is not None and isinstance(value.this, exp.Expr) and of(value.this).name in _STRINGS:
        return of_string if not of(value.this).dimensions else UNKNOWN
    return UNKNOWN


def _plain(found: Type) -> Type:
    return replace(found, modifiers=())


def _literal(value: exp.Literal) -> Type:
    """A number's type; a string takes whatever type is wanted of it."""
    if value.is_string:
        return UNKNOWN
    text = str(value.this).replace("_", "")
    if not text.isdigit():
        return _NUMERIC if text.replace(".", "", 1).replace("e", "", 1).isdigit() else UNKNOWN
    return Type(next((name for bits, name in _WIDTHS if int(text) < 1 << bits), "numeric"))


def _common(parts: Sequence[exp.Expr], of: Inner) -> Type:
    """The type that several values have in common: NULL and strings in quotes take that of the others."""
    is_bare = [isinstance(part, exp.Null) or (isinstance(part, exp.Literal) and part.is_string) for part in parts]
    types = [of(part) for part, bare in zip(parts, is_bare, strict=True) if not bare]
    if not types or UNKNOWN in types:
        return UNKNOWN
    if all(found == types[0] for found in types):
        return _plain(types[0]) if any(is_bare) else types[0]
    if all(found.name == types[0].name and found.element.schema == types[0].schema for found in types):
        return _plain(types[0]) if types[0].dimensions == 0 and types[0].name in _NUMBERS else UNKNOWN
    return _promoted(types)


def united(left: Type, right: Type) -> Type:
    """The type of a column of a UNION and its like."""
    return left if left == right else _promoted([left, right])


def _promoted(types: Sequence[Type]) -> Type:
    if any(found.name not in _NUMBERS or found.dimensions for found in types):
        return UNKNOWN
    return Type(max((found.name for found in types), key=_NUMBERS.index))


def _extreme(found: Type) -> Type:
    """min() and max() of a string are of type text, but for character(n); none keeps a length."""
    if found.dimensions:
        return _plain(found)
    if found.name == "character varying":
        return _TEXT
    return UNKNOWN if found.name in ("character", "bpchar", "name") else _plain(found)


def _computed(value: exp.Expr, left: Type, right: Type) -> Type:
    if left.dimensions or right.dimensions or UNKNOWN in (left, right):
        return UNKNOWN
    names = {left.name, right.name}
    if names <= set(_NUMBERS):
        # A real and anything but a smaller one of its kind is computed in double precision.
        return _DOUBLE if "real" in names and names != {"real"} else _promoted([left, right])
    match value, left.name, right.name:
        case exp.Sub(), "date", "date":
            return Type("integer")
        case ((exp.Add() | exp.Sub()), "date", "integer"):
            return _DATE
        case exp.Add(), "integer", "date":
            return _DATE
        case ((exp.Add() | exp.Sub()), "date", "interval"):
            return _UNZONED
        case exp.Sub(), one, other if one in _MOMENTS and other in _MOMENTS and one == other:
            return _INTERVAL
        case ((exp.Add() | exp.Sub()), one, "interval") if one in (*_MOMENTS, "interval"):
            return _plain(replace(left, interval_fields=None))
        case _:
            return UNKNOWN


def _joined(left: Type, right: Type, value: exp.DPipe) -> Type:
    """Joining strings makes text, whatever their lengths."""
    literals = [isinstance(part, exp.Literal) and part.is_string for part in (value.left, value.right)]
    strings = [
        literal or (found.name in _STRINGS and not found.dimensions)
        for literal, found in zip(literals, (left, right), strict=True)
    ]
    return _TEXT if all(strings) else UNKNOWN


def _truncated(found: Type) -> Type:
    if found.dimensions:
        return UNKNOWN
    return {"date": _ZONED, _MOMENTS[0]: _ZONED, _MOMENTS[1]: _UNZONED, "interval": _INTERVAL}.get(found.name, UNKNOWN)


def as_returned(value: exp.Expr, found: Type) -> Type:
    """The type that a query returns: a bare string is text by then, as is a bare NULL."""
    while isinstance(value, exp.Paren):
        value = value.this
    is_bare = isinstance(value, exp.Null) or (isinstance(value, exp.Literal) and value.is_string)
    return parse_type("text") if is_bare else found
