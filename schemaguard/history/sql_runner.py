"""What running a migration written in SQL does: its statements in their transactions, folded into the catalog."""

import re
from collections.abc import Callable, Mapping

from schemaguard.catalog.changes import Change, ControlTransaction, SetSetting
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Place
from schemaguard.frozen import dataclass, field, replace
from schemaguard.history.absence import finds_nothing
from schemaguard.history.folding import fold
from schemaguard.history.history import Script, Section
from schemaguard.history.replay import Outcome
from schemaguard.history.revision import Direction, Revision, Run, Step
from schemaguard.history.undoing import Undoing, undone
from schemaguard.sql.reading.confirming import confirmed
from schemaguard.sql.reading.statement import Statement
from schemaguard.sql.reading.statements import pieces
from schemaguard.sql.reading.translate import translate_piece

_OPENING = ("BEGIN", "START")
_CLOSING = ("COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE")
_UNDOING = ("ROLLBACK", "ABORT")
_CHAIN = re.compile(r"\band\s+chain\s*$", re.IGNORECASE)
_LINE_COMMENT = re.compile(r"^[ \t]*--[ \t]?(.*)$", re.MULTILINE)


Said = tuple[tuple[Statement, tuple[Change, ...]], ...]
"""The statements of a section, each with what it changes."""


def read_section(section: Section) -> Said:
    """What a section says, whatever catalog it will meet."""
    return tuple(
        (piece.statement, confirmed(piece.statement.sql, translate_piece(piece)))
        for piece in pieces(section.text, section.file, section.first_line)
    )


@dataclass(frozen=True, slots=True)
class SqlRunner:
    """Runs the revisions of a history of SQL files."""

    scripts: Mapping[str, Script]
    assume_in_transaction: bool | None = None
    read: Callable[[Section], Said] = read_section

    def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
        """What the revision does in one direction to a database that looks like the catalog."""
        script = self.scripts[revision.id]
        section = script.up if direction == "upgrade" else script.down
        if section is None:
            return Outcome(Run(revision, direction, (), catalog, catalog, is_empty=True), frozenset({revision.file}))
        if self.assume_in_transaction is not None:
            section = replace(section, transactions="one" if self.assume_in_transaction else "none")
        steps = run_section(section, catalog, self.read)
        # What a script SETs ends with its session.
        after = _as_left(steps[-1].after, catalog.search_path) if steps else catalog
        comments = tuple(
            (Place(section.file, section.first_line + section.text.count("\n", 0, match.start())), match.group(1))
            for match in _LINE_COMMENT.finditer(section.text)
        )
        run = Run(revision, direction, steps, catalog, after, file_comments=comments, is_empty=not steps)
        is_plain = not any(isinstance(change, ControlTransaction | SetSetting) for s in steps for change in s.changes)
        return Outcome(run, frozenset({revision.file, section.file}), is_plain)


def _as_left(catalog: Catalog, search_path: tuple[str, ...]) -> Catalog:
    """The catalog that the next session meets; the tool has committed what it began."""
    if (catalog.search_path, catalog.session_path, catalog.at_begin, catalog.savepoints) == (
        search_path,
        None,
        None,
        (),
    ):
        return catalog
    return replace(catalog, search_path=search_path, session_path=None, at_begin=None, savepoints=())


def run_section(section: Section, catalog: Catalog, read: Callable[[Section], Said] = read_section) -> tuple[Step, ...]:
    """The steps of one script, each with the transaction that it runs in."""
    statements = read(section)
    mode = section.transactions
    if mode == "implicit":
        mode = "one" if sum(not _is_control(changes) for _, changes in statements) > 1 else "none"
    session = _Session(catalog, is_open=mode == "one")
    for statement, changes in statements:
        session.run(statement, changes)
    return tuple(session.steps)


def _is_control(changes: tuple[Change, ...]) -> bool:
    return all(isinstance(change, ControlTransaction) for change in changes)


@dataclass(slots=True)
class _Session:
    """A client's session while a script runs: the catalog, and the transaction that is open.

    `at_begin` is the catalog at the beginning of the transaction that the tool opened; one that the script opens itself
    is kept by the catalog.
    """

    catalog: Catalog
    is_open: bool
    number: int = 0
    at_begin: Catalog | None = None
    steps: list[Step] = field(default_factory=list)
    undoing: Undoing = field(default_factory=Undoing)

    def __post_init__(self) -> None:
        if self.is_open:
            self.at_begin = self.catalog

    def run(self, statement: Statement, changes: tuple[Change, ...]) -> None:
        """Run one statement; the session is then as it leaves it, and what it undoes leaves nothing."""
        before, was_open, number = self.catalog, self.is_open, self.number
        if not finds_nothing(statement.sql, changes, before):
            changes, self.catalog = fold(changes, before)
        if len(changes) == 1 and isinstance(changes[0], ControlTransaction):
            before = self._control(changes[0], bool(_CHAIN.search(statement.sql)), before)
        if not self.is_open:
            self._end()
        step = Step(
            statement=statement,
            changes=changes,
            before=before,
            after=self.catalog,
            transaction=number,
            autocommit=not was_open and not self.is_open,
            comments=statement.comments,
        )
        self.steps.append(step)
        if not self.is_open:
            self.undoing.begins(len(self.steps))

    def _control(self, change: ControlTransaction, is_chained: bool, before: Catalog) -> Catalog:
        """What the end or the beginning of a transaction does to the session; the catalog that it then meets."""
        word, _, rest = change.action.partition(" ")
        undoes_from = self.undoing.noted(change, len(self.steps)) if self.is_open else None
        if word in _OPENING:
            if not self.is_open:
                self.undoing.begins(len(self.steps) + 1)
            self.is_open = True
        elif word in _CLOSING and not rest.startswith(("TO", "PREPARED")):
            if word in _UNDOING and self.at_begin is not None:
                self.catalog = self.at_begin
            self.is_open, self.at_begin = is_chained, None
            if is_chained:
                self._end()
                self.at_begin = self.catalog
                self.undoing.begins(len(self.steps) + 1)
        if undoes_from is None:
            return before
        self.steps[undoes_from:] = undone(self.steps[undoes_from:], self.catalog)
        return self.catalog

    def _end(self) -> None:
        """The transaction is over: what was set LOCAL with it, and the next statement starts another."""
        if self.catalog.session_path is not None:
            self.catalog = replace(self.catalog, search_path=self.catalog.session_path, session_path=None)
        self.number += 1
