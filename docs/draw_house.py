"""Draws the picture of docs/architecture.md from the imports of the package, and writes it there.

    python docs/draw_house.py [--check]

A room is a folder or file at the top of the package. An arrow says that one imports the other; those that follow from
others are left out. `--check` writes nothing, and exits with 1 where the page has another picture.
"""

import ast
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "schemaguard"
PAGE = Path(__file__).parent / "architecture.md"
BEGIN, END = "<!-- picture: docs/draw_house.py -->\n", "<!-- end of picture -->\n"


def rooms() -> dict[str, set[str]]:
    """Room → the rooms that it imports."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "__init__":
            found.setdefault(room, set()).update(_imported(path) - {room})
    return {room: {other for other in others if other in found} for room, others in found.items()}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("schemaguard"):
            parts = (node.module or "").split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return names


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The graph without the arrows that follow from others; it has no circles."""
    reach: dict[str, set[str]] = {}

    def below(room: str) -> set[str]:
        if room not in reach:
            reach[room] = set().union(*({other} | below(other) for other in graph[room]), set())
        return reach[room]

    return {
        room: {other for other in others if not any(other in below(between) for between in others - {other})}
        for room, others in graph.items()
    }


def picture() -> str:
    """The rooms and arrows as a Mermaid flowchart, the top floor first."""
    graph = reduced(rooms())
    arrows = [f"    {room} --> {other}" for room in graph for other in sorted(graph[room])]
    return "\n".join(("```mermaid", "flowchart TD", *arrows, "```")) + "\n"


def main() -> None:
    """Write the picture, or compare it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}\n{picture()}\n{END}{after}"
    if "--check" in sys.argv:
        sys.exit(text != wanted)
    PAGE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
