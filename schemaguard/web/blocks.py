"""What a page is made of, as values: words, and the blocks that hold them. Each of the writers takes all of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from schemaguard.frozen import dataclass, field

Role = Literal["ok", "warn", "breaks", "unknown", "retired", "accent", "plain"]
"""What a colour and a shape stand for; never without words."""
Sign = Literal["ok", "warn", "breaks", "unknown", "retired", "wait", "dot", "next"]
"""The shapes."""
Look = Literal["", "bold", "quiet", "name", "type"]


@dataclass(frozen=True, slots=True)
class Span:
    """Some text; `to` is the page that it leads to, or the address of a picture's own part."""

    text: str
    look: Look = ""
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict: shape, word and colour."""

    role: Role
    text: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Chip:
    """A role in a release window."""

    text: str
    look: Literal["", "solid", "tint", "dash"] = ""


@dataclass(frozen=True, slots=True)
class PointInTime:
    """A time: the day, how long until then or since, or both; the exact time is behind it."""

    at: datetime
    form: Literal["day", "relative", "both", "exact", "clock"] = "both"


@dataclass(frozen=True, slots=True)
class TerminalCommand:
    """A command to copy."""

    text: str


Inline = Span | Mark | Chip | PointInTime | TerminalCommand
Words = tuple[Inline, ...]


def words(*parts: "str | Inline | Words") -> Words:
    """Pieces as one sequence of words."""
    found: list[Inline] = []
    for part in parts:
        if isinstance(part, str):
            found.append(Span(part))
        elif isinstance(part, tuple):
            found += part
        else:
            found.append(part)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page's answer in a sentence, with its mark, and what is to be said besides."""

    role: Role
    sign: Sign
    key: str
    """Which of the sentences it is (`answers.py`)."""
    say: Words
    more: Words = ()


@dataclass(frozen=True, slots=True)
class GridColumn:
    """The heading of a column. A number stands right; what is `low` is left out on a phone."""

    title: str
    is_number: bool = False
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: its first cell is its heading."""

    cells: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class GridGroup:
    """Rows under a heading of their own; an empty one for rows that have none."""

    heading: Words
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    caption: str
    columns: tuple[GridColumn, ...]
    groups: tuple[GridGroup, ...]
    look: Literal["cards", "spec", "led"] = "cards"
    filter_id: str = ""
    """Where there are so many rows that one wants to filter them: what the table is called in the page."""

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(len(group.rows) for group in self.groups)


def grid(
    caption: str,
    columns: Sequence["str | GridColumn"],
    rows: Sequence[Sequence[Words]],
    look: Literal["cards", "spec", "led"] = "cards",
    filter_id: str = "",
) -> Grid:
    """A table without groups. A heading that begins with `#` is of numbers, with `~` is left out on a phone."""
    made = tuple(map(_column, columns))
    return Grid(caption, made, (GridGroup((), tuple(GridRow(tuple(row)) for row in rows)),), look, filter_id)


def grouped(
    caption: str,
    columns: Sequence["str | GridColumn"],
    groups: Sequence[tuple[Words, Sequence[Sequence[Words]]]],
    look: Literal["cards", "spec", "led"] = "cards",
) -> Grid:
    """A table in groups."""
    made = tuple(GridGroup(heading, tuple(GridRow(tuple(row)) for row in rows)) for heading, rows in groups)
    return Grid(caption, tuple(map(_column, columns)), made, look)


def _column(given: "str | GridColumn") -> GridColumn:
    if isinstance(given, GridColumn):
        return given
    is_low, title = given.startswith("~"), given.removeprefix("~")
    is_number = title.startswith("#") and title != "#"
    return GridColumn(title.removeprefix("#") if is_number else title, is_number, is_low)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that wants a look: what it is, what comes next, and since when."""

    role: Role
    sign: Sign
    what: Words
    next: Words = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TodoList:
    """What wants a look."""

    items: tuple[Todo, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Names and what is to be said of them."""

    facts: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A few figures, large: name, figure, and a remark."""

    figures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened; without a time it is a gap in which nothing did."""

    what: Words
    at: datetime | None = None
    detail: Words = ()
    role: Role = "accent"
    sign: Sign = "dot"
    shown: str = ""
    """What stands where the time does; empty: the time itself."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, in the order given."""

    entries: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class StepCard:
    """One of the steps of an operation."""

    name: str
    role: Role
    sign: Sign
    figure: str
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class StepCards:
    """The steps, side by side."""

    steps: tuple[StepCard, ...]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a text; `number` 0 where it has none."""

    text: str
    number: int = 0
    look: Literal["", "add", "del", "hit"] = ""


@dataclass(frozen=True, slots=True)
class FileText:
    """A text to read and to copy."""

    name: str
    lines: tuple[FileLine, ...]
    is_tall: bool = False


def file_text(name: str, text: str, *, is_tall: bool = False) -> FileText:
    """A text as it is."""
    return FileText(name, tuple(FileLine(line) for line in text.splitlines()), is_tall)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a window: from one time to another, both in percent of the picture."""

    look: Literal["serve", "canary", "window", "cons"]
    start: float
    end: float
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class WindowLane:
    """A contract's window: who, its role, its bars, what they say in words, and until when it holds."""

    who: Words
    role: Words
    bars: tuple[Bar, ...]
    label: str
    ends: Words


@dataclass(frozen=True, slots=True)
class WindowChart:
    """Release windows on one scale; `ticks` and `today` are in percent of the picture."""

    lanes: tuple[WindowLane, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One verdict for some neighbouring revisions; `note` numbers its reason among those below the matrix."""

    verdict: Literal["fits", "breaks", "unproven", "early"]
    width: int
    reason: str = ""
    note: int = 0
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A contract's verdicts."""

    who: Words
    role: Words
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class MatrixHead:
    """A revision over the matrix."""

    name: str
    to: str
    title: str
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class MatrixPicture:
    """Contracts × revisions, the newest revision first; `spans` say how many are ahead, applied and before."""

    heads: tuple[MatrixHead, ...]
    spans: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, tuple[MatrixLine, ...]], ...]
    notes: tuple[str, ...] = ()
    is_big: bool = False


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A box of the picture; sizes and places in its units."""

    id: str
    to: str
    title: str
    kind: Literal["model", "consumer", "table", "view"]
    rows: tuple[tuple[str, str], ...]
    x: float
    y: float
    width: float
    height: float
    is_focus: bool = False


@dataclass(frozen=True, slots=True)
class LineageWire:
    """A line from one box to another: its path, and how many columns go along it."""

    start: str
    end: str
    path: str
    count: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LineagePicture:
    """Layers from left to right, each with its heading; the same as steps for a phone."""

    width: float
    height: float
    headings: tuple[tuple[float, str], ...]
    nodes: tuple[LineageNode, ...]
    wires: tuple[LineageWire, ...]
    stops: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Picks:
    """Choices that are links: text, address (None: mere words), and whether it is the one that is shown."""

    name: str
    choices: tuple[tuple[str, str | None, bool], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words."""

    said: Words
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class EmptyNote:
    """What would be here, and how to get it."""

    said: Words


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that was found, with the words in its text that were looked for."""

    who: Words
    verdict: Words
    where: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class SearchHits:
    """What was found."""

    hits: tuple[SearchHit, ...]


Block = (
    Grid
    | TodoList
    | FactList
    | Figures
    | Timeline
    | StepCards
    | FileText
    | WindowChart
    | MatrixPicture
    | LineagePicture
    | Picks
    | Paragraph
    | EmptyNote
    | SearchHits
)


@dataclass(frozen=True, slots=True)
class Panel:
    """Blocks under a heading; an empty title for what needs none."""

    title: str
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Panels side by side, one below the other on a phone: `side` is a wide one and a narrow one."""

    look: Literal["side", "cols2", "cols3"]
    columns: tuple[tuple[Panel, ...], ...]


PageData = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the same value is written as HTML, as Markdown, and as JSON (`document`)."""

    address: str
    title: str
    answer: PageAnswer
    body: tuple[Panel | Columns, ...]
    command: str
    """What says the same in a terminal."""
    section: str = ""
    """The entry of the navigation that it belongs to, by its address."""
    crumbs: tuple[tuple[str, str], ...] = ()
    meta: Words = ()
    is_name: bool = False
    """Whether the title is a name out of a database."""
    document: PageData = field(default_factory=dict)
    """What the verb gives as JSON; a function where making it takes long, and most readers want HTML."""
    query: str = ""
    """What is looked for, for the search box."""
    status: int = 200

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Its panels in reading order."""
        found: list[Panel] = []
        for part in self.body:
            if isinstance(part, Panel):
                found.append(part)
            else:
                found += (panel for column in part.columns for panel in column)
        return tuple(found)
