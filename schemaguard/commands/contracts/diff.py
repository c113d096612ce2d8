"""contracts diff: how two contracts differ, and what that means for a reader and a writer."""

from pathlib import Path

from schemaguard.adapters.files.contracts import read_file
from schemaguard.commands.contracts.known import Book, read_book
from schemaguard.commands.site import Site
from schemaguard.contracts.comparison import ContractDifference, compare
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.terms import Term, terms
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import chosen, ranges, shared


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """What the second contract says otherwise than the first: on tables and columns, and besides."""

    differences: tuple[ContractDifference, ...]
    terms: tuple[Term, ...]


def diff(site: Site, first: str, second: str) -> ContractDiff:
    """The difference of two contracts, each a file, `MODEL@VERSION` or a consumer.

    UsageError where one of them isn't known, ContractError where a file can't be used.
    """
    known = None if _is_file(first) and _is_file(second) else read_book(site)
    before, after = _contract_named(site, first, known), _contract_named(site, second, known)
    return ContractDiff(tuple(compare(before, after)), tuple(terms(before, after)))


def _is_file(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) or Path(text).is_file()


def _contract_named(site: Site, text: str, known: Book | None) -> Contract:
    """The contract of a file, or of `MODEL@VERSION`."""
    if known is None or _is_file(text):
        return read_file((site.here / text).absolute(), site.here).contract
    model, _, version = text.partition("@")
    found = chosen(known.listed, model, version or None)
    if len(shared(found)) > 1:
        raise UsageError(
            f"{model} has several contracts",
            at=f"versions {ranges(each.version for each in found)}",
            next=f"name one: {model}@VERSION",
        )
    return found[0].contract
