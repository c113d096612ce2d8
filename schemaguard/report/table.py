"""Tables that fit: drawn and wrapped on a terminal, plain columns with nothing cut off in a pipe."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemaguard.frozen import dataclass
from schemaguard.report.lines import harmless, line

_GAP = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's title; `whole` ones are never wrapped, and `from_width` leaves one out on a narrower terminal."""

    title: str
    whole: bool = False
    from_width: int = 0


def table(console: Console, headings: Sequence[Heading], rows: Sequence[Sequence[Text]]) -> None:
    """Print the rows below the titles of their columns; a narrow terminal is told which columns it doesn't see."""
    if not console.is_terminal:
        _plain(console, headings, rows)
        return
    shown = [number for number, heading in enumerate(headings) if console.width >= heading.from_width]
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for number in shown:
        heading = headings[number]
        drawn.add_column(heading.title, no_wrap=heading.whole, overflow="fold")
    for row in rows:
        drawn.add_row(*(harmless(row[number]) for number in shown))
    console.print(drawn)
    hidden = [heading.title for number, heading in enumerate(headings) if number not in shown]
    if hidden:
        said = f"left out at {console.width} columns: {', '.join(hidden)} (a pipe and --format json have them)"
        line(console, Text(said, "dim"))


def _plain(console: Console, headings: Sequence[Heading], rows: Sequence[Sequence[Text]]) -> None:
    lines = [[Text(heading.title, "bold") for heading in headings], *([harmless(cell) for cell in row] for row in rows)]
    widths = [max(cells[number].cell_len for cells in lines) for number in range(len(headings))]
    for cells in lines:
        made = Text()
        for cell, width in zip(cells, widths, strict=True):
            made += cell + " " * (width - cell.cell_len + _GAP)
        made.rstrip()
        console.print(made, soft_wrap=True)
