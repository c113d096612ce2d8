"""A page as Markdown: for pasting into a ticket, and for whoever reads text."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from schemaguard.web.blocks import (
    Block,
    EmptyNote,
    FactList,
    Figures,
    FileText,
    Grid,
    LineagePicture,
    MatrixCell,
    MatrixPicture,
    Page,
    Paragraph,
    Picks,
    SearchHits,
    Span,
    StepCards,
    Timeline,
    TimelineEntry,
    TodoList,
    WindowChart,
    Words,
)
from schemaguard.web.writers import inline

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_VERDICTS = {"fits": "fits", "breaks": "breaks", "unproven": "not known", "early": "too early"}


def write(page: Page, at: datetime, source: str) -> str:
    """The page as one Markdown document."""
    lines = [f"# {_escaped(page.title)}", "", f"**{_said(page.answer.say, at)}**", ""]
    if page.answer.more:
        lines += [_said(page.answer.more, at), ""]
    for panel in page.panels:
        blocks = [each for each in panel.blocks if not isinstance(each, Picks)]
        if not blocks:
            continue
        if panel.title:
            lines += [f"## {_escaped(panel.title)}", ""]
        for block in blocks:
            lines += [*_block(block, at), ""]
    lines += ["---", "", f"As of {inline.exactly(at)}, from {_escaped(source)} · in the terminal: `{page.command}`"]
    return "\n".join(lines) + "\n"


def _said(words: Words, at: datetime) -> str:
    return _escaped(inline.plain(words, at))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _block(block: Block, at: datetime) -> Iterator[str]:  # noqa: C901 - a case a kind of block, and mypy counts them
    match block:
        case Grid():
            yield from _grid(block, at)
        case TodoList():
            yield from (f"- {_said((*todo.what, Span(' '), *todo.next), at)}" for todo in block.items)
        case FactList():
            yield from (f"- {name}: {_said(said, at)}" for name, said in block.facts)
        case Figures():
            yield from (f"- {name}: {figure} ({remark})" for name, figure, remark in block.figures)
        case Timeline():
            yield from (_event(entry, at) for entry in block.entries)
        case StepCards():
            for step in block.steps:
                yield f"- {step.name} ({step.figure}): {'; '.join(_said(line, at) for line in step.lines)}"
        case FileText():
            yield from _file(block)
        case WindowChart():
            lanes = [[_said(words, at) for words in (lane.who, lane.role, lane.ends)] for lane in block.lanes]
            yield from _rows(("Contract", "Role", "Must hold until"), lanes)
        case MatrixPicture():
            yield from _matrix(block, at)
        case LineagePicture():
            yield from (f"- {_escaped(title)}: {_said(said, at)}" for title, said in block.stops)
        case Paragraph() | EmptyNote():
            yield _said(block.said, at)
        case SearchHits():
            for hit in block.hits:
                where = "; ".join(f"{field}: {text}" for field, text, _ in hit.where)
                yield f"- {_said(hit.who, at)}: {_escaped(where)}"
        case Picks():
            return
        case _:
            assert_never(block)


def _event(entry: TimelineEntry, at: datetime) -> str:
    when = entry.shown or (inline.exactly(entry.at) if entry.at is not None else "")
    return f"- {_escaped(when)} {_said(entry.what, at)} {_said(entry.detail, at)}".rstrip()


def _grid(block: Grid, at: datetime) -> Iterator[str]:
    rows: list[list[str]] = []
    width = len(block.columns)
    for group in block.groups:
        if group.heading:
            rows.append([f"**{_said(group.heading, at)}**", *[""] * (width - 1)])
        rows += [[_said(cell, at) for cell in row.cells] for row in group.rows]
    yield from _rows((column.title for column in block.columns), rows)


def _rows(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(headings)
    yield f"| {' | '.join(map(_escaped, titles))} |"
    yield f"|{'---|' * len(titles)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _matrix(block: MatrixPicture, at: datetime) -> Iterator[str]:
    rows: list[list[str]] = []
    for _, lines in block.groups:
        for line in lines:
            cells = [_cell(cell) for cell in line.cells for _ in range(cell.width)]
            rows.append([_said(line.who, at), *cells])
    yield from _rows(("Contract", *(head.name for head in block.heads)), rows)
    if block.notes:
        yield ""
        yield from (f"{number}. {_escaped(note)}" for number, note in enumerate(block.notes, 1))


def _cell(cell: MatrixCell) -> str:
    why = f" ({cell.note})" if cell.note else f": {_escaped(cell.reason)}" if cell.reason else ""
    return f"{_VERDICTS[cell.verdict]}{why}"


def _file(block: FileText) -> Iterator[str]:
    text = [line.text for line in block.lines]
    longest = max((len(found) for line in text for found in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield fence
    yield from text
    yield fence
