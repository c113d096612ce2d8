"""contracts search: contracts by words."""

from collections.abc import Sequence

from schemaguard.commands.contracts.known import read_book
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.search import FoundContract, nearest, searchable
from schemaguard.registry.search import search as looked_for


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found, the best first; `near` are words that look like those that nothing has."""

    words: tuple[str, ...]
    found: tuple[FoundContract, ...]
    near: tuple[str, ...]
    source: str


def search(site: Site, words: Sequence[str]) -> SearchResult:
    """The contracts that have every word somewhere; UsageError where no word is given."""
    wanted = tuple(word for word in words if word.strip())
    if not wanted:
        raise UsageError("no word to search for", next="schemaguard contracts search WORD")
    known = read_book(site)
    texts = searchable(known.shared)
    found = looked_for(texts, wanted)
    return SearchResult(wanted, found, () if found else nearest(texts, wanted), known.source)
