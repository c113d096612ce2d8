"""How the terms of two contracts differ: all that they say beyond tables and columns, and what that means."""

from collections.abc import Iterator
from datetime import date

from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass

_THROUGH = {
    "table": "a rename, drop or retype is felt as soon as it commits",
    "view": "renames are followed; a drop or retype of a shown column is refused",
    "copy": "changes are felt with the next copy",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One term that differs, as `what`, and what it means."""

    key: str
    what: str
    means: str


def terms(first: Contract, second: Contract) -> tuple[Term, ...]:
    """The terms in which the second differs from the first."""
    return tuple(_terms(first, second))


def _terms(first: Contract, second: Contract) -> Iterator[Term]:
    if first.reads_through != second.reads_through:
        what = f"{first.reads_through} → {second.reads_through}"
        yield Term("readsThrough", what, _THROUGH[second.reads_through])
    if first.supported_until != second.supported_until:
        ends = is_earlier(second.supported_until, first.supported_until)
        what = f"{_day(first.supported_until)} → {_day(second.supported_until)}"
        yield Term("endOfSupport", what, f"its window ends {'earlier' if ends else 'later'}")
    if first.available_from != second.available_from:
        what = f"{_day(first.available_from)} → {_day(second.available_from)}"
        yield Term("generalAvailability", what, "check ignores it")
    if first.status != second.status:
        is_out = second.status == "retired"
        yield Term("status", f"{first.status} → {second.status}", "check ignores it" if is_out else "")
    if first.owner != second.owner:
        yield Term("owner", f"{first.owner or 'nobody'} → {second.owner or 'nobody'}", "")
    if first.query != second.query and None not in (first.query, second.query):
        yield Term("query", f"{first.query_file} → {second.query_file}", "the feature query has changed")
    if first.signature != second.signature:
        yield Term("signature", "another", "the model expects other inputs")


def is_earlier(end: date | None, than: date | None) -> bool:
    """Whether a window with that end is shorter; None means no end."""
    return end is not None and (than is None or end < than)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else "none"
