"""prove: a revision there, back and there again on a real server, with rows that every constraint takes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from schemaguard import __version__
from schemaguard.adapters.files.contracts import read_contracts
from schemaguard.adapters.postgres import proof, scratch
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.commands.check import CheckOptions, contracts_folder
from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.contracts.contract import Contract
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.history.graph import order_to
from schemaguard.history.resolution import span
from schemaguard.history.revision import Replay, Run, Step
from schemaguard.history.selection import Selection
from schemaguard.proving.candidates import Candidates
from schemaguard.proving.catalogs import differences
from schemaguard.proving.certificate import Certificate, ProofPart, sha256
from schemaguard.proving.comparison import lost_rows
from schemaguard.proving.filling_order import concerned
from schemaguard.proving.ways_back import inverse_steps
from schemaguard.rules.facts.walk import walk
from schemaguard.rules.judging.rollback import rollback_classes
from schemaguard.rules.judging.verdict import JudgedRevision

if TYPE_CHECKING:
    from schemaguard.adapters.postgres.connection import Connection

_WRITTEN_ROWS = 16
SEED = 20261129


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """How revisions are proven."""

    server: str | None = None
    """The URL of a server on which databases may be made; None: an embedded one."""
    rows: int = 40
    seed: int = SEED
    contracts: str | None = None


Shown = Callable[[Certificate], None]


def prove(
    reading: Reading, path: str | None, revisions: Sequence[str], options: ProofOptions, shown: Shown | None = None
) -> tuple[Certificate, ...]:
    """A certificate for each revision, in their order; all of the history where none is named.

    Only statements that static evaluation found are sent, to a database that is made for it and dropped afterwards.
    Raises UsageError or HistoryError where a revision can't be found, DatabaseError where there is no server.
    """
    history = find_one(reading, path)
    named = [one for word in revisions for one in span(history.graph, word)] or list(history.graph.order)
    wanted = [one for one in history.graph.order if one in set(named)]
    if not wanted:
        raise UsageError("there is no revision to prove", at=history.path)
    replay = replay_selected(
        history, reading, Selection(frozenset(history.graph.order)), order_to(history.graph, wanted)
    )
    folder = contracts_folder(CheckOptions(contracts=options.contracts), reading)
    contracts = read_contracts(folder, reading.files.root) if folder.is_dir() else ()
    with scratch.server(options.server) as url, scratch.scratch(url) as (name, connection):
        return _Prover(reading, replay, contracts, options, (url, name, connection)).certificates(wanted, shown)


def prove_judged(
    reading: Reading, judged: Sequence[JudgedRevision], options: ProofOptions, shown: Shown | None = None
) -> tuple[Certificate, ...]:
    """A certificate for each revision that a check has judged, history by history."""
    found: list[Certificate] = []
    for history in dict.fromkeys(one.history for one in judged):
        named = [one.id for one in judged if one.history == history]
        found += prove(reading, history, named, options, shown)
    return tuple(found)


class _Prover:
    """Goes up the history in one database, and proves each revision in a copy of it."""

    def __init__(
        self, reading: Reading, replay: Replay, contracts: tuple[Contract, ...], options: ProofOptions,
        there: "tuple[str, str, Connection]",
    ) -> None:  # fmt: skip
        self.reading, self.replay, self.contracts, self.options = reading, replay, contracts, options
        self.url, self.name, self.connection = there
        self.ways_back = {run.revision.id: run for run in replay.downgrades}
        row = self.connection.execute("show server_version").fetchone()
        self.left_out: list[str] = []
        """Statements before the revision that failed because they aren't known whole."""
        self.version = str(row[0]) if row is not None else ""

    def certificates(self, wanted: list[str], shown: Shown | None) -> tuple[Certificate, ...]:
        found: list[Certificate] = []
        stuck = self._begin()
        try:
            self._go_up(wanted, shown, stuck, found)
        finally:
            self.connection.close()
        return tuple(found)

    def _go_up(self, wanted: list[str], shown: Shown | None, stuck: str | None, found: list[Certificate]) -> None:
        for run in self.replay.runs:
            if run.revision.id in wanted:
                one = self._certificate(run, stuck)
                found.append(one)
                if shown is not None:
                    shown(one)
            if stuck is None:
                try:
                    self.left_out += proof.follow(self.connection, run.steps)
                except proof.ProofError as error:
                    stuck = f"{run.revision.id} can't be applied here: {error}"

    def _begin(self) -> str | None:
        try:
            self.left_out += proof.follow(self.connection, self.replay.initial)
        except proof.ProofError as error:
            return f"the initial file can't be applied here: {error}"
        return None

    def _certificate(self, run: Run, stuck: str | None) -> Certificate:
        found = _Found()
        if stuck is not None:
            found.outcome, found.reasons = "not covered", [stuck]
        else:
            self._prove(run, found)
        bare, _ = rollback_classes(walk(run))
        text = self.reading.files.read(run.revision.file) or ""
        return Certificate(
            revision=run.revision.id,
            file=run.revision.file,
            source_digest=sha256(text),
            rollback=bare.value,
            outcome=found.outcome,
            reasons=tuple(found.reasons),
            not_covered=tuple(found.not_covered),
            locks=found.there.locks if found.there is not None else (),
            up_ms=found.there.ms if found.there is not None else 0.0,
            down_ms=found.back.ms if found.back is not None else 0.0,
            rows=found.rows,
            tables=found.tables,
            postgresql=self.version,
            seed=self.options.seed,
            schemaguard=__version__,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            timeline=tuple(found.timeline),
        )

    def _prove(self, run: Run, found: "_Found") -> None:
        back = self.ways_back.get(run.revision.id)
        unread = [change.reason for s in run.steps for change in s.changes if isinstance(change, Opaque | Unreadable)]
        found.not_covered += [f"a statement that isn't understood: {reason}" for reason in dict.fromkeys(unread)]
        if any(step.conditional for step in run.steps):
            found.not_covered.append("statements that run only if a condition holds were run")
        if not run.steps:
            found.reasons.append("it sends no statements")
            return
        own = back.steps if back is not None and not back.is_empty else ()
        steps = own or inverse_steps(run)
        if not own:
            if steps is None:
                found.outcome = "refuted"
                found.reasons.append("there is no way back: downgrade() does nothing")
                return
            found.by_inverses = True
            found.not_covered.append("downgrade() does nothing: the inverses that schemaguard stores were run instead")
        assert steps is not None
        found.not_covered += [f"left out before it: {each}" for each in self.left_out]
        # The connection that a copy is made of has to be at rest, and nobody else uses the database.
        self.connection.close()
        try:
            with scratch.scratch(self.url, self.name) as (_, connection):
                _There(connection, self, run, steps, found).and_back_again()
        except proof.ProofError as error:
            found.outcome = "refuted" if found.there is not None else "not covered"
            where = "back" if found.back is None and found.there is not None else "forward"
            found.reasons.append(f"the way {where} fails: {error}")
        finally:
            self.connection = scratch.reopened(self.url, self.name)


class _Found:
    """What the proof of one revision has found so far."""

    def __init__(self) -> None:
        self.outcome = "proven"
        self.reasons: list[str] = []
        self.not_covered: list[str] = []
        self.there: proof.Ran | None = None
        self.back: proof.Ran | None = None
        self.rows = self.tables = 0
        self.timeline: list[ProofPart] = []
        self.by_inverses = False
        """Whether the way back is ours, which adds constraints again without a look at the rows."""

    @contextmanager
    def moment(self, what: str) -> Iterator[None]:
        """Time a part of the proof."""
        began = time.perf_counter()
        yield
        self.timeline.append(ProofPart(what, (time.perf_counter() - began) * 1000))

    def ran(self, what: str, ran: proof.Ran) -> proof.Ran:
        """Note a part of the proof that has run the revision's statements."""
        self.timeline.append(ProofPart(what, ran.ms, ran.statements))
        return ran

    def refute(self, reasons: "Sequence[str]") -> None:
        if reasons:
            self.outcome = "refuted"
            self.reasons += reasons


class _There:
    """One revision in a database of its own."""

    def __init__(
        self, connection: "Connection", prover: _Prover, run: Run, back: tuple[Step, ...], found: _Found
    ) -> None:
        self.connection, self.run, self.back, self.found = connection, run, back, found
        self.contracts, self.options = prover.contracts, prover.options

    def and_back_again(self) -> None:
        found, connection = self.found, self.connection
        before = proof.catalog_of(connection)
        tables = concerned(self.run, self.back, before)
        with found.moment("rows are made"):
            filled = proof.fill(
                connection, Candidates(before, self.contracts, self.options.seed), tables, self.options.rows
            )
        found.not_covered += [f"no row could be made for {name}" for name, many in filled.items() if not many]
        first, counted = proof.rows_of(connection, tables, before), proof.counters(connection)
        found.there = found.ran("upgrade", proof.run(connection, self.run.steps, watched=True))
        after = proof.catalog_of(connection)
        shared = _shared(before, after, tables)
        upgraded = proof.rows_of(connection, tables, after)
        with found.moment("the new version writes"):
            self._write(after, tables | (after.tables.keys() - before.tables.keys()))
        written = proof.rows_of(connection, tables, after)
        found.back = found.ran("way back", proof.run(connection, self.back))
        again = proof.catalog_of(connection)
        returned = proof.rows_of(connection, tables, again)
        back = (
            *differences(before, again, validity=not found.by_inverses),
            *lost_rows(first, returned),
            *(f"rows of the new version: {each}" for each in lost_rows(written, returned, shared)),
            *self._stepped_back(counted),
        )
        found.refute([f"after the way back: {each}" for each in back])
        found.ran("upgrade again", proof.run(connection, self.run.steps))
        last = proof.catalog_of(connection)
        there = (
            *differences(after, last), *lost_rows(upgraded, proof.rows_of(connection, tables, last), shared),
        )  # fmt: skip
        found.refute([f"after going forward again: {each}" for each in there])
        found.rows = sum(len(each.rows) for each in (*first.values(), *written.values(), *upgraded.values()))
        found.tables = len(first)

    def _write(self, after: Catalog, tables: frozenset[Name]) -> None:
        """Rows as both versions write them: through contracts where there are some, and whatever the tables take."""
        candidates = Candidates(after, self.contracts, self.options.seed + 1)
        writers = [contract for contract in self.contracts if any(part.access == "write" for part in contract.tables)]
        for contract in writers:
            self.found.not_covered += proof.write_through(self.connection, candidates, contract, _WRITTEN_ROWS)
        if not writers:
            self.found.not_covered.append("no contract says what writers send: rows that the tables take were written")
        proof.fill(self.connection, candidates, tables, _WRITTEN_ROWS)

    def _stepped_back(self, counted: dict[str, int]) -> list[str]:
        now = proof.counters(self.connection)
        return [
            f"sequence {name} stood at {value} and is at {now[name]}"
            for name, value in counted.items()
            if name in now and now[name] < value
        ]


def _shared(before: Catalog, after: Catalog, tables: frozenset[Name]) -> dict[Name, tuple[str, ...]]:
    """The columns that a table has before and after under the same name and of the same type."""
    found = {}
    for name in tables:
        table = before.tables[name]
        other = after.tables.get(name)
        columns = (
            [] if other is None else [c for c in table.columns if (o := other.column(c.name)) and o.type == c.type]
        )
        found[name] = tuple(column.name for column in columns)
    return found
