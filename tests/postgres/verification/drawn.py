"""What is drawn for data in several places: rows of every kind of value near a limit, and promises about them."""

import datetime
import math
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st

from schemaguard.catalog.types import parse_type
from schemaguard.contracts.contract import Promise

# Column → its type, values that are near every limit below, what they are in a frame.
POOLS: dict[str, tuple[str, list[Any]]] = {
    "whole": ("bigint", [None, -1, 0, 1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)]),
    "small": ("integer", [None, 0, 1, 2, 3]),
    "exact": (
        "numeric(12,2)",
        [None, *map(Decimal, ("-0.01", "0.00", "0.10", "0.11", "1.00", "2.50", "9999999999.99"))],
    ),
    "double": ("double precision", [None, math.nan, math.inf, -math.inf, -0.0, 0.0, 0.1, 0.1 + 1e-9, 1.0, 2.5, 1e300]),
    "single": ("real", [None, math.nan, math.inf, 0.0, 0.125, 1.0, 2.5]),
    "words": ("text", [None, "", "a", "A", "a ", "é", "e\u0301", "日本語", "it's", "\\", "%s", "x" * 9]),
    "flag": ("boolean", [None, True, False]),
    "moment": (
        "timestamp with time zone",
        [None, *(datetime.datetime(2026, 1, day, tzinfo=datetime.UTC) for day in (1, 2))],
    ),
}
POLARS: dict[str, Any] = {
    "whole": pl.Int64, "small": pl.Int32, "exact": pl.Decimal(12, 2), "double": pl.Float64, "single": pl.Float32,
    "words": pl.String, "flag": pl.Boolean, "moment": pl.Datetime("us", "UTC"),
}  # fmt: skip
LIMITS = [0, 1, 2, 2**53 + 1, 0.1, 0.5, 2.5, -0.5, 1e300, -1e300]


@st.composite
def promises(draw: st.DrawFn) -> tuple[Promise, ...]:
    found = []
    for column, (type_, _) in POOLS.items():
        options: dict[str, Any] = {"required": draw(st.booleans()), "unique": draw(st.booleans())}
        if column in ("whole", "small", "exact", "double", "single"):
            sides = draw(st.sets(st.sampled_from(["minimum", "maximum", "exclusive_minimum", "exclusive_maximum"])))
            options |= {side: draw(st.sampled_from(LIMITS)) for side in sorted(sides)}
            listed = draw(
                st.none() | st.lists(st.sampled_from(["0", "1", "2.50", "0.1", "9007199254740993"]), min_size=1)
            )
        elif column == "words":
            options["max_length"] = draw(st.none() | st.integers(0, 4))
            listed = draw(st.none() | st.lists(st.sampled_from(["a", "é", "it's", "\\", "", "%s"]), min_size=1))
        else:
            listed = draw(st.none() | st.just(["True"])) if column == "flag" else None
        options["enum"] = tuple(dict.fromkeys(listed)) if listed else None
        found.append(Promise(column, parse_type(type_), **options))
    return tuple(found)


rows = st.lists(st.tuples(*(st.sampled_from(values) for _, values in POOLS.values())), max_size=12)
