"""upgrade-check: can an application that ships its Alembic history be taken back after an upgrade?"""

import tempfile
from pathlib import Path

from schemaguard.adapters.files.wheels import lay_out, wheel_of
from schemaguard.commands.histories import find_histories, replay_selected
from schemaguard.commands.reading import Reading, open_reading
from schemaguard.config import Config
from schemaguard.contracts.whole import whole_contract
from schemaguard.errors import HistoryError, UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.history.graph import ancestors
from schemaguard.history.history import History, require_whole
from schemaguard.history.memory import Store
from schemaguard.history.selection import Selection
from schemaguard.rules.judging.upgrade import HistoryUpgrade, upgrade

POSTGRESQL = 16


@dataclass(frozen=True, slots=True)
class UpgradeCheck:
    """What an upgrade of a package does to its databases, history by history."""

    package: str
    old: str
    new: str
    histories: tuple[HistoryUpgrade, ...]
    remarks: tuple[str, ...] = ()

    @property
    def old_works(self) -> bool:
        """Whether the old version can run on the upgraded database as it is."""
        return all(each.old_works for each in self.histories)

    @property
    def is_undone(self) -> bool:
        """Whether the downgrades bring the old schema back with all values."""
        return all(each.is_undone for each in self.histories)


def upgrade_check(
    package: str, old: str, new: str, here: Path, *, postgresql: int = POSTGRESQL, store: Store | None = None
) -> UpgradeCheck:
    """The histories of both wheels, evaluated statically; the code of the wheels is never run.

    Raises UsageError where a wheel can't be had, or holds no history.
    """
    with tempfile.TemporaryDirectory(prefix="schemaguard-") as folder:
        sides = [_laid_out(package, wanted, Path(folder) / side, here) for side, wanted in (("old", old), ("new", new))]
        readings = [
            replace(open_reading(Config(root=side, postgresql=postgresql), side), store=store) for side in sides
        ]
        before, after = ({history.path: history for history in _histories(reading)} for reading in readings)
        if not after:
            raise UsageError(f"no Alembic history in {package} {new}", next="name a package that ships its migrations")
        remarks = [f"{path} is gone in {new}: its tables stay as they are" for path in before if path not in after]
        remarks += [f"{path} is new in {new}" for path in after if path not in before]
        versions = (_version(old), _version(new))
        found = tuple(
            _judged(package, versions[0], (before[path], readings[0]), (after[path], readings[1]), postgresql)
            for path in after
            if path in before
        )
    return UpgradeCheck(package, *versions, found, tuple(remarks))


def _laid_out(package: str, wanted: str, folder: Path, here: Path) -> Path:
    tree = folder / "tree"
    tree.mkdir(parents=True)
    lay_out(wheel_of(package, wanted, folder / "fetched", here), tree)
    return tree


def _version(wanted: str) -> str:
    """The version that a wheel's name says, else what was given."""
    parts = Path(wanted).name.split("-")
    return parts[1] if wanted.endswith(".whl") and len(parts) > 1 else wanted


def _histories(reading: Reading) -> tuple[History, ...]:
    """The histories that lie beside an env.py; those of a folder that is no history are none."""
    root = reading.files.root
    folders = sorted(file.parent.relative_to(root).as_posix() for file in root.rglob("env.py"))
    found: list[History] = []
    for folder in folders:
        try:
            found += find_histories(reading, (folder,))
        except (HistoryError, UsageError):
            continue
    return tuple(history for history in found if history.kind == "alembic")


def _judged(
    package: str, version: str, before: tuple[History, Reading], after: tuple[History, Reading], postgresql: int
) -> HistoryUpgrade:
    (old, _), (new, reading) = before, after
    require_whole(new)
    known = frozenset(old.graph.revisions)
    fresh = frozenset(new.graph.revisions) - known
    vanished = tuple(revision for revision in old.graph.order if revision not in new.graph.revisions)
    # What was there goes first, as an installation that is upgraded has it.
    order = (*(one for one in new.graph.order if one in known), *(one for one in new.graph.order if one not in known))
    if any(set(ancestors(new.graph, (one,))) & fresh for one in known & set(new.graph.revisions)):
        order = new.graph.order
    replay = replay_selected(new, reading, Selection(fresh), order)
    first = next((run for run in replay.runs if run.revision.id in fresh), None)
    contract = whole_contract(package, version, first.before if first is not None else replay.catalog)
    return upgrade(replay, contract, fresh, old.graph.heads, vanished, postgresql)
