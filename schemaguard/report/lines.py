"""Lines that fit: wrapped on a terminal, whole in a pipe."""

from rich.console import Console
from rich.text import Text

from schemaguard.report.visible import visible

_NARROWEST = 40
"""Below this many columns the terminal itself breaks lines as well as we could."""


def harmless(text: Text) -> Text:
    """The text without what a terminal would obey: names come from files, registries and databases of others."""
    if text.plain.replace("\n", "").isprintable():
        return text
    return Text(visible(text.plain, keep_lines=True), text.style)


def line(console: Console, text: Text, *, indent: int | None = 0) -> None:
    """Print one line; on a terminal wrapped, with what comes after the first line indented. None never wraps."""
    text = harmless(text)
    fits = text.cell_len <= console.width or console.width < _NARROWEST
    if indent is None or fits or not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    head, tail = text[:indent], text[indent:]
    for number, part in enumerate(tail.wrap(console, console.width - indent)):
        part.rstrip()
        console.print((head if number == 0 else Text(" " * indent)) + part, soft_wrap=True)


def size_of(count: int) -> str:
    """So many bytes, in the unit that makes them readable."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.0f} {unit}"
