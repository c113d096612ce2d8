"""What a contract promises as a catalog: the one that gives exactly that and no more."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from schemaguard.catalog.objects import Catalog, Check, Column, Constraint, Name, Table, Unique
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.reading import UNKNOWN
from schemaguard.contracts.contract import Promise


def promised_catalog(table: Name, promises: Sequence[Promise], keys: Sequence[tuple[str, ...]] = ()) -> Catalog:
    """A catalog of one table that keeps the promises; `keys` are sets of columns that it keeps free of duplicates."""
    columns = tuple(Column(p.column, p.type or Type(UNKNOWN), not_null=p.required) for p in promises)
    uniques = [(promise.column,) for promise in promises if promise.unique]
    constraints: list[Constraint] = [
        Unique(f"unique {number}", key) for number, key in enumerate(dict.fromkeys([*uniques, *keys]))
    ]
    constraints += [check for promise in promises for check in _checks(promise)]
    # As a name in a catalog is: with its schema.
    name = Name(table.name, table.schema or "public")
    return Catalog(tables={name: Table(name, columns, tuple(constraints))})


def _checks(promise: Promise) -> Iterator[Check]:
    bounds = (
        (">=", promise.minimum), (">", promise.exclusive_minimum),
        ("<=", promise.maximum), ("<", promise.exclusive_maximum),
    )  # fmt: skip
    for sign, bound in bounds:
        if bound is not None:
            definition = f"value {sign} {Decimal(str(bound)):f}"
            yield Check(f"{promise.column} {sign} {bound:g}", definition, (promise.column,))
    if promise.enum is not None:
        values = ", ".join("'" + value.replace("'", "''") + "'" for value in promise.enum)
        yield Check(f"{promise.column} in ({', '.join(promise.enum)})", f"value in ({values})", (promise.column,))
