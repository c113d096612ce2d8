"""Values that a column could hold: the edges of its type, what its checks and contracts name, and random ones."""

import random
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from schemaguard.catalog.objects import Catalog, Check, Column, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Contract, Promise

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_STRING = re.compile(r"'((?:[^']|'')*)'")
_INTEGERS = {"smallint": 15, "integer": 31, "bigint": 63}
_WORDS = ("", " ", "a", "A b  c ", "x y", "1", "22", "-3.5", "ÄÖ ß é", 'it\'s "quoted" \\ %s', "NULL", "yes", "no", "t")
_DOCUMENTS = ("{}", '{"b": 1,  "a": [1, 2.50, null]}', '{"a": 1, "a": 2}', "[]", '"text"', "0", "null")
_MOMENTS = ("2024-02-29 23:59:59.123456", "1999-12-31 00:00:00", "2026-10-25 01:30:00.5", "1970-01-01 00:00:00")
_EDGES = 0.4
"""How often an edge is drawn again once all of them were."""
_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "boolean": ("true", "false"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "c0ffee00-1234-4abc-8def-000000000001"),
    "bytea": ("\\x", "\\x00ff10", "\\xdeadbeef"),
    "json": _DOCUMENTS, "jsonb": _DOCUMENTS,
    "date": ("2024-02-29", "1999-12-31", "0001-01-01", "2262-04-12"),
    "time without time zone": ("00:00:00", "23:59:59.999999", "12:30:15.5"),
    "time with time zone": ("00:00:00+00", "23:59:59.999999+02", "12:30:15.5-05:30"),
    "interval": ("0", "1 day 02:03:04.5", "-3 months", "10 years 5 days"),
    "inet": ("10.0.0.1", "192.168.0.0/16", "::1"), "cidr": ("10.0.0.0/8", "::/0"),
    "macaddr": ("08:00:2b:01:02:03",), "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "money": ("0", "12.34", "-99.99"), "xml": ("<a/>", "<b>x</b>"),
    "point": ("(0,0)", "(1.5,-2)"), "tsvector": ("a b", "'fat':2 'rat':3"), "oid": ("0", "4294967295"),
    "int4range": ("empty", "[1,5)", "(,7)"), "int8range": ("empty", "[1,5)"), "numrange": ("[1.5,2.5]", "empty"),
    "daterange": ("[2024-01-01,2024-02-01)", "empty"), "tsrange": ("empty",), "tstzrange": ("empty",),
    "name": ("a", "public"), "\"char\"": ("a", "Z"), "bit": (), "bit varying": ("", "101"),
}  # fmt: skip


class Candidates:
    """Draws values for the columns of a catalog; with the same seed the same ones."""

    def __init__(self, catalog: Catalog, contracts: Iterable[Contract], seed: int) -> None:
        self.catalog, self.random = catalog, random.Random(seed)  # noqa: S311 - rows to prove with, no secret
        self.promises: dict[tuple[Name, str], list[Promise]] = {}
        for contract in contracts:
            for part in contract.tables:
                for promise in part.promises:
                    self.promises.setdefault((catalog.resolve(part.table), promise.column), []).append(promise)

    def row(self, table: Table, turn: int) -> dict[str, str | None]:
        """One row as texts: the first ones go through the edges of each column, later ones mix in random values."""
        return {
            column.name: self._value(table, column, turn)
            for column in table.columns
            if column.generated is None and not self._is_left_to_default(column, turn)
        }

    def mixed(self, wanted: dict[str, str | None], other: dict[str, str | None], many: int) -> dict[str, str | None]:
        """The wanted row with that many of its values from another one."""
        taken = self.random.sample(sorted(wanted), min(many, len(wanted)))
        return {**wanted, **{column: other[column] for column in taken if column in other}}

    def _is_left_to_default(self, column: Column, turn: int) -> bool:
        counts = column.identity is not None or "nextval(" in (column.default or "").lower()
        return counts or (column.filling is not None and turn % 4 == 3)

    def _value(self, table: Table, column: Column, turn: int) -> str | None:
        promises = self.promises.get((table.name, column.name), [])
        may_be_null = not column.not_null and not any(promise.required for promise in promises)
        if may_be_null and (turn % 5 == 4 or self.random.random() < 0.1):
            return None
        named = self._named(table, column, promises)
        edges = [one for one in self._edges(column.type) if self._is_promised(one, promises)]
        pool = named if named and (not edges or self.random.random() < 0.5) else edges
        if turn < len(pool):
            return pool[turn]
        if pool and self.random.random() < _EDGES:
            return self.random.choice(pool)
        drawn = self._random(column.type)
        return drawn if self._is_promised(drawn, promises) or not pool else self.random.choice(pool)

    def _named(self, table: Table, column: Column, promises: list[Promise]) -> list[str]:
        """What checks and contracts say of the column, and the neighbours of numbers."""
        found: list[str] = []
        for promise in promises:
            found += promise.enum or ()
            found += [_plain(bound) for bound in (promise.minimum, promise.maximum) if bound is not None]
        for check in table.constraints:
            if isinstance(check, Check) and column.name in check.columns:
                found += [text.replace("''", "'") for text in _STRING.findall(check.definition)]
                numbers = [number for number in _NUMBER.findall(_STRING.sub("", check.definition)) if "." not in number]
                found += [str(int(number) + step) for number in numbers for step in (0, 1, -1)]
        usable = [one for one in dict.fromkeys(found) if self._is_of_type(one, column.type)]
        return [one for one in usable if self._is_promised(one, promises)]

    def _is_of_type(self, text: str, type_: Type) -> bool:
        if type_.name in (*_INTEGERS, "numeric", "real", "double precision"):
            return bool(re.fullmatch(r"-?\d+(\.\d+)?", text)) and ("." not in text or type_.name not in _INTEGERS)
        return type_.name in ("text", "character varying", "character") or type_.schema is not None

    def _is_promised(self, text: str, promises: list[Promise]) -> bool:
        for promise in promises:
            if promise.enum and text not in promise.enum:
                return False
            if promise.max_length is not None and len(text) > promise.max_length:
                return False
            low, high = promise.minimum, promise.maximum
            above, below = promise.exclusive_minimum, promise.exclusive_maximum
            if (low, high, above, below) == (None, None, None, None):
                continue
            try:
                value = float(text)
            except ValueError:
                continue
            if (low is not None and value < low) or (high is not None and value > high):
                return False
            if (above is not None and value <= above) or (below is not None and value >= below):
                return False
        return True

    def _edges(self, type_: Type) -> list[str]:
        if type_.dimensions:
            inner = self._edges(type_.element)[:3]
            return ["{}", *(f"{{{_in_array(one)}}}" for one in inner)]
        enum = self.catalog.enums.get(Name(type_.name, type_.schema or "public"))
        if enum is not None and not type_.is_built_in:
            return list(enum.labels)
        domain = self.catalog.domains.get(Name(type_.name, type_.schema or "public"))
        if domain is not None and not type_.is_built_in:
            return [*_STRING.findall(" ".join(c.definition for c in domain.checks)), *self._edges(domain.base)]
        return self._built_in_edges(type_)

    def _built_in_edges(self, type_: Type) -> list[str]:
        match type_.name:
            case "smallint" | "integer" | "bigint" as name:
                most = (1 << _INTEGERS[name]) - 1
                return [str(most), "0", str(-most - 1), "1", "-1", "7"]
            case "numeric":
                return _numerics(type_)
            case "real":
                return ["0", "1.5", "-2.25", "3.4e38", "1.1754944e-38", "NaN"]
            case "double precision":
                return ["0", "0.1", "-2.25", "1.7976931348623157e308", "NaN", "Infinity"]
            case "text" | "character varying" | "character" as name:
                length = type_.modifiers[0] if type_.modifiers else (1 if name == "character" else None)
                words = ["y" * min(length or 300, 300), *_WORDS]
                return list(dict.fromkeys(word[:length] for word in words))
            case "bit":
                length = type_.modifiers[0] if type_.modifiers else 1
                return ["0" * length, ("10" * length)[:length]]
            case "timestamp without time zone":
                return list(_MOMENTS)
            case "timestamp with time zone":
                return [f"{moment}+00" for moment in _MOMENTS]
            case name:
                return list(_EXAMPLES.get(name, ()))

    def _random(self, type_: Type) -> str:
        draw = self.random
        if type_.dimensions:
            return f"{{{_in_array(self._random(type_.element))}}}"
        match type_.name:
            case "smallint":
                return str(draw.randint(-30_000, 30_000))
            case "integer" | "bigint":
                return str(draw.randint(1, 2_000_000))
            case "numeric":
                precision, scale = (*type_.modifiers, 0)[:2] if type_.modifiers else (12, 4)
                return _scaled(draw.randint(1, 10 ** max(precision, 1) - 1), scale)
            case "real" | "double precision":
                return str(round(draw.uniform(-1000, 1000), 3))
            case "text" | "character varying" | "character":
                word = "".join(draw.choice("abcdefghij XYZ") for _ in range(draw.randint(3, 12)))
                return word[: type_.modifiers[0]] if type_.modifiers else word
            case "uuid":
                return f"{draw.getrandbits(128):032x}"
            case "timestamp without time zone" | "timestamp with time zone":
                moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.randint(0, 200_000_000))
                return moment.isoformat().removesuffix("+00:00" if "without" in type_.name else "")
            case "date":
                return (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=draw.randint(0, 2000))).date().isoformat()
            case _:
                edges = self._edges(type_)
                return draw.choice(edges) if edges else ""


def _numerics(type_: Type) -> list[str]:
    if not type_.modifiers:
        return ["0", "1.5", "-123456789.123456789", "0.00000001", "NaN"]
    precision, scale = (*type_.modifiers, 0)[:2]
    most = 10**precision - 1
    return ["0", _scaled(most, scale), _scaled(-most, scale), _scaled(1, scale)]


def _scaled(value: int, scale: int) -> str:
    if scale <= 0:
        return str(value)
    sign, digits = "-" * (value < 0), str(abs(value)).zfill(scale + 1)
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _in_array(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
