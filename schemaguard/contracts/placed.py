"""Plain data with the place of every value in its file; where no text is read, the places are unknown."""

from collections.abc import Mapping
from typing import Any

from schemaguard.frozen import dataclass, field

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, and (line, column) of each value and each key by its path, counted from 1."""

    data: Any
    places: Mapping[Path, tuple[int, int]]
    file: str
    keys: Mapping[Path, tuple[int, int]] = field(default_factory=dict)

    def at(self, path: Path) -> str:
        """file:line:column of a value, or of the nearest one that holds it."""
        line, column = self.place(path)
        return f"{self.file}:{line}:{column}"

    def place(self, path: Path) -> tuple[int, int]:
        """(line, column) of a value, or of the nearest one that holds it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))
