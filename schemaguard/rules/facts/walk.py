"""One revision, change by change, with the catalogs around each."""

from collections.abc import Callable, Iterator

from schemaguard.catalog.apply import Refusal, apply
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass
from schemaguard.history.absence import finds_nothing
from schemaguard.history.revision import Run, Step
from schemaguard.rules.facts import refusal
from schemaguard.rules.facts.foregoing import Foregoing
from schemaguard.rules.facts.made import Made


@dataclass(frozen=True, slots=True)
class Visit:
    """One change in its turn; `commit` numbers the commit point that makes it visible to others."""

    step: Step
    step_index: int
    change: Change
    before: Catalog
    after: Catalog
    made: Made
    """What the revision has made before this change."""
    commit: int
    is_for_nothing: bool = False
    """Whether it says IF EXISTS of what no migration has made; `after` is then the catalog if it were there."""


Walk = Callable[[Run], tuple[Visit, ...]]


def remembering() -> Walk:
    """What walks a run when it is first asked to, and knows it from then on."""
    known: dict[int, tuple[Run, tuple[Visit, ...]]] = {}

    def walked(run: Run) -> tuple[Visit, ...]:
        found = known.get(id(run))
        if found is None:
            # The run is kept too: no other can have its id.
            found = known[id(run)] = (run, walk(run))
        return found[1]

    return walked


def walk(run: Run) -> tuple[Visit, ...]:
    """Every change of the run, in order."""
    return tuple(_visits(run))


def _visits(run: Run) -> Iterator[Visit]:
    made = Made()
    commit = 0
    foregoing = Foregoing()
    previous: Step | None = None
    for index, step in enumerate(run.steps):
        if previous is not None and not _share_transaction(previous, step):
            commit += 1
        previous = step
        is_for_nothing = finds_nothing(step.statement.sql, step.changes, step.before)
        for named, before, after in _around(step) if not is_for_nothing else _supposed(step):
            change = named if is_for_nothing else foregoing.told(named, step, before, made)
            yield Visit(step, index, change, before, after, made, commit, is_for_nothing)
            made = made if is_for_nothing else made.after(change, before)


def _share_transaction(one: Step, other: Step) -> bool:
    return not one.autocommit and not other.autocommit and one.transaction == other.transaction


def _around(step: Step) -> Iterator[tuple[Change, Catalog, Catalog]]:
    last = len(step.changes) - 1
    before = step.before
    if last > 0 and refusal.is_certain(step.changes[last], step):
        # A statement is atomic: nothing of one that is refused happens.
        yield step.changes[last], before, step.after
        return
    for position, change in enumerate(step.changes):
        after = step.after if position == last else applied(change, before)
        yield change, before, after
        before = after


def _supposed(step: Step) -> Iterator[tuple[Change, Catalog, Catalog]]:
    """The changes of a statement as if what it names were there."""
    before = step.before
    for change in step.changes:
        after = applied(change, before)
        yield change, before, after
        before = after


def applied(change: Change, before: Catalog) -> Catalog:
    """The catalog after the change; the one before it where the server would refuse."""
    try:
        return apply(change, before)
    except Refusal:
        # The server would stop here; the replay has said so where it folded the statement.
        return before
