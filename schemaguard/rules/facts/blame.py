"""Which change breaks which contract: judged as a state at every commit point, blamed on the change that flips it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from schemaguard.catalog.changes import Change, DetachPartition, DropTable, SetInheritance
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Reader, Severity
from schemaguard.frozen import dataclass
from schemaguard.history.revision import Replay
from schemaguard.rules.facts.changed_places import changed_places
from schemaguard.rules.facts.concerned import Directory, touched
from schemaguard.rules.facts.given_back import is_given_back
from schemaguard.rules.facts.made_again import made_again
from schemaguard.rules.facts.open_world import Elsewhere
from schemaguard.rules.facts.spans import Spans
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.window.under_contract import UnderContract

if TYPE_CHECKING:
    from schemaguard.contracts.compatibility import Breakage

# Severe, but the shape stays: other values arrive, or none. Whatever is not an error shifts the meaning at most.
_SHIFTS = frozenset({"scale-reduced", "zone-changed", "type-approximated", "values-converted", "rows-deleted"})
_OF_ROWS = frozenset({"rows-deleted", "rows-overwritten"})
_TAKES_ROWS_ALONG = DetachPartition | SetInheritance | DropTable
# One and the same absence: a change tells which it is, two catalogs alone may not.
_GONE = frozenset({"column-dropped", "column-renamed", "table-dropped", "table-moved"})


@dataclass(frozen=True, slots=True)
class Blamed:
    """One breakage of one contract, blamed on a change."""

    held: UnderContract
    breakage: "Breakage"
    is_between: bool = False
    """Whether a later commit point of the same revision mends it."""

    @property
    def breaks(self) -> bool:
        """Whether a promise is broken, rather than other values arrive in the same shape."""
        breakage = self.breakage
        if breakage.is_doubt:
            return False
        shifts = breakage.cause in _SHIFTS or (breakage.cause, breakage.access) == ("row-security", "read")
        return breakage.severity is Severity.ERROR and not shifts

    @property
    def is_signature(self) -> bool:
        """Whether the query succeeds and the model refuses what arrives."""
        return self.breakage.cause == "signature-refused"

    @property
    def readers(self) -> tuple[Reader, ...]:
        """Whom it concerns."""
        return self.held.readers(self.breakage.access)


def blame(visits: Sequence[Visit], contracts: Directory) -> Mapping[int, tuple[Blamed, ...]]:
    """Position of a visit → what the change there is to blame for."""
    found: dict[int, list[Blamed]] = {}
    points = _commit_points(visits)
    spans = Spans(visits)
    for held in contracts.concerned(visits):
        for point in points:
            for position, breakage in _flips(held, spans, point):
                is_between = point is not points[-1] and not _persists(
                    held, spans, breakage, range(len(visits)), position
                )
                found.setdefault(position, []).append(Blamed(held, breakage, is_between))
        if len(points) > 1:
            for position, breakage in _over_all(held, spans, found):
                found.setdefault(position, []).append(Blamed(held, breakage))
        for position, breakage in _of_other_origin(held, visits, found):
            found.setdefault(position, []).append(Blamed(held, breakage))
    return {position: tuple(blamed) for position, blamed in found.items()}


def _commit_points(visits: Sequence[Visit]) -> list[range]:
    points: list[range] = []
    for position, visit in enumerate(visits):
        if points and visits[position - 1].commit == visit.commit:
            points[-1] = range(points[-1].start, position + 1)
        else:
            points.append(range(position, position + 1))
    return points


def _flips(held: UnderContract, spans: Spans, point: range) -> "Iterator[tuple[int, Breakage]]":
    """What is broken at a commit point and wasn't when its transaction began, with the change that flipped it last."""
    visits = spans.visits
    flipped: dict[tuple[object, ...], tuple[int, Breakage]] = {}
    for position in point:
        visit = visits[position]
        of_change = spans.breakages(held.contract, range(position, position + 1), position)
        if visit.is_for_nothing:
            # A contract is a sign that the relation is there all the same.
            yield from ((position, each) for each in of_change)
            continue
        if is_given_back(visit.change, (visits[each].change for each in point if each > position)):
            continue
        for breakage in of_change:
            if not _is_young(breakage, visit):
                flipped[_subject(breakage)] = (position, breakage)
    if len(point) > 1:
        # A column that is dropped and made again is whole at each step, and another at the end.
        for breakage in spans.breakages(held.contract, point, point[-1]):
            flipped.setdefault(_subject(breakage), (_last_on(breakage, visits, point), breakage))
    lasting = [
        (position, each)
        for position, each in flipped.values()
        if len(point) == 1 or _persists(held, spans, each, point, position)
    ]
    yield from lasting
    told = {(each.access, each.table, each.column) for _, each in lasting}
    for position, gone in flipped.values():
        if (position, gone) in lasting or (gone.access, gone.table, gone.column) in told:
            continue
        made = made_again(held.contract, gone, visits[position], [visits[each] for each in point if each > position])
        if made is not None and not _is_young(made[1], visits[position]):
            yield position + 1 + made[0], made[1]


def _is_young(breakage: "Breakage", visit: Visit) -> bool:
    """Whether it is about rows of a table, or values of a column, that the revision has made itself."""
    if breakage.cause not in _OF_ROWS:
        return False
    table = visit.before.resolve(breakage.table)
    return table in visit.made.tables or (table, breakage.column) in visit.made.columns


def _over_all(
    held: UnderContract, spans: Spans, found: Mapping[int, Sequence[Blamed]]
) -> "Iterator[tuple[int, Breakage]]":
    """What shows only where the revision is taken as a whole: a view that is dropped, and made again as another."""
    known = {_subject(each.breakage) for blamed in found.values() for each in blamed if each.held is held}
    whole = range(len(spans.visits))
    for breakage in spans.breakages(held.contract, whole, whole[-1]):
        if _subject(breakage) not in known:
            yield _last_on(breakage, spans.visits, whole), breakage


def _of_other_origin(
    held: UnderContract, visits: Sequence[Visit], found: Mapping[int, Sequence[Blamed]]
) -> "Iterator[tuple[int, Breakage]]":
    """What has the values of another name, where nothing else was said of it."""
    told = {
        (each.breakage.cause, each.breakage.table, each.breakage.column)
        for blamed in found.values()
        for each in blamed
        if each.held is held
    }
    for position, breakage in changed_places(held.contract, visits):
        if (breakage.cause, breakage.table, breakage.column) not in told:
            yield position, breakage


def _last_on(breakage: "Breakage", visits: Sequence[Visit], point: range) -> int:
    """The position of the last change on the breakage's column, else on its table, else of the last at all."""
    on_table = [
        position
        for position in reversed(point)
        if (names := touched(visits[position].change, visits[position].before, visits[position].after)) is not None
        and breakage.table.name in names
    ]
    on_column = (position for position in on_table if _names_column(visits[position].change, breakage.column))
    return next(on_column, next(iter(on_table), point[-1]))


def _names_column(change: Change, column: str | None) -> bool:
    """Whether the change is about the column, or gives another one its name."""
    named = getattr(change, "column", None)
    return column is not None and column in (named, getattr(named, "name", None), getattr(change, "to", None))


def _persists(held: UnderContract, spans: Spans, breakage: "Breakage", span: range, blamed: int) -> bool:
    """Whether the breakage is still there when only the first and the last catalog of the span are compared.

    What became of rows stays, though the function that did it may be gone by then; a partition may come back with its.
    """
    is_done = breakage.cause in _OF_ROWS and not isinstance(spans.visits[blamed].change, _TAKES_ROWS_ALONG)
    return is_done or any(
        _subject(other) == _subject(breakage) for other in spans.breakages(held.contract, span, blamed)
    )


def _subject(breakage: "Breakage") -> tuple[object, ...]:
    is_gone = breakage.cause in _GONE
    cause, detail = ("gone", "") if is_gone else (breakage.cause, breakage.detail)
    return (cause, detail, breakage.access, breakage.table, breakage.column)


def in_force_from(contracts: Directory, replay: Replay) -> Mapping[int, int]:
    """id of a contract → the position of the first run that it is held against; 0 where it isn't listed.

    Where only what is new is judged, that is the first. Where a whole history is, a contract holds from the revision
    on that first gave it all that it asks for: no model version can have served on an earlier one. A contract that
    no revision satisfies is held against all of them.
    """
    if not contracts.contracts or any(run.revision.id not in replay.judged for run in replay.runs):
        return {}
    walked = [walk(run) for run in replay.runs]
    world = Elsewhere(frozenset(part.table for held in contracts.contracts for part in held.contract.tables))
    for position, visits in enumerate(walked):
        world.note(visits, position)
    starts: dict[int, int] = {}
    for position, run in enumerate(replay.runs):
        first = contracts.contracts if position == 0 else ()
        for held, catalog, start in (
            *((held, run.before, position) for held in first),
            *((held, run.after, position + 1) for held in contracts.concerned(walked[position])),
        ):
            if id(held) not in starts and _fits(held, world.standing(catalog, start)):
                starts[id(held)] = start
    return starts


def _fits(held: UnderContract, catalog: Catalog) -> bool:
    from schemaguard.contracts.compatibility.satisfied import unmet

    return not any(breakage.severity is Severity.ERROR for breakage in unmet(held.contract, catalog))
