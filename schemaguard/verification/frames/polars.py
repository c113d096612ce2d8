"""Checks on a column of polars, as pandera calls them: with a lazy frame and the column's name."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, assert_never

import polars as pl

from schemaguard.catalog.types import Type
from schemaguard.verification.checks import (
    NUMBERS,
    STRINGS,
    Bound,
    Check,
    Distinct,
    NoLonger,
    OneOf,
    Required,
    ValueKind,
    is_single,
    number,
)

Data = Any
"""pandera's pair: `lazyframe`, and the column's name as `key`."""
_KEEPS: dict[str, Callable[[Any, Any], Any]] = {
    "≥": operator.ge, ">": operator.gt, "≤": operator.le, "<": operator.lt,
}  # fmt: skip
_LARGEST = 2**100
"""Beyond every whole number of polars' common types, and within its literals."""
_EXACT_DIGITS = 28


def keeps(check: Check, kind: ValueKind, is_padded: bool) -> Callable[[Data], pl.LazyFrame]:
    """Which rows keep the promise; those without a value keep all but `Required`."""

    def judge(data: Data) -> pl.LazyFrame:
        dtype = data.lazyframe.collect_schema()[data.key]
        column = pl.col(data.key)
        if dtype.is_float():
            column = column.fill_nan(None)
        if isinstance(check, Required):
            return data.lazyframe.select(column.is_not_null())  # type: ignore[no-any-return]  # pandera has no types
        if kind in STRINGS:
            column = column.cast(pl.String)
        if is_padded:
            column = column.str.strip_chars_end(" ")
        kept = _kept(check, kind, column, dtype)
        return data.lazyframe.select(column.is_null() | kept)  # type: ignore[no-any-return]  # as above

    return judge


def _kept(check: Check, kind: ValueKind, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    match check:
        case Bound():
            exact = ValueKind.INTEGER if dtype.is_integer() else kind
            return _KEEPS[check.sign](column, _scalar(check.limit_for(exact), dtype))  # type: ignore[no-any-return]
        case OneOf():
            return _is_listed(check, kind, column, dtype)
        case NoLonger():
            return column.str.len_chars() <= check.characters
        case Distinct():
            return column.is_first_distinct()
        case Required():
            return column.is_not_null()
        case _ as unknown:
            assert_never(unknown)


def _scalar(value: Decimal, dtype: pl.DataType) -> pl.Expr:
    """A number as the column has them."""
    if dtype.is_integer() and value == value.to_integral_value():
        return pl.lit(max(-_LARGEST, min(_LARGEST, int(value))))
    if dtype.is_decimal() and abs(value) < 10**_EXACT_DIGITS:
        return pl.lit(value)
    literal = pl.lit(float(value), dtype=pl.Float64)
    return literal.cast(dtype) if dtype.is_float() and is_single(value) else literal


def _is_listed(check: OneOf, kind: ValueKind, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if kind is ValueKind.BOOLEAN:
        return pl.any_horizontal(*(column == (value.lower() == "true") for value in check.values), pl.lit(False))
    if kind in NUMBERS:
        found = [value for text in check.values if (value := number(text)) is not None]
        return pl.any_horizontal(*(column == _scalar(value, dtype) for value in found), pl.lit(False))
    return column.is_in(list(check.values))


def fits(kind: ValueKind, type_: Type) -> Callable[[Data], pl.LazyFrame]:
    """Whether the column is of a dtype that values of the type are read as."""

    def judge(data: Data) -> pl.LazyFrame:
        dtype = data.lazyframe.collect_schema()[data.key]
        does_fit = isinstance(dtype, pl.Null) or _fits(kind, type_, dtype)
        # Row by row: pandera can't put a plain False beside the values that other checks refuse.
        return data.lazyframe.select(pl.col(data.key).is_null() | does_fit)  # type: ignore[no-any-return]  # as above

    return judge


def _fits(kind: ValueKind, type_: Type, dtype: pl.DataType) -> bool:
    if kind is ValueKind.INTEGER:
        return dtype.is_integer()
    if kind in NUMBERS:
        return dtype.is_numeric()
    if kind in STRINGS:
        return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    if kind is ValueKind.BOOLEAN:
        return isinstance(dtype, pl.Boolean)
    if type_.dimensions:
        return True
    if type_.name.startswith("timestamp"):
        has_zone = type_.name.endswith("with time zone")
        return isinstance(dtype, pl.Datetime) and (dtype.time_zone is not None) == has_zone
    return isinstance(dtype, pl.Date) if type_.name == "date" else True
