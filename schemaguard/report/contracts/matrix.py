"""The matrix of contracts and revisions: revisions at which nothing differs are one column, and what breaks is told."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.registry.matrix import Matrix, MatrixRow, Segment
from schemaguard.report.check.sentences import plural
from schemaguard.report.contracts import words
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_STYLES = {"fits": "green", "breaks": "bold red", "unproven": "yellow"}
_SIGNS = {"fits": "✓", "breaks": "✗", "unproven": "?"}
_GAP = 3
_SHORTEST = 4
_REASONS_SHOWN = 12
_NAMES_SHOWN = 6


def show(found: Matrix, console: Console, source: str) -> None:
    """Print a row a contract; on a terminal the columns that fit, the last of the history first."""
    named = _shortened(found.revisions)
    columns = [(segment, _between(named, segment)) for segment in found.segments]
    label = max((len(visible(row.contract.name)) for row in found.rows), default=0)
    shown, with_words = _fitting(columns, console, max(label, len("contract")))
    headings = [Heading("contract", whole=True), *(Heading(title, whole=True) for _, title in shown)]
    if found.rows and found.revisions:
        table(console, headings, [_cells(row, [s for s, _ in shown], with_words=with_words) for row in found.rows])
    for text in _reasons(found, named):
        line(console, text, indent=4)
    several = f"{plural(len(found.rows), 'contract')} × {plural(len(found.revisions), 'revision')}"
    line(console, Text(visible(f"{several} of {found.history} · {source}"), "dim"))
    hidden = len(columns) - len(shown)
    if hidden:
        until = found.revisions[columns[hidden - 1][0].last]
        line(console, Text(visible(f"not shown: what comes before, up to {until} (--revisions :{until})"), "yellow"))


def _fitting(
    columns: Sequence[tuple[Segment, str]], console: Console, label: int
) -> tuple[Sequence[tuple[Segment, str]], bool]:
    """(the columns that there is room for, whether with words or only with signs)."""
    if not console.is_terminal:
        return columns, True
    for with_words in (True, False):
        widths = [max(len(title), len("unproven") if with_words else 1) + _GAP for _, title in columns]
        if label + _GAP + sum(widths) <= console.width:
            return columns, with_words
    room, number = console.width - label - _GAP, len(columns)
    while number and room >= len(columns[number - 1][1]) + _GAP:
        number -= 1
        room -= len(columns[number][1]) + _GAP
    return columns[number:], False


def _cells(row: MatrixRow, segments: Sequence[Segment], *, with_words: bool) -> list[Text]:
    verdicts = [row.fits[segment.last].verdict for segment in segments]
    cells = [Text(verdict if with_words else _SIGNS[verdict], _STYLES[verdict]) for verdict in verdicts]
    return [Text(visible(row.contract.name), "bold"), *cells]


def _reasons(found: Matrix, named: Sequence[str]) -> Iterator[Text]:
    """What breaks where, the last revisions first."""
    alike: dict[tuple[Segment, tuple[str, ...]], list[str]] = {}
    for row in found.rows:
        for segment, said in _same(row.fits):
            if said:
                alike.setdefault((segment, said), []).append(row.contract.name)
    told = sorted(alike.items(), key=lambda each: -each[0][0].last)
    for (segment, said), names in told[:_REASONS_SHOWN]:
        where = _between(named, segment)
        yield Text.assemble(
            "  ", (visible(_first_names(names)), "bold"), f" at {visible(where)}  {visible('; '.join(said))}"
        )
    if len(told) > _REASONS_SHOWN:
        yield Text(f"  … {len(told) - _REASONS_SHOWN} more reasons: --format json shows them all", "dim")


def _first_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def _same(fits: Sequence[Fitness]) -> Iterator[tuple[Segment, tuple[str, ...]]]:
    at = 0
    for said, together in groupby(fits, key=_said):
        size = len(list(together))
        yield Segment(at, at + size - 1), said
        at += size


def _said(found: Fitness) -> tuple[str, ...]:
    broken = {each.table for each in found.breaks if each.column is None}
    lines = [_why(each) for each in found.breaks if each.column is None or each.table not in broken]
    return tuple(dict.fromkeys((*lines, *(found.unproven if found.verdict == "unproven" else ()))))


def _why(found: Breakage) -> str:
    """What isn't there may not be there yet, or no longer: a single revision doesn't tell."""
    return f"no {found.object}" if found.cause in ("column-dropped", "table-dropped") else found.message


def _between(named: Sequence[str], segment: Segment) -> str:
    first, last = named[segment.first], named[segment.last]
    return first if segment.first == segment.last else f"{first}–{last}"


def _shortened(revisions: Sequence[str]) -> list[str]:
    """Each revision by as much of its beginning as tells them all apart."""
    shortest = min(_SHORTEST, max(map(len, revisions), default=0))
    for length in range(shortest, max(map(len, revisions), default=0)):
        if len({revision[:length] for revision in revisions}) == len(revisions):
            return [visible(revision[:length]) for revision in revisions]
    return [visible(revision) for revision in revisions]


def document(found: Matrix, source: str) -> dict[str, Any]:
    """The same as one document: a verdict a revision, in the order of `revisions`, and the causes of what breaks."""
    return {
        "version": 1,
        "source": source,
        "history": found.history,
        "revisions": list(found.revisions),
        "rows": [
            {
                "model": row.contract.contract.model,
                "model_versions": [each.version for each in row.contract.versions if each.version],
                "digest": row.contract.contract.digest,
                "verdicts": [each.verdict for each in row.fits],
                "segments": [
                    {
                        "from": found.revisions[segment.first],
                        "to": found.revisions[segment.last],
                        "fit": words.fit_document(row.fits[segment.last]),
                    }
                    for segment, _ in _same(row.fits)
                ],
            }
            for row in found.rows
        ],
    }
