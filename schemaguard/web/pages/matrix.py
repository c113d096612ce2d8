"""Matrix: at which revisions can a version serve, and whom does a revision leave behind?"""

from collections.abc import Iterator, Sequence

from schemaguard.commands.serve import BrowsedHistory, Snapshot
from schemaguard.contracts.compatibility.breakage import Breakage
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.errors import UsageError, command_line
from schemaguard.history.graph import ancestors
from schemaguard.registry.listing import Shared, chosen, shared
from schemaguard.registry.matrix import Matrix, MatrixRow
from schemaguard.report.contracts.matrix import document
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Block,
    EmptyNote,
    MatrixCell,
    MatrixHead,
    MatrixLine,
    MatrixPicture,
    Page,
    PageAnswer,
    PageData,
    Panel,
    Paragraph,
    Picks,
    Words,
    words,
)

_MOST_REVISIONS = 40
_MOST_ROWS = 60
_SMALL = 12
"""Up to so many revisions a reason stands in its cell; beyond it is numbered below."""
_LONGEST_TITLE = 40
_READING = (
    "A row says at which revisions a version can serve; a column says whom a revision leaves behind. To go forward or "
    "back, find a column where both versions fit. Neighbours with the same verdict and reason are joined."
)


class _Place:
    """Where the database stands in a history: how many of the revisions, in their order, are applied."""

    def __init__(self, browsed: BrowsedHistory, applied: Sequence[str]) -> None:
        self.revisions = tuple(run.revision.id for run in browsed.runs)
        graph = browsed.history.graph
        known = [each for each in applied if each in graph.revisions]
        self.is_known = bool(known)
        done = ancestors(graph, known) if known else frozenset(self.revisions)
        here = [place for place, each in enumerate(self.revisions) if each in done]
        self.now = max(here, default=len(self.revisions) - 1)


def build(snapshot: Snapshot, model: str | None = None) -> Page:
    """The matrix of those in their windows, or of every version of one model."""
    contracts = snapshot.in_window if model is None else shared(chosen(snapshot.book.listed, model, None))
    title = "Matrix" if model is None else f"Matrix of {visible(model)}"
    if not snapshot.histories or not contracts:
        missing = "no migrations were read" if not snapshot.histories else "no contract is in its window"
        body: tuple[Panel, ...] = (Panel("", (EmptyNote(words("Contracts × revisions would be here.")),)),)
        return _page(model, title, answer("matrix-empty", missing=missing), body, {})
    if model is None and not snapshot.is_judged:
        several = wording.number(len(contracts), "contract is", "contracts are")
        return _page(model, title, answer("being-judged", several=several), (), {})
    panels = []
    said: PageAnswer | None = None
    documents = []
    for number, browsed in enumerate(snapshot.histories):
        made = snapshot.matrices[number] if model is None else snapshot.matrix_of(browsed, model)
        place = _Place(browsed, snapshot.applied)
        if not place.revisions:
            continue
        said = said or _answer(made, place)
        documents.append(made)
        name = "Contracts × revisions" if len(snapshot.histories) == 1 else visible(browsed.history.path)
        panels.append(_panel(name, number, browsed, made, place))
    if said is None:
        raise UsageError("no revision was read")
    panels.append(Panel("Reading it", (Paragraph(words(_READING), is_quiet=True),)))
    choices = [("in their windows", addresses.MATRIX, model is None)]
    models = dict.fromkeys(each.contract.model for each in snapshot.contracts)
    if len(models) <= _SMALL:
        choices += [(visible(each), addresses.matrix(each), each == model) for each in models]
    elif model is not None:
        choices.append((visible(model), addresses.matrix(model), True))
    return _page(
        model,
        title,
        said,
        (Panel("", (Picks("Versions", tuple(choices)),)), *panels),
        lambda: {"matrices": [document(each, snapshot.bench.source) for each in documents]},
    )


def _page(model: str | None, title: str, said: PageAnswer, body: tuple[Panel, ...], found: PageData) -> Page:
    return Page(
        address=addresses.MATRIX if model is None else addresses.matrix(model),
        title=title,
        answer=said,
        body=body,
        command=command_line("contracts", "matrix", *([model] if model is not None else [])),
        section=addresses.MATRIX,
        crumbs=(("Matrix", addresses.MATRIX),) if model is not None else (),
        document=found,
    )


def _answer(made: Matrix, place: _Place) -> PageAnswer:
    revision = wording.name(made.revisions[place.now])
    now = [(row, row.fits[place.now]) for row in made.rows]
    broken = [row.contract for row, fit in now if fit.verdict == "breaks"]
    if broken:
        fits_not = "doesn’t fit" if len(broken) == 1 else "don’t fit"
        return answer("matrix-broken", revision=revision, who=_who(broken), fits_not=fits_not)
    unproven = [row.contract for row, fit in now if fit.verdict == "unproven"]
    if unproven:
        return answer(
            "matrix-unproven", revision=revision, who=_who(unproven), fits="fits" if len(unproven) == 1 else "fit"
        )
    count = len(made.rows)
    everybody = f"{wording.all_of(count, 'contract')} {'fits' if count == 1 else 'fit'}"
    for ahead in range(place.now + 1, len(made.revisions)):
        left = [row.contract for row in made.rows if row.fits[ahead].verdict == "breaks"]
        if left:
            name = wording.name(made.revisions[ahead])
            return answer("matrix-breaks-ahead", revision=revision, all=everybody, ahead=(name,), who=_who(left))
    return answer("matrix-fits", revision=revision, all=everybody)


def _who(contracts: Sequence[Shared]) -> Words:
    return wording.series([wording.sharers(each) for each in contracts])


def _panel(name: str, number: int, browsed: BrowsedHistory, made: Matrix, place: _Place) -> Panel:
    last = len(place.revisions)
    first = max(0, min(place.now, last - _MOST_REVISIONS))
    first = max(first, last - _MOST_REVISIONS)
    shown = range(last - 1, first - 1, -1)
    is_big = len(shown) > _SMALL
    notes: dict[str, int] = {}
    groups: dict[str, list[MatrixLine]] = {}
    rows = made.rows[:_MOST_ROWS]
    for row in rows:
        line = MatrixLine(
            (wording.sharers(row.contract),),
            tuple(wording.chip(role) for role, _ in row.contract.roles[:1]),
            tuple(_cells(row, shown, place, notes if is_big else None)),
        )
        groups.setdefault(visible(row.contract.contract.model), []).append(line)
    picture = MatrixPicture(
        heads=tuple(_head(number, browsed, each, place) for each in shown),
        spans=tuple(_spans(shown, place)),
        groups=tuple((model, tuple(lines)) for model, lines in groups.items()),
        notes=tuple(notes),
        is_big=is_big,
    )
    blocks: list[Block] = [picture]
    left = []
    if len(rows) < len(made.rows):
        left.append(f"{len(rows)} of {len(made.rows)} contracts: a model’s page shows its own")
    if len(shown) < last:
        left.append(f"the last {len(shown)} of {last} revisions")
    if left:
        blocks.append(Paragraph(words(f"Shown: {'; '.join(left)}."), is_quiet=True))
    return Panel(
        name,
        tuple(blocks),
        "newest first · red: would break by going on, or is broken · grey: came before what it needs",
    )


def _head(number: int, browsed: BrowsedHistory, at: int, place: _Place) -> MatrixHead:
    revision = browsed.runs[at].revision
    title = _clause(visible(revision.message.strip().partition("\n")[0]) or visible(revision.id))
    return MatrixHead(visible(revision.id), addresses.revision(number, revision.id), title, _is_now(at, place))


def _is_now(at: int, place: _Place) -> bool:
    return place.is_known and at == place.now


def _spans(shown: Sequence[int], place: _Place) -> Iterator[tuple[str, int]]:
    if not place.is_known:
        yield "all revisions", len(shown)
        return
    ahead = sum(at > place.now for at in shown)
    now = sum(at == place.now for at in shown)
    for text, count in (("ahead, not applied", ahead), ("applied", now), ("before", len(shown) - ahead - now)):
        if count:
            yield text, count


def _cells(row: MatrixRow, shown: Sequence[int], place: _Place, notes: dict[str, int] | None) -> Iterator[MatrixCell]:
    """Equal neighbours joined, except over the edge of what is applied."""
    open_: tuple[tuple[object, ...], int] | None = None
    for at in shown:
        verdict, reason = _verdict(row, at, place)
        key = (verdict, reason, _is_now(at, place), at > place.now)
        if open_ is not None and open_[0] == key:
            open_ = (key, open_[1] + 1)
            continue
        if open_ is not None:
            yield _cell(open_, notes)
        open_ = (key, 1)
    if open_ is not None:
        yield _cell(open_, notes)


def _cell(made: tuple[tuple[object, ...], int], notes: dict[str, int] | None) -> MatrixCell:
    (verdict, reason, is_now, _), width = made
    note = notes.setdefault(str(reason), len(notes) + 1) if notes is not None and reason and verdict != "early" else 0
    return MatrixCell(verdict, width, str(reason), note, bool(is_now))  # type: ignore[arg-type]  # a verdict's word


def _verdict(row: MatrixRow, at: int, place: _Place) -> tuple[str, str]:
    """What doesn't fit revisions before its time, and fits later ones, is early: nothing can be prevented there."""
    fit: Fitness = row.fits[at]
    if fit.verdict == "fits":
        return "fits", ""
    if fit.verdict == "unproven":
        return "unproven", visible(wording.cause(fit))
    reasons = list(dict.fromkeys(visible(_reason(one)) for one in fit.breaks))
    reason = f"{reasons[0]}{wording.more_of(len(reasons))}"
    is_early = at < place.now and row.fits[place.now].verdict != "breaks"
    return ("early" if is_early else "breaks"), reason


def _reason(one: Breakage) -> str:
    """Why it breaks; what isn't there may have gone, or not have come yet."""
    return f"no {one.object}" if one.cause in ("column-dropped", "table-dropped") else one.message


def _clause(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1].rstrip()}…"
