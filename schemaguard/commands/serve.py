"""serve: everything that the registry's pages show, taken at one moment from folder, migrations and database."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.commands.check import CheckOptions, check
from schemaguard.commands.contracts.known import Bench, Book, bench, book_of_files, fits, read_book
from schemaguard.commands.histories import find_histories, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import Site
from schemaguard.commands.status import status
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.contracts.contract import Access
from schemaguard.contracts.subject import Subjects, subjects
from schemaguard.errors import ConfigError, ContractError, HistoryError, SchemaguardError, UsageError
from schemaguard.finding import Finding
from schemaguard.frozen import dataclass, replace
from schemaguard.history.history import History
from schemaguard.history.revision import Replay, Run
from schemaguard.history.selection import Selection
from schemaguard.registry.graph import RegistryGraph, graph
from schemaguard.registry.listing import Shared, chosen, shared
from schemaguard.registry.matrix import Matrix, matrix
from schemaguard.registry.search import Searchable, searchable
from schemaguard.releases.overview import Status
from schemaguard.releases.records import ControlRecords
from schemaguard.rules.judging.verdict import JudgedRevision

REGISTRY_LIMIT_S = 1.0
"""How long a page may wait for the model registry: a silent one is told as drift."""


@dataclass(frozen=True, slots=True)
class BrowsedHistory:
    """A history of migrations with every revision replayed and judged, as they are applied."""

    history: History
    replay: Replay
    judged: Mapping[str, JudgedRevision]
    findings: Mapping[str, tuple[Finding, ...]]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The revisions in the order in which they are applied."""
        return tuple(run for run in self.replay.runs if not run.is_skipped)


@dataclass(frozen=True, slots=True)
class BrowsedControl:
    """What the control schema knows."""

    status: Status
    records: ControlRecords


@dataclass(frozen=True, slots=True)
class Judgement:
    """What takes longest to find out: the verdict on every revision, and who fits where; by history and revision."""

    judged: Mapping[tuple[str, str], JudgedRevision]
    findings: Mapping[tuple[str, str], tuple[Finding, ...]]
    matrices: tuple[Matrix, ...]


class Snapshot:
    """All that the pages show, as of one moment. Opens nothing and never changes."""

    def __init__(
        self,
        book: Book,
        bench: Bench,
        histories: tuple[BrowsedHistory, ...],
        control: BrowsedControl | None,
        problems: tuple[SchemaguardError, ...],
        environment: str,
        no_migrations: str = "",
    ) -> None:
        self.book, self.bench, self.histories, self.control = book, bench, histories, control
        self.problems = problems
        """What couldn't be read, and why."""
        self.no_migrations = no_migrations
        """Why there are none, where the settings name none either."""
        self.environment = environment
        """What it is of, in a few words."""
        self.at = book.at
        self.is_judged = not histories
        """Whether the verdicts on revisions, and the matrices, are there already."""
        self._matrices_of: dict[tuple[str, str], Matrix] = {}

    @cached_property
    def catalog(self) -> Catalog:
        """The tables that contracts are held against; an empty catalog where none is known."""
        return self.bench.catalog or Catalog()

    @cached_property
    def contracts(self) -> tuple[Shared, ...]:
        """The contracts, each once."""
        return self.book.shared

    @cached_property
    def in_window(self) -> tuple[Shared, ...]:
        """Those that have to hold."""
        return tuple(each for each in self.contracts if each.is_in_window(self.at))

    @cached_property
    def fits(self) -> dict[str, Fitness]:
        """Digest → whether the tables satisfy the contract."""
        return fits(self.contracts, self.bench.catalog)

    @cached_property
    def graph(self) -> RegistryGraph:
        """Who reads and writes what."""
        return graph(self.contracts, self.catalog)

    @cached_property
    def searchable(self) -> tuple[Searchable, ...]:
        """The contracts with every text of theirs that a search looks through."""
        return searchable(self.contracts)

    @cached_property
    def subjects(self) -> Subjects:
        """Every table and view that a contract or the catalog names, with its columns."""
        return subjects([each.contract for each in self.contracts], self.catalog)

    @cached_property
    def users(self) -> dict[tuple[Name, str | None], tuple[tuple[Shared, Access], ...]]:
        """(table, column), or (table, None) → the contracts in their windows that name it, and how."""
        found: dict[tuple[Name, str | None], dict[tuple[int, Access], tuple[Shared, Access]]] = {}
        for each in self.in_window:
            for part in each.contract.tables:
                table = self.catalog.resolve(part.table)
                for column in (None, *(promise.column for promise in part.promises)):
                    found.setdefault((table, column), {})[id(each), part.access] = (each, part.access)
        return {key: tuple(users.values()) for key, users in found.items()}

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """The contracts in their windows against the revisions of each history."""
        return tuple(_matrix(each, self.in_window) for each in self.histories)

    def matrix_of(self, each: BrowsedHistory, model: str) -> Matrix:
        """Every version of a model against the revisions of a history. UsageError where nobody is called that."""
        key = (each.history.path, model)
        if key not in self._matrices_of:
            self._matrices_of[key] = _matrix(each, shared(chosen(self.book.listed, model, None)))
        return self._matrices_of[key]

    def with_judgement(self, found: Judgement) -> "Snapshot":
        """The same with the verdicts; what was computed already stays."""
        histories = tuple(_with_verdicts(each, found) for each in self.histories)
        made = Snapshot(
            self.book, self.bench, histories, self.control, self.problems, self.environment, self.no_migrations
        )
        made.__dict__ |= {name: self.__dict__[name] for name in _KEPT if name in self.__dict__}
        made.__dict__["matrices"] = found.matrices
        made.is_judged = True
        return made

    @cached_property
    def applied(self) -> tuple[str, ...]:
        """The revisions that the database stands at; empty where no database tells."""
        return self.control.records.heads if self.control is not None else ()

    def prepare(self) -> "Snapshot":
        """Compute what every page needs before the first one asks; the snapshot itself."""
        _ = self.fits, self.graph, self.searchable, self.subjects, self.users
        return self


_KEPT = ("catalog", "contracts", "in_window", "fits", "graph", "searchable", "subjects", "users", "applied")


def _matrix(each: BrowsedHistory, contracts: tuple[Shared, ...]) -> Matrix:
    return matrix(each.history.path, contracts, [(run.revision.id, run.after) for run in each.runs])


def _with_verdicts(each: BrowsedHistory, found: Judgement) -> BrowsedHistory:
    path, order = each.history.path, each.history.graph.order
    judged = {name: one for name in order if (one := found.judged.get((path, name))) is not None}
    return replace(each, judged=judged, findings={name: found.findings.get((path, name), ()) for name in order})


def take(site: Site) -> Snapshot:
    """Everything as of now but the verdicts on revisions, which `judge` finds.

    What can't be read is left out and named in `problems`; contracts must be readable.
    Raises ContractError or ConfigError where the contracts or the settings can't be used.
    """
    problems: list[SchemaguardError] = []
    book, control = _control(site, problems)
    held = bench(site, book, None, None)
    histories: tuple[BrowsedHistory, ...] = ()
    no_migrations = ""
    try:
        with site.reading() as reading:
            histories = tuple(_browsed(each, reading) for each in find_histories(reading, ()))
    except (HistoryError, UsageError) as error:
        no_migrations = error.what
        if site.config.migrations:
            problems.append(error)
    return Snapshot(book, held, histories, control, tuple(problems), _environment(site, book), no_migrations)


def _control(site: Site, problems: list[SchemaguardError]) -> tuple[Book, BrowsedControl | None]:
    """The contracts, and what the control schema knows; the folder's alone where the database can't be read."""
    try:
        book = read_book(site)
        if book.catalog is None:
            return book, None
        found = status(site, limit_s=REGISTRY_LIMIT_S)
        return book, BrowsedControl(found, site.database.records())
    except (ContractError, ConfigError):
        raise
    except SchemaguardError as error:
        problems.append(error)
        return book_of_files(site, "; the database can't be read"), None


def _environment(site: Site, book: Book) -> str:
    return book.windows_from if book.catalog is not None else f"folder {site.here.name or site.here}"


def _browsed(history: History, reading: Reading) -> BrowsedHistory:
    wanted = Selection(frozenset(history.graph.order), with_ways_back=False)
    return BrowsedHistory(history, replay_selected(history, reading, wanted), {}, {})


def judge(site: Site, snapshot: Snapshot) -> Judgement:
    """The verdict on every revision against the contracts in their windows, and the matrices.

    It takes as long as a check of the whole history. Raises what `check` raises.
    """
    window = snapshot.book.window
    with site.reading() as reading:
        result = check(CheckOptions(base="", window="live"), reading, {}, lambda _: window)
    findings: dict[tuple[str, str], list[Finding]] = {}
    for one in result.findings:
        findings.setdefault((one.history, one.revision), []).append(one)
    return Judgement(
        {(one.history, one.id): one for one in result.revisions},
        {key: tuple(found) for key, found in findings.items()},
        snapshot.matrices,
    )


def take_judged(site: Site) -> Snapshot:
    """Everything as of now, with the verdicts. Raises what `take` and `judge` raise."""
    found = take(site).prepare()
    return found.with_judgement(judge(site, found)) if found.histories else found


def folder_mark(folders: tuple[Path, ...]) -> str:
    """A text that is another one as soon as a file in one of the folders was written, added or taken away."""
    parts = []
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and "__pycache__" not in path.parts:
                found = path.stat()
                parts.append(f"{path} {found.st_mtime_ns} {found.st_size}")
    return "\n".join(parts)
