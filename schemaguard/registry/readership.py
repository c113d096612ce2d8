"""May it be dropped? Who reads or writes a table or column, until when, and what isn't known about it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.subject import Subject
from schemaguard.contracts.usage import Usage, usages, views_over
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import ListedContract, Shared

Answer = Literal["yes", "later", "no", "unproven"]


@dataclass(frozen=True, slots=True)
class SharedUse:
    """How versions of a model that share a contract, a role and an end use it."""

    versions: tuple[ListedContract, ...]
    usage: Usage

    @property
    def until(self) -> datetime | None:
        """The end of their window; None: no end."""
        return self.versions[0].until

    @property
    def role(self) -> str:
        """Their role in the window."""
        return self.versions[0].standing

    def is_in_window(self, at: datetime) -> bool:
        """Whether it has to hold at that time."""
        return self.versions[0].is_in_window(at)


@dataclass(frozen=True, slots=True)
class Readership:
    """Everything that is known of who uses a table or column at a time."""

    subject: Subject
    at: datetime
    uses: tuple[SharedUse, ...]
    """Of all contracts, those that end soonest last; over and unreleased ones, too."""
    views: tuple[tuple[Name, bool], ...]
    """The views of the database that read it, and whether that is certain."""
    unknown: tuple[str, ...]
    """What isn't known, a sentence each."""

    @property
    def inside(self) -> tuple[SharedUse, ...]:
        """The uses by contracts in their windows."""
        return tuple(use for use in self.uses if use.is_in_window(self.at))

    @property
    def outside(self) -> tuple[SharedUse, ...]:
        """The uses by versions that aren't released, or whose window is over."""
        return tuple(use for use in self.uses if not use.is_in_window(self.at))

    @property
    def answer(self) -> Answer:
        """Whether it may be dropped, as far as contracts tell: yes, no, later (from `until` on), or unproven."""
        certain = [use for use in self.inside if use.usage.is_certain]
        if any(use.until is None for use in certain):
            return "no"
        if len(certain) < len(self.inside):
            return "unproven"
        return "later" if certain else "yes"

    @property
    def until(self) -> datetime | None:
        """The end of the longest window of those who use it; None where one has no end, or nobody does."""
        ends = [use.until for use in self.inside]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None


def readership(
    contracts: Sequence[Shared], subject: Subject, catalog: Catalog, at: datetime, unknown: Sequence[str]
) -> Readership:
    """Who uses the table or column; `unknown` is what the caller doesn't know already."""
    over = views_over(subject, catalog)
    uses = [
        SharedUse(together, usage)
        for each in contracts
        for usage in usages(each.contract, subject, catalog, over)
        for together in _alike(each)
    ]
    uses.sort(key=lambda use: (use.until is not None, -use.until.timestamp() if use.until else 0.0))
    said = (*unknown, *_unread(subject, catalog))
    return Readership(subject, at, tuple(uses), tuple(sorted(over.items(), key=lambda item: str(item[0]))), said)


def _alike(each: Shared) -> Iterator[tuple[ListedContract, ...]]:
    found: dict[tuple[str, datetime | None], list[ListedContract]] = {}
    for version in each.versions:
        found.setdefault((version.standing, version.until), []).append(version)
    yield from (tuple(together) for together in found.values())


def _unread(subject: Subject, catalog: Catalog) -> Iterator[str]:
    if not catalog.opaque:
        return
    count = f"{catalog.opaque} statement{'s' if catalog.opaque > 1 else ''}"
    if catalog.clouded is None or subject.table in catalog.clouded:
        yield f"{count} of the migrations can't be read, and may have changed {subject.table}"
    else:
        yield f"{count} of the migrations can't be read"
