"""What has to hold of every input, whoever made it."""

from contextlib import suppress
from pathlib import Path

from benchmarks.grammar import parses
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.locks import locks
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.retirability import retirability
from schemaguard.config import load
from schemaguard.errors import ConfigError
from schemaguard.evaluation import Evaluator, Settings
from schemaguard.evaluation.evaluator import FAULT
from schemaguard.history.folding import fold
from schemaguard.history.identity import read_identity
from schemaguard.history.revision import Direction, Revision
from schemaguard.history.sources import MemoryFiles
from schemaguard.sql.reading.expressions import columns_of
from schemaguard.sql.reading.mentions import mentions
from schemaguard.sql.reading.statements import comments, split
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.statements import render

REVISION_FILE = "v/r.py"


def becomes_changes(text: str) -> None:
    """A text becomes changes; none is passed over in silence."""
    assert translate(text)


def is_read_where_it_is_valid(text: str) -> None:
    """What PostgreSQL's own parser takes, no reader of ours refuses."""
    assert not (parses(text) and any(isinstance(change, Unreadable) for change in translate(text)))


def is_split_in_order(text: str) -> None:
    """Statements are pieces of the text, in their order, at their place."""
    lines = text.replace("\r\n", " \n").replace("\r", "\n").split("\n")
    end = 0
    for found in split(text, "f.sql"):
        start = sum(len(line) + 1 for line in lines[: found.place.line - 1]) + found.place.column - 1
        assert text[start : start + len(found.sql)] == found.sql
        assert start >= end
        end = start + 1
    comments(text, "f.sql")


def is_scanned(text: str) -> None:
    """Names are found in whatever is scanned for them."""
    mentions(text)
    columns_of(text)


def is_judged(statements: list[str], catalog: Catalog) -> None:
    """Statements are folded one after the other, and each change has locks, a way to retire and a way back."""
    for text in statements:
        changes, after = fold(translate(text), catalog)
        for change in changes:
            locks(change, catalog)
            retirability(change, catalog)
            for with_guard in (True, False):
                for back in inverse(change, catalog, with_guard=with_guard).changes:
                    render(back)
        catalog = after


def is_evaluated(files: dict[str, str], direction: Direction, catalog: Catalog) -> None:
    """A revision is evaluated to its end, without a fault of ours, and each statement has a place in some file."""
    env_file = "env.py" if "env.py" in files else None
    evaluator = Evaluator(MemoryFiles(files), (".",), Settings(), env_file)
    run = evaluator.run(Revision("r", (), REVISION_FILE), direction, catalog).run
    assert run.before is catalog
    for step in run.steps:
        place = step.statement.place
        assert place.line <= files.get(place.file, "").count("\n") + 1
        for change in step.changes:
            assert not (isinstance(change, Opaque) and FAULT in change.reason), change.reason


def is_identified(text: str) -> None:
    """A module has an identity, or a problem that says why not."""
    read_identity(text, REVISION_FILE)


def is_loaded(folder: Path, name: str, content: bytes) -> None:
    """A settings file gives settings, or an error that names the key."""
    file = folder / name
    file.write_bytes(content)
    try:
        with suppress(ConfigError):
            config = load(folder, {})
            assert all(isinstance(path, str) for path in config.migrations)
    finally:
        file.unlink()
