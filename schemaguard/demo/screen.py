"""The demo's voice: chapters, commands as they are typed, their real output, and what was verified."""

import sys

from rich.console import Console
from rich.text import Text

WIDTH = 100
"""Columns that the story is told in, on a wider terminal and in a pipe too."""
_NARROWEST = 60
_CHAPTER_INDENT = "   "
_OUTPUT_INDENT = "     "


class Screen:
    """Writes the story to the terminal, plainly where there is none."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        terminal = self._console.width if self._console.is_terminal else WIDTH
        self._width = max(_NARROWEST, min(terminal, WIDTH))
        self._chapter = 0

    @property
    def width(self) -> int:
        """Columns that a command's output may use, its indentation left out."""
        return self._width - len(_OUTPUT_INDENT)

    def chapter(self, title: str, words: str = "") -> None:
        """Begin a numbered chapter."""
        self._chapter += 1
        self._console.print()
        self._say(f"{self._chapter}  ", Text(title, "bold cyan"), "bold cyan")
        if words:
            self.note(words)

    def note(self, words: str) -> None:
        """Say something besides."""
        self._say(_CHAPTER_INDENT, Text(words, "dim"))

    def command(self, line: str) -> None:
        """Show a command as it would be typed; never broken, so that it can be copied."""
        self._console.print(Text.assemble((f"{_CHAPTER_INDENT}$ ", "green"), (line, "bold")), soft_wrap=True)

    def output(self, text: str) -> None:
        """Show what a command printed, indented, with its own colours."""
        for line in text.rstrip().splitlines():
            found = Text.from_ansi(line)
            inner = len(found.plain) - len(found.plain.lstrip())
            self._say(_OUTPUT_INDENT + " " * inner, found[inner:])

    def verified(self, what: str) -> None:
        """Say what was looked at and found as told."""
        self._say(f"{_CHAPTER_INDENT}✓ ", Text(what), "bold green")

    def failed(self, what: str) -> None:
        """Say which step didn't come out as told."""
        self._say(f"{_CHAPTER_INDENT}✗ ", Text(what, "bold"), "bold red")
        sys.stdout.flush()

    def closing(self, words: Text) -> None:
        """The last lines."""
        self._console.print()
        self._say(_CHAPTER_INDENT, words)

    def _say(self, head: str, words: Text, style: str = "") -> None:
        """Print words behind `head`, and what doesn't fit below their beginning."""
        for number, part in enumerate(words.wrap(self._console, self._width - len(head)) or [Text()]):
            part.rstrip()
            start = Text(head, style) if number == 0 else Text(" " * len(head))
            made = start + part
            made.rstrip()
            self._console.print(made, soft_wrap=True)
