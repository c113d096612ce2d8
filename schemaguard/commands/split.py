"""split: a destructive revision as expand, backfill and contract; shown first, written where that is asked for."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from posixpath import dirname, join

from schemaguard.adapters.files.contracts import read_contracts
from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.commands.check import CheckOptions, contracts_folder
from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.contracts.contract import Contract
from schemaguard.errors import HistoryError, UsageError
from schemaguard.expanding.alembic_files import AlembicStyle, WrittenFile, alembic_files
from schemaguard.expanding.expand import Split
from schemaguard.expanding.expand import split as expanded
from schemaguard.expanding.moments import Moment, moments
from schemaguard.expanding.sql_files import sql_files
from schemaguard.frozen import dataclass, replace
from schemaguard.history.alembic_settings import main_options, toml_settings
from schemaguard.history.graph import order_to
from schemaguard.history.history import History
from schemaguard.history.resolution import span
from schemaguard.history.revision import Run
from schemaguard.history.selection import Selection


@dataclass(frozen=True, slots=True)
class SplitRevision:
    """A revision as three: the files, and what each contract meets at every moment."""

    revision: str
    file: str
    parts: Split
    files: tuple[WrittenFile, ...]
    moments: tuple[Moment, ...]
    not_written_because: str = ""
    """Why there are no files, where the layout has no place for them."""
    is_written: bool = False


def split(
    reading: Reading, path: str | None, revision: str, ups: Iterable[str], downs: Iterable[str],
    contracts: str | None = None, *, write: bool = False,
) -> SplitRevision:  # fmt: skip
    """The three revisions of one, written to the disk where `write` says so.

    Raises HistoryError or UsageError where the revision can't be found or split.
    """
    history = find_one(reading, path)
    run = _run(reading, history, revision)
    parts = expanded(run, ups, downs)
    made = SplitRevision(run.revision.id, run.revision.file, parts, (), moments(parts, _contracts(reading, contracts)))
    try:
        files = _files(reading, history, run, parts)
    except UsageError as error:
        if write:
            raise
        return replace(made, not_written_because=f"{error.what}; {error.next}")
    if write:
        for file in files:
            target = Path(reading.files.root) / file.path
            if target.exists() and not file.replaces:
                raise UsageError("the file is there already", at=file.path, next="move it away first")
        for file in files:
            target = Path(reading.files.root) / file.path
            make_folder(target.parent)
            replace_text(target, file.text)
        for old in _left(history, run, files):
            (Path(reading.files.root) / old).unlink()
    return replace(made, files=files, is_written=write)


def _run(reading: Reading, history: History, revision: str) -> Run:
    wanted = span(history.graph, revision)
    if len(wanted) != 1:
        raise UsageError(f"{revision} is {len(wanted)} revisions", next="name one")
    selection = Selection(frozenset(wanted), with_ways_back=False)
    replay = replay_selected(history, reading, selection, order_to(history.graph, wanted))
    run = next((run for run in replay.runs if run.revision.id == wanted[0]), None)
    if run is None:
        raise HistoryError(f"{wanted[0]} counts as applied by the initial file", at=history.path)
    return run


def _contracts(reading: Reading, folder: str | None) -> tuple[Contract, ...]:
    where = contracts_folder(CheckOptions(contracts=folder), reading)
    return read_contracts(where, reading.files.root) if where.is_dir() else ()


def _files(reading: Reading, history: History, run: Run, parts: Split) -> tuple[WrittenFile, ...]:
    if history.kind == "sql":
        return sql_files(parts, run.revision, history)
    taken = history.graph.revisions
    return alembic_files(parts, run.revision, _style(reading, history), taken, datetime.now(UTC))


def _style(reading: Reading, history: History) -> AlembicStyle:
    options: dict[str, str] = {}
    if history.ini_file is not None:
        found = main_options(history.ini_file, reading.files) or (
            toml_settings(history.ini_file, reading.files) if history.ini_file.endswith(".toml") else None
        )
        options = {name: value for name, value in (found or {}).items() if isinstance(value, str)}
    folder = dirname(history.env_file) if history.env_file is not None else None
    template = reading.files.read(join(folder, "script.py.mako")) if folder is not None else None
    return AlembicStyle(template, options) if template else AlembicStyle(options=options)


def _left(history: History, run: Run, files: tuple[WrittenFile, ...]) -> list[str]:
    """The files of the revision that was split, where others have taken their place."""
    script = history.scripts.get(run.revision.id)
    own = {run.revision.file} if script is None else {script.up.file, *((script.down.file,) if script.down else ())}
    return sorted(own - {file.path for file in files})
