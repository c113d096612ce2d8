"""Text in styles, light enough for a pipe: what draws on terminals is only imported where there is one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

Part = str | tuple[str, str]
"""A text, or a text and its style as rich names it."""


class Styled:
    """Pieces of a line, each with its style; empty where it has none."""

    __slots__ = ("_parts",)

    def __init__(self, *parts: Part) -> None:
        self._parts = [(part, "") if isinstance(part, str) else part for part in parts]

    def append(self, text: str, style: str = "") -> "Styled":
        """Add a piece at the end; the line itself is returned."""
        self._parts.append((text, style))
        return self

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self._parts)

    def rich(self) -> "Text":
        """The line as rich draws it."""
        from rich.text import Text

        return Text.assemble(*self._parts)
