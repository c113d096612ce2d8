"""What the revisions of an upgrade mean for the version before it: can it run again afterwards?"""

from collections.abc import Iterable
from typing import Literal

from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.locks import Mode, Work, locks, strongest
from schemaguard.contracts.contract import Contract
from schemaguard.finding import Severity
from schemaguard.frozen import dataclass
from schemaguard.history.revision import Replay, Run
from schemaguard.rules.facts.blame import blame
from schemaguard.rules.facts.concerned import directory
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.rules.judging.rollback import rollback_classes
from schemaguard.rules.judging.undoing import left_otherwise
from schemaguard.rules.judging.verdict import RollbackClass
from schemaguard.window.under_contract import UnderContract, VersionInWindow

WayBack = Literal["yes", "no"]
_KEPT = (RollbackClass.INSTANT, RollbackClass.SLOW, RollbackClass.NEEDS_VALUES)
_WORKS: tuple[Work, ...] = ("metadata", "scan", "rewrite")


@dataclass(frozen=True, slots=True)
class Met:
    """What the old version would meet: in words, with the SQLSTATE where it gets one."""

    access: str
    message: str
    effect: str
    sqlstate: str | None
    place: str


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """One revision of an upgrade."""

    id: str
    file: str
    message: str
    rollback: RollbackClass
    lock: Mode | None
    """The strongest lock that it takes on a table that was there before."""
    locked: tuple[str, ...]
    """The tables on which it takes that lock."""
    work: Work
    has_downgrade: bool
    met: tuple[Met, ...]
    unknown: tuple[str, ...]
    """Statements of which it isn't known what they do, and why."""
    left: tuple[str, ...] = ()
    """What its own downgrade() leaves otherwise than it was, loses, or isn't known to do."""

    @property
    def is_undone(self) -> bool:
        """Whether its downgrade() brings all back and loses nothing."""
        return self.has_downgrade and self.rollback in _KEPT and not self.left


@dataclass(frozen=True, slots=True)
class HistoryUpgrade:
    """One history of a package between two versions."""

    path: str
    old_heads: tuple[str, ...]
    new_heads: tuple[str, ...]
    steps: tuple[UpgradeStep, ...]
    vanished: tuple[str, ...] = ()
    """Revisions of the old version that the new one doesn't have."""

    @property
    def old_works(self) -> bool:
        """Whether the old version meets nothing that breaks it, as far as all statements are known."""
        return not any(step.met or step.unknown for step in self.steps)

    @property
    def is_undone(self) -> bool:
        """Whether every revision has a downgrade() that brings all back and loses nothing."""
        return all(step.is_undone for step in self.steps)


def upgrade(
    replay: Replay, contract: Contract, new: frozenset[str], old_heads: tuple[str, ...], vanished: tuple[str, ...],
    version: int,
) -> HistoryUpgrade:  # fmt: skip
    """The new revisions of a history, judged on behalf of the old version. `replay` has judged them."""
    held = UnderContract(contract, (VersionInWindow(contract.model_versions[0], "active"),))
    ways_back = {run.revision.id: run for run in replay.downgrades}
    steps = tuple(
        _step(run, ways_back.get(run.revision.id), held, version) for run in replay.runs if run.revision.id in new
    )
    return HistoryUpgrade(replay.history, old_heads, replay.heads, steps, vanished)


def _step(run: Run, back: Run | None, held: UnderContract, version: int) -> UpgradeStep:
    visits = walk(run)
    bare, _ = rollback_classes(visits)
    works = [locks(visit.change, visit.before, version) for visit in visits]
    # What is done to a table that the revision makes itself keeps nobody waiting.
    taken = [
        (lock.relation, lock.mode)
        for visit, work in zip(visits, works, strict=True)
        for lock in work.locks
        if lock.relation not in visit.made.tables
    ]
    mode = strongest(tuple(mode for _, mode in taken)) if taken else None
    heavy = [
        work.work
        for visit, work in zip(visits, works, strict=True)
        if any(name not in visit.made.tables for name in work.worked_on)
    ]
    has_downgrade = back is not None and not (back.is_empty and bool(run.steps))
    return UpgradeStep(
        id=run.revision.id,
        file=run.revision.file,
        message=run.revision.message,
        rollback=bare,
        lock=mode,
        locked=tuple(dict.fromkeys(str(name) for name, held_mode in taken if held_mode == mode)),
        work=max(heavy, key=_WORKS.index, default="metadata"),
        has_downgrade=has_downgrade,
        met=tuple(_met(visits, held)),
        unknown=tuple(_unknown(visits)),
        left=left_otherwise(run, back) if back is not None and has_downgrade else (),
    )


def _met(visits: tuple[Visit, ...], held: UnderContract) -> Iterable[Met]:
    for position, blamed in blame(visits, directory((held,))).items():
        place = str(visits[position].step.statement.place)
        for each in blamed:
            one = each.breakage
            if one.severity is Severity.ERROR and not one.is_doubt:
                yield Met(one.access, one.message, one.effect, one.sqlstate, place)


def _unknown(visits: tuple[Visit, ...]) -> Iterable[str]:
    for visit in visits:
        if isinstance(visit.change, Opaque | Unreadable):
            yield f"{visit.step.statement.place}: {visit.change.reason}"
