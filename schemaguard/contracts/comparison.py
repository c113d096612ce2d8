"""How two contracts differ, each difference graded: what it means for who was promised the one and gets the other.

The other contract is read as the catalog that it promises, and held against the first with the predicate that judges
migrations: a reader breaks where that loosens, a writer where it tightens.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from schemaguard.catalog.changes import ControlTransaction
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility import Breakage, breakages
from schemaguard.contracts.compatibility.breakage import breakage
from schemaguard.contracts.contract import Access, Contract, ContractTable, Promise
from schemaguard.contracts.promised import promised_catalog
from schemaguard.finding import Severity
from schemaguard.frozen import dataclass, replace

_NOTHING = ControlTransaction("COMMIT")
"""Between the two catalogs stands no change that could be blamed."""
_STRINGS = ("text", "character varying")


class Grade(StrEnum):
    """What a difference does to what readers may receive and what writers may send."""

    TIGHTENS = "tightens"
    LOOSENS = "loosens"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class ContractDifference:
    """One difference of what is said of a table or column, with what a reader and a writer of the first feel."""

    table: Name
    column: str | None
    access: Access
    """How the contracts use the table."""
    what: str
    reader: tuple[Breakage, ...]
    writer: tuple[Breakage, ...]
    line: int
    """Its place in the file of the second, in that of the first where the second doesn't have it."""
    position: int
    sides: frozenset[Access] = frozenset({"read", "write"})
    """How the two contracts use any table at all: of contracts that write nothing no writer fails."""

    def felt(self, access: Access) -> tuple[Breakage, ...]:
        """What who reads, or who writes, feels of it; nothing where the contracts know nobody who does."""
        if access not in self.sides:
            return ()
        return self.reader if access == "read" else self.writer

    @property
    def object(self) -> str:
        """What differs, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column is not None else str(self.table)

    @property
    def grade(self) -> Grade:
        """Readers break on LOOSENS, writers on TIGHTENS, both on BOTH."""
        match _breaks(self.reader), _breaks(self.writer):
            case True, True:
                return Grade.BOTH
            case True, False:
                return Grade.LOOSENS
            case False, True:
                return Grade.TIGHTENS
            case _:
                return Grade.NEITHER

    @property
    def is_withdrawn(self) -> bool:
        """Whether what the second promises no longer gives the first what it needs, used as it uses the table."""
        return _breaks(self.reader if self.access == "read" else self.writer)


def compare(first: Contract, second: Contract) -> tuple[ContractDifference, ...]:
    """Every difference of what the contracts say of tables and columns, in the order of the second."""
    before, after = _parts(first), _parts(second)
    found: list[ContractDifference] = []
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None:
            found += _within(old, new)
        elif new is not None:
            found.append(
                ContractDifference(new.table, None, new.access, "is named, too", (), (), new.line, new.position)
            )
        elif old is not None:
            gone = tuple(breakage("table-dropped", access, (old.table, None), "table") for access in _ACCESSES)
            found.append(
                ContractDifference(
                    old.table, None, old.access, "isn't named", gone[:1], gone[1:], old.line, old.position
                )
            )
    sides = frozenset(part.access for contract in (first, second) for part in contract.tables)
    return tuple(replace(each, sides=sides) for each in found)


_ACCESSES: tuple[Access, Access] = ("read", "write")


def _breaks(found: Sequence[Breakage]) -> bool:
    return any(each.severity is Severity.ERROR for each in found)


def _parts(contract: Contract) -> dict[tuple[str, str, Access], ContractTable]:
    return {(p.table.schema or "public", p.table.name, p.access): p for p in contract.tables}


def _within(old: ContractTable, new: ContractTable) -> Iterator[ContractDifference]:
    for promise in new.promises:
        was = old.promise(promise.column)
        if was is None:
            yield _added(old, new, promise)
        else:
            yield from _changed(new, was, promise)
    for promise in old.promises:
        if new.promise(promise.column) is None:
            yield _differ(new, promise, ("isn't named", new.line, new.position), (promise,), ())
    if set(old.upsert_key) != set(new.upsert_key):
        yield _rekeyed(old, new)


def _added(old: ContractTable, new: ContractTable, promise: Promise) -> ContractDifference:
    kind = f" {promise.type}" if promise.type is not None else ""
    what = f"is named, too:{kind}{', required' if promise.required else ''}".removesuffix(":")
    place = (what, promise.line, promise.position)
    return _differ(new, promise, place, old.promises, (*old.promises, promise))


def _changed(new: ContractTable, was: Promise, now: Promise) -> Iterator[ContractDifference]:
    for what, attribute, shown in _ATTRIBUTES:
        before, after = getattr(was, attribute), getattr(now, attribute)
        if before == after:
            continue
        place = (f"{what} {shown(before)} → {shown(after)}", now.line, now.position)
        if attribute == "type" and (before is None or after is None):
            yield _untyped(new, was, place, is_lost=after is None)
            continue
        # Each difference is judged on its own: everything else is as the first says.
        altered = replace(was, **{attribute: after})
        pair = (_measured(was), _measured(altered)) if attribute == "max_length" else (was, altered)
        yield _differ(new, was, place, pair[:1], pair[1:])


def _untyped(part: ContractTable, was: Promise, place: tuple[str, int, int], *, is_lost: bool) -> ContractDifference:
    """A type that only one of them says: where the second doesn't, it may be any."""
    subject = (part.table, was.column)
    any_type = tuple(breakage("type-changed", a, subject, "table", "no type is said") for a in _ACCESSES)
    reader, writer = (any_type[:1], any_type[1:]) if is_lost else ((), ())
    return ContractDifference(part.table, was.column, part.access, place[0], reader, writer, place[1], place[2])


def _measured(promise: Promise) -> Promise:
    """The promise with its greatest length as the length of its type."""
    if promise.type is not None and promise.type.name not in _STRINGS:
        return promise
    length = () if promise.max_length is None else (promise.max_length,)
    return replace(promise, type=Type("character varying", modifiers=length))


def _rekeyed(old: ContractTable, new: ContractTable) -> ContractDifference:
    what = f"upsert key {_listed(old.upsert_key)} → {_listed(new.upsert_key)}"
    catalogs = [_keyed(old, part.upsert_key) for part in (old, new)]
    reader, writer = (_felt(replace(old, access=access), *catalogs) for access in _ACCESSES)
    return ContractDifference(new.table, None, new.access, what, reader, writer, new.line, new.position)


def _keyed(part: ContractTable, key: tuple[str, ...]) -> Catalog:
    """The catalog of an entry's promises, with another key."""
    return promised_catalog(part.table, part.promises, (key,) if key else ())


def _differ(
    part: ContractTable,
    promise: Promise,
    place: tuple[str, int, int],
    was: Sequence[Promise],
    now: Sequence[Promise],
) -> ContractDifference:
    catalogs = [promised_catalog(part.table, promises) for promises in (was, now)]
    reader, writer = (_felt(ContractTable(part.table, access, tuple(was)), *catalogs) for access in _ACCESSES)
    return ContractDifference(part.table, promise.column, part.access, place[0], reader, writer, place[1], place[2])


def _felt(part: ContractTable, was: Catalog, now: Catalog) -> tuple[Breakage, ...]:
    contract = Contract("", "", (), (part,), "", "")
    return tuple(each for each in breakages(contract, was, now, _NOTHING) if each.severity is not Severity.NOTE)


def _value_in_words(value: Any) -> str:
    return "unsaid" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _required(value: bool) -> str:
    return "required" if value else "may be NULL"


def _unique(value: bool) -> str:
    return "unique" if value else "may repeat"


def _listed(values: Sequence[str] | None) -> str:
    return f"({', '.join(values)})" if values else "none"


_ATTRIBUTES = (
    ("type", "type", _value_in_words),
    ("NULL:", "required", _required),
    ("duplicates:", "unique", _unique),
    ("minimum", "minimum", _value_in_words),
    ("exclusive minimum", "exclusive_minimum", _value_in_words),
    ("maximum", "maximum", _value_in_words),
    ("exclusive maximum", "exclusive_maximum", _value_in_words),
    ("length", "max_length", _value_in_words),
    ("values", "enum", _listed),
)
