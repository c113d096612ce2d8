"""contracts: what is known of who reads and writes what until when, by folder, control schema, lock file and dates."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.fitness import Fitness, fitness
from schemaguard.contracts.contract import ContractFile
from schemaguard.contracts.subject import Subject, find, subjects
from schemaguard.frozen import dataclass
from schemaguard.releases.listing import UNPUBLISHED, Listed, Shared, listing, names, shared
from schemaguard.releases.readership import Readership, readership
from schemaguard.releases.window import Window, from_dates, without_contract

if TYPE_CHECKING:
    # Most verbs on contracts are used without a database, and its driver takes a tenth of a second to import.
    from schemaguard.adapters.releases import ControlDatabase

_UNWATCHED = "who reads without a contract: schemaguard contracts observe finds out"


@dataclass(frozen=True, slots=True)
class Book:
    """Every contract once a version, and the windows that say until when they hold."""

    listed: tuple[Listed, ...]
    window: Window
    at: datetime
    folder: str
    windows_from: str
    """Where they were read: a database, a file, the dates."""
    catalog: Catalog | None = None
    """The tables as they are, where a database was read."""

    @property
    def source(self) -> str:
        """Where contracts and windows were read."""
        return f"folder {self.folder} · windows from {self.windows_from}"

    @property
    def source_with_tables(self) -> str:
        """The same where the tables are those of the database."""
        return f"folder {self.folder} · windows and tables from {self.windows_from}"

    @property
    def shared(self) -> tuple[Shared, ...]:
        """The same with the versions that share a contract together."""
        return shared(self.listed)


def book(
    files: Sequence[ContractFile],
    database: "ControlDatabase | None",
    lock: Window | None,
    at: datetime,
    folder: str,
    windows_from: str,
) -> Book:
    """All contracts. The windows are the database's, else the lock file's, else the dates' in the contracts."""
    if database is not None:
        window = database.window()
        return Book(listing(files, database.bound(), window), window, at, folder, windows_from, database.catalog())
    window = lock or from_dates([file.contract for file in files], at)
    return Book(listing(files, (), window), window, at, folder, windows_from)


def fits(contracts: Sequence[Shared], catalog: Catalog | None) -> dict[str, Fitness]:
    """Digest → whether the catalog satisfies the contract; empty where no catalog is known."""
    if catalog is None:
        return {}
    return {each.contract.digest: fitness(each.contract, catalog) for each in contracts}


def meant(text: str, known: Book, catalog: Catalog) -> Subject:
    """The table or column that a text means; UsageError with the nearest names where nobody knows one."""
    return find(text, subjects([each.contract for each in known.shared], catalog), catalog)


def readers(text: str, known: Book, catalog: Catalog | None, why_not: Sequence[str]) -> Readership:
    """Who reads or writes a table or column, until when; `why_not` says why no catalog is known."""
    over = catalog or Catalog()
    unknown = (_UNWATCHED, *why_not, *_silent(known))
    return readership(known.shared, meant(text, known, over), over, known.at, unknown)


def _silent(known: Book) -> Iterator[str]:
    """The versions that are in their windows without a contract, and those whose contract isn't published."""
    missing = without_contract([each.contract for each in known.listed], known.window)
    if missing:
        said = ", ".join(f"{model}@{version}" if version else model for model, version in missing)
        yield f"what {said} use{'s' if len(missing) == 1 else ''}: in a window, and no contract says it"
    by_model: dict[str, list[Listed]] = {}
    for each in known.listed:
        if each.standing == UNPUBLISHED:
            by_model.setdefault(each.contract.model, []).append(each)
    if by_model:
        said = ", ".join(names(each) for each in by_model.values())
        is_one = sum(map(len, by_model.values())) == 1
        yield f"when {said} will be released: {'it is' if is_one else 'they are'} in no window yet"
