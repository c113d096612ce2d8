"""deferred: drops that are put off until nobody needs what they drop: remembered, looked at, and written when ready."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from schemaguard.adapters.files.contracts import write_new
from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.catalog.changes import Change, DropColumn, DropTable
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.check import CheckOptions, check_here
from schemaguard.commands.contracts.known import Book, read_book
from schemaguard.commands.contracts.observe import observed
from schemaguard.commands.histories import discovered, find_one, replay_history
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import Site
from schemaguard.contracts.observation import Observation
from schemaguard.contracts.subject import Subject, find, subjects
from schemaguard.errors import DatabaseError, RefusedError, SchemaguardError, UsageError
from schemaguard.finding import Family, LaterRevision, Severity
from schemaguard.frozen import dataclass, replace
from schemaguard.history.next_revision import next_revision
from schemaguard.registry.readership import readership
from schemaguard.releases.deferral import (
    FILE,
    DeferredDrop,
    DropState,
    parse_deferred,
    remembered,
    render_deferred,
    unreadable_readers,
    waiting_for_readers,
    waiting_for_servers,
    waiting_for_windows,
)
from schemaguard.releases.overview import Overview
from schemaguard.rules.facts.directives import waits_for
from schemaguard.rules.judging.headline import by_statement

_DROPS = ("drop-column", "drop-table")


@dataclass(frozen=True, slots=True)
class DeferredDrops:
    """Every deferred drop with what it waits for, and the files that were written."""

    states: tuple[DropState, ...]
    source: str
    written: tuple[str, ...] = ()


def read_deferred(site: Site) -> tuple[DeferredDrop, ...]:
    """The drops that the file beside the contracts remembers. Raises ConfigError where it can't be read."""
    file = site.contracts_folder / FILE
    return parse_deferred(file.read_text(encoding="utf-8"), site.relative(file)) if file.is_file() else ()


def remember(site: Site, reading: Reading, reason: str, environ: Mapping[str, str]) -> tuple[DeferredDrop, ...]:
    """Remember the drops that a check refuses for the sake of a contract; those that weren't remembered before.

    Raises what a check raises, and UsageError where the file can't be written.
    """
    result = check_here(CheckOptions(), reading, environ, site.live_window)
    today = site.now().date()
    found = [
        DeferredDrop(one.object, one.history, today, site.actor, reason or _first_reason(group[0].message))
        for group in by_statement(result.findings)
        if group[0].family is Family.CONTRACT and group[0].severity is Severity.ERROR and group[0].suppressed is None
        for one in group
        if one.rule in _DROPS
    ]
    known = read_deferred(site)
    after = remembered(known, found)
    if after != known:
        _keep(site, after)
    return tuple(one for one in after if one not in known)


def forget(site: Site, thing: str) -> None:
    """Remember a drop no longer. UsageError where it isn't remembered."""
    known = read_deferred(site)
    left = tuple(one for one in known if one.object != thing)
    if left == known:
        names = ", ".join(one.object for one in known) or "none"
        raise UsageError(f"no drop of {thing} is deferred", next=f"deferred: {names}")
    _keep(site, left)


def deferred(site: Site, reading: Reading) -> DeferredDrops:
    """What each deferred drop still waits for: release windows, model servers, readers that were seen.

    Raises DatabaseError where a database is configured and can't be reached.
    """
    drops = read_deferred(site)
    book = read_book(site)
    if not drops:
        return DeferredDrops((), book.source)
    seen = _Surroundings(site, book)
    return DeferredDrops(tuple(_state(reading, seen, one) for one in drops), book.source)


def write(site: Site, reading: Reading, *, accept_unknown: bool, environ: Mapping[str, str]) -> DeferredDrops:
    """Write a revision for each drop that nothing is left to wait for, and remember it no longer.

    What isn't known counts as something to wait for, unless it is accepted. Raises RefusedError where a check would
    refuse a revision all the same.
    """
    found = deferred(site, reading)
    written: dict[Path, str] = {}
    done: list[DeferredDrop] = []
    for state in found.states:
        is_due = state.is_ready and (accept_unknown or not state.unknown)
        if is_due or state.is_gone:
            done.append(state.drop)
        if is_due and state.revision is None:
            texts = _revision(reading, state.drop)
            reading = replace(reading, files=reading.files.with_texts(texts))
            written |= {site.here / path: text for path, text in texts.items()}
    if written:
        _require_accepted(site, reading, tuple(map(site.relative, written)), environ)
        write_new(written, "schemaguard deferred looks again at what is there")
    if done:
        _keep(site, tuple(one for one in read_deferred(site) if one not in done))
    return replace(found, written=tuple(map(site.relative, written)))


def _keep(site: Site, drops: tuple[DeferredDrop, ...]) -> None:
    make_folder(site.contracts_folder)
    replace_text(site.contracts_folder / FILE, render_deferred(drops))


def _first_reason(message: str) -> str:
    return f"refused: {message}"


def _catalog(reading: Reading, drop: DeferredDrop) -> Catalog:
    return static_catalog(reading, drop.history).catalog


def _state(reading: Reading, seen: "_Surroundings", drop: DeferredDrop) -> DropState:
    """What one drop waits for, also where the contract revision of a split that drops it is there already."""
    state = seen.state(drop, _catalog(reading, drop))
    if not state.is_gone:
        return state
    done = replay_history(find_one(reading, drop.history), reading)
    for run in reversed(done.runs):
        comments = [*(text for _, text in run.file_comments), *(text for step in run.steps for text in step.comments)]
        if waits_for(comments) is not None and _subject(drop, run.before) and not _subject(drop, run.after):
            return replace(seen.state(drop, run.before), revision=run.revision.id)
    return state


def _subject(drop: DeferredDrop, catalog: Catalog) -> Subject | None:
    """What it drops, None where it isn't there any more. Findings name things without quotes."""
    for table in sorted(catalog.tables.values(), key=lambda one: catalog.resolve(Name(one.name.name)) != one.name):
        for spelled in (str(table.name), table.name.name):
            if drop.object == spelled:
                return Subject(table.name)
            for column in table.columns:
                if drop.object == f"{spelled}.{column.name}":
                    return Subject(table.name, column.name)
    try:
        return find(drop.object, subjects((), catalog), catalog)
    except UsageError:
        return None


class _Surroundings:
    """What is known beside the migrations: contracts and their windows, the servers, what the database has seen."""

    def __init__(self, site: Site, book: Book) -> None:
        self._book = book
        self._overview: Overview | None = None
        self._observation: Observation | None = None
        self._unknown: list[str] = []
        url = site.environment.database_url
        if url is None:
            self._unknown.append("no database is configured: who still serves, and who reads without a contract")
            return
        with suppress(DatabaseError):
            self._overview = site.database.overview(None)
        if self._overview is None:
            self._unknown.append("the control schema isn't there: which model servers have switched")
        from schemaguard.adapters.postgres import statements

        try:
            self._observation = observed(book.listed, statements.read(url), (), book.at)
        except SchemaguardError as error:
            self._unknown.append(f"who reads without a contract: {error.what}")

    def state(self, drop: DeferredDrop, catalog: Catalog) -> DropState:
        """What one drop waits for."""
        subject = _subject(drop, catalog)
        if subject is None:
            return DropState(drop, (), (), is_gone=True)
        found = readership(self._book.shared, subject, catalog, self._book.at, ())
        waits = [*waiting_for_windows(found)]
        unknown = [*self._unknown]
        if self._overview is not None:
            models = {each.contract.model for use in found.uses for each in use.versions}
            waits += waiting_for_servers(self._overview, models)
        if self._observation is not None:
            waits += waiting_for_readers(self._observation, subject)
            unknown += unreadable_readers(self._observation, subject)
        return DropState(drop, tuple(waits), tuple(unknown))


def _revision(reading: Reading, drop: DeferredDrop) -> Mapping[str, str]:
    """The files of the revision that drops it. RefusedError where this history can't be continued mechanically."""
    history = next(one for one in discovered(reading, (drop.history,)).histories if one.path == drop.history)
    catalog = _catalog(reading, drop)
    subject = _subject(drop, catalog)
    assert subject is not None
    short = Name(subject.table.name)
    table = short if catalog.resolve(short) == subject.table else subject.table
    change: Change = DropTable(table) if subject.column is None else DropColumn(table, subject.column)
    is_python = history.kind == "alembic"
    upgrade, imports = _lines(change, is_python=is_python)
    marker = "#" if is_python else "--"
    rule = "drop-column" if subject.column is not None else "drop-table"
    why = f"deferred since {drop.since}; no release window, model server or reader needs it any more"
    made = next_revision(
        history,
        LaterRevision(
            f"drop {drop.object}",
            (f"{marker} schemaguard: ignore {rule} -- {why}", *upgrade),
            (_NO_WAY_BACK,) if is_python else (),
            imports,
        ),
        reading.files,
    )
    if isinstance(made, str):
        raise RefusedError(
            f"the revision that drops {drop.object} can't be written: {made}", at=drop.history, next="write it by hand"
        )
    return made.texts


_NO_WAY_BACK = 'raise NotImplementedError("schemaguard rollback restores it where the guard retired it")'


def _lines(change: Change, *, is_python: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that make the change, and the imports that they need."""
    from schemaguard.sql.writing.identifiers import written
    from schemaguard.sql.writing.operations import executed
    from schemaguard.sql.writing.statements import render

    text = render(change, written) or ""
    if not is_python:
        return (f"{text};",), ()
    code = executed(change, text)
    return code.lines, code.imports


def _require_accepted(site: Site, reading: Reading, paths: tuple[str, ...], environ: Mapping[str, str]) -> None:
    """Raise RefusedError where a check refuses what would be written."""
    for one in check_here(CheckOptions(base=""), reading, environ, site.live_window).findings:
        if one.place.file in paths and one.family is Family.CONTRACT and one.severity is Severity.ERROR:
            raise RefusedError(
                one.message, at=str(one.place), next=f"schemaguard contracts readers {one.object} says who needs it"
            )
