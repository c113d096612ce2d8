"""contracts: what is known of who reads and writes what until when, by folder, control schema, lock file and dates."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from schemaguard.catalog.objects import Catalog
from schemaguard.commands.site import LOCK, Site
from schemaguard.contracts.compatibility.fitness import Fitness, fitness
from schemaguard.contracts.subject import Subject, find, subjects
from schemaguard.errors import HistoryError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import UNPUBLISHED, ListedContract, Shared, listing, names, shared
from schemaguard.window.window import Window, from_dates, without_contract

_UNWATCHED = "who reads without a contract: schemaguard contracts observe finds out"


@dataclass(frozen=True, slots=True)
class Book:
    """Every contract once a version, and the windows that say until when they hold."""

    listed: tuple[ListedContract, ...]
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


@dataclass(frozen=True, slots=True)
class Bench:
    """What contracts are held against: a catalog, or None and why there is none."""

    catalog: Catalog | None
    source: str
    """Where contracts, windows and the tables were read."""
    place: str
    """What the tables are of."""
    why_not: tuple[str, ...] = ()


def read_book(site: Site) -> Book:
    """The folder's contracts, and the published ones where a database is configured and has a control schema.

    The windows are the database's, else the lock file's, else the dates' in the contracts.
    """
    url = site.environment.database_url
    if url is None:
        return book_of_files(site)
    from schemaguard.adapters import control
    from schemaguard.adapters.postgres.connection import connect, place

    with connect(url) as connection:
        is_installed = control.is_installed(connection)
    if not is_installed:
        return book_of_files(site, f"; {place(url)} has no control schema yet: schemaguard install")
    files, now = site.contract_files(), site.now()
    database = site.database
    window = database.window()
    listed = listing(files, database.bound(), window)
    return Book(listed, window, now, site.relative(site.contracts_folder), place(url), database.catalog())


def book_of_files(site: Site, note: str = "") -> Book:
    """The folder's contracts alone, whether or not there is a database; `note` goes where the windows' source is."""
    files, now = site.contract_files(), site.now()
    lock = site.window_lock(now)
    where = "the dates in the contracts"
    if lock is not None:
        where = f"{site.relative(site.contracts_folder / LOCK)}, {lock.age_days(now)} days old"
    window = lock or from_dates([file.contract for file in files], now)
    return Book(listing(files, (), window), window, now, site.relative(site.contracts_folder), f"{where}{note}")


def bench(site: Site, known: Book, migrations: str | None, initial: Path | None) -> Bench:
    """What contracts are held against: the migrations where they are named, else the database that was read.

    Where neither is, the migrations of the settings.
    """
    if migrations is None and initial is None and known.catalog is not None:
        return Bench(known.catalog, known.source_with_tables, known.windows_from)
    catalog, why_not = migrated_catalog(site, migrations, initial)
    return Bench(catalog, known.source, "the migrations", why_not)


def migrated_catalog(
    site: Site, migrations: str | None, initial: Path | None
) -> tuple[Catalog | None, tuple[str, ...]]:
    """The catalog of the migrations; else None and why not. An error where they were named and can't be read."""
    from schemaguard.commands.catalog import static_catalog

    try:
        with site.reading(initial=initial) as reading:
            return static_catalog(reading, migrations).catalog, ()
    except (HistoryError, UsageError) as error:
        if migrations is not None:
            raise
        return None, (f"nothing was held against the migrations: {error.what}",)


def fits(contracts: Sequence[Shared], catalog: Catalog | None) -> dict[str, Fitness]:
    """Digest → whether the catalog satisfies the contract; empty where no catalog is known."""
    if catalog is None:
        return {}
    return {each.contract.digest: fitness(each.contract, catalog) for each in contracts}


def meant(text: str, known: Book, catalog: Catalog) -> Subject:
    """The table or column that a text means; UsageError with the nearest names where nobody knows one."""
    return find(text, subjects([each.contract for each in known.shared], catalog), catalog)


def unknown(known: Book, bench_: Bench) -> tuple[str, ...]:
    """What isn't known of who reads: those without a contract, and what couldn't be looked at."""
    return (_UNWATCHED, *bench_.why_not, *_silent(known))


def _silent(known: Book) -> Iterator[str]:
    """The versions that are in their windows without a contract, and those whose contract isn't published."""
    missing = without_contract([each.contract for each in known.listed], known.window)
    if missing:
        said = ", ".join(f"{model}@{version}" if version else model for model, version in missing)
        yield f"what {said} use{'s' if len(missing) == 1 else ''}: in a release window without a contract"
    by_model: dict[str, list[ListedContract]] = {}
    for each in known.listed:
        if each.standing == UNPUBLISHED:
            by_model.setdefault(each.contract.model, []).append(each)
    if by_model:
        said = ", ".join(names(each) for each in by_model.values())
        is_one = sum(map(len, by_model.values())) == 1
        yield f"when {said} will be released: {'it is' if is_one else 'they are'} in no window yet"
