"""Checks on a series of pandas, as pandera calls them."""

import datetime
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, assert_never

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

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

Series = Any
"""A pandas.Series of whatever there is."""
_KEEPS: dict[str, Callable[[Any, Any], Any]] = {
    "≥": operator.ge, ">": operator.gt, "≤": operator.le, "<": operator.lt,
}  # fmt: skip


def keeps(check: Check, kind: ValueKind, is_padded: bool) -> Callable[[Series], Series]:
    """Which rows keep the promise; those without a value keep all but `Required`."""

    def judge(series: Series) -> Series:
        is_there = ~series.isna()
        if isinstance(check, Required):
            return is_there
        present = series[is_there]
        if is_padded and len(present):
            present = present.str.rstrip(" ")
        # By position: an index may have a label twice.
        kept = np.ones(len(series), dtype=bool)
        kept[is_there.to_numpy(dtype=bool)] = np.asarray(_kept(check, kind, present), dtype=bool)
        return pd.Series(kept, index=series.index)

    return judge


def _kept(check: Check, kind: ValueKind, present: Series) -> Any:
    if not len(present):
        return []
    match check:
        case Bound():
            return _KEEPS[check.sign](present, _scalar(check.limit_for(_kind_of(present, kind)), present))
        case OneOf():
            return present.isin(_listed(check, kind, present))
        case NoLonger():
            return present.str.len() <= check.characters
        case Distinct():
            return ~present.duplicated()
        case Required():
            return np.ones(len(present), dtype=bool)
        case _ as unknown:
            assert_never(unknown)


def _kind_of(present: Series, kind: ValueKind) -> ValueKind:
    """Whole numbers that NULLs made floats are compared as floats."""
    return (
        ValueKind.INTEGER
        if dtypes.is_integer_dtype(present.dtype)
        else (ValueKind.EXACT if kind is ValueKind.INTEGER else kind)
    )


def _scalar(value: Decimal, series: Series) -> Any:
    """A number as the series has them."""
    if dtypes.is_integer_dtype(series.dtype):
        return int(value) if value == value.to_integral_value() else float(value)
    if not dtypes.is_float_dtype(series.dtype):
        return value
    # A plain float is taken for one of the series' own, a double isn't.
    return float(value) if is_single(value) else np.float64(value)


def _listed(check: OneOf, kind: ValueKind, present: Series) -> list[Any]:
    if kind is ValueKind.BOOLEAN:
        return [value.lower() == "true" for value in check.values]
    if kind not in NUMBERS:
        return list(check.values)
    if dtypes.is_integer_dtype(present.dtype):
        # Beside a fraction, which no whole number is equal to, pandas would compare them all as floats.
        whole = (value for text in check.values if (value := number(text)) is not None)
        return [int(value) for value in whole if value == value.to_integral_value()]
    found = [_scalar(value, present) for text in check.values if (value := number(text)) is not None]
    if not dtypes.is_float_dtype(present.dtype):
        return found
    return list(np.asarray(found, dtype=present.to_numpy().dtype))


def fits(kind: ValueKind, type_: Type) -> Callable[[Series], bool]:
    """Whether the series is of a dtype that values of the type are read as."""

    def judge(series: Series) -> bool:
        present = series[~series.isna()]
        return not len(present) or _fits(kind, type_, present)

    return judge


def _fits(kind: ValueKind, type_: Type, present: Series) -> bool:
    dtype = present.dtype
    is_object = dtypes.is_object_dtype(dtype)
    if kind in NUMBERS:
        if dtypes.is_bool_dtype(dtype) or not (dtypes.is_numeric_dtype(dtype) or is_object):
            return False
        if is_object and not _all(present, (int, float, Decimal, np.number)):
            return False
        return kind is not ValueKind.INTEGER or dtypes.is_integer_dtype(dtype) or _is_whole(present)
    if kind in STRINGS:
        of = present.cat.categories.to_series() if isinstance(dtype, pd.CategoricalDtype) else present
        return dtypes.is_string_dtype(of.dtype) and _all(of, (str,))
    if kind is ValueKind.BOOLEAN:
        return dtypes.is_bool_dtype(dtype) or (is_object and _all(present, (bool, np.bool_)))
    if type_.dimensions:
        return True
    if type_.name.startswith("timestamp"):
        has_zone = getattr(dtype, "tz", None) is not None
        return dtypes.is_datetime64_any_dtype(dtype) and has_zone == type_.name.endswith("with time zone")
    if type_.name == "date":
        return dtypes.is_datetime64_any_dtype(dtype) or (is_object and _all(present, (datetime.date,)))
    return True


def _all(series: Series, types: tuple[type, ...]) -> bool:
    return all(isinstance(value, types) and not (isinstance(value, bool) and bool not in types) for value in series)


def _is_whole(present: Series) -> bool:
    return bool((present % 1 == 0).all())
