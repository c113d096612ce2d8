"""The demo's voice: chapters, commands as they are typed, their real output, and what was verified."""

import sys

from rich.console import Console
from rich.padding import Padding
from rich.text import Text


class Screen:
    """Writes the story to the terminal, plainly where there is none."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._chapter = 0

    @property
    def has_colours(self) -> bool:
        """Whether commands may colour their output."""
        return self._console.is_terminal and not self._console.no_color

    @property
    def width(self) -> int:
        """Columns that a command's output may use, its indentation left out."""
        return max(60, min(self._console.width, 140) - 2)

    def chapter(self, title: str, words: str = "") -> None:
        """Begin a numbered chapter."""
        self._chapter += 1
        self._console.print()
        self._console.print(Text(f"{self._chapter}  {title}", style="bold cyan"))
        if words:
            self._console.print(Padding(Text(words, style="dim"), (0, 0, 0, 3)))

    def command(self, line: str) -> None:
        """Show a command as it would be typed."""
        self._console.print(Text.assemble(("   $ ", "green"), (line, "bold")))

    def output(self, text: str) -> None:
        """Show what a command printed, indented, with its own colours."""
        for line in text.rstrip().splitlines():
            self._console.print(Text("     ").append_text(Text.from_ansi(line)))

    def verified(self, what: str) -> None:
        """Say what was looked at and found as told."""
        self._console.print(Text.assemble(("   ✓ ", "bold green"), (what, "")))

    def failed(self, what: str) -> None:
        """Say which step didn't come out as told."""
        self._console.print(Text.assemble(("   ✗ ", "bold red"), (what, "bold")))
        sys.stdout.flush()

    def closing(self, text: Text) -> None:
        """The last lines."""
        self._console.print()
        self._console.print(text)
