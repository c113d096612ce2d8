"""How well the database keeps what is dropped: for the eye and as JSON."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.applying.fencing import FenceState
from schemaguard.report.lines import line

_INDENT = 14
_STYLES = {"full": "green", "views only": "yellow", "client only": "yellow", "none": "bold red"}
_MEANING = {
    "full": "what would lose a value is refused by the server, whoever sends it",
    "views only": "the server refuses drops without CASCADE and retypes; RENAME and CASCADE pass",
    "client only": "only the guard in env.py stands before the values; other clients can lose them",
    "none": "nothing stands before the values",
}


def fence_json(state: FenceState) -> dict[str, Any]:
    """The fence as a document."""
    return {
        "wanted": state.is_wanted,
        "strength": state.elsewhere,
        "weaker_than_wanted": state.is_weaker,
        "keep": state.keep,
        "left_out": list(state.left_out),
        "why": state.why or None,
        "tables": [
            {"table": each.name, "fence": each.strength, "why": each.why or None, "readers": list(each.readers)}
            for each in state.tables
        ],
    }


def show_fence(state: FenceState, database: str, remark: str, console: Console) -> None:
    """Print how well each table is kept, and why not better."""
    for words in _lines(state, database, remark):
        line(console, words, indent=_INDENT)


def _lines(state: FenceState, database: str, remark: str) -> Iterator[Text]:
    kept = "whatever is dropped" if state.keep == "all" else "what a contract names"
    besides = f", except in {', '.join(state.left_out)}" if state.left_out else ""
    yield _row(state.elsewhere, f"database {database}: {_MEANING[state.elsewhere]}")
    if state.elsewhere == "full":
        yield _row("", f"it keeps {kept}{besides}", "dim")
    if remark:
        yield _row("", f"event triggers are not allowed here: {remark}", "yellow")
    elif state.why:
        yield _row("", state.why, "yellow")
    for table in state.tables:
        readers = f"  ({', '.join(table.readers)})" if table.readers else ""
        why = f": {table.why}" if table.why else ""
        yield _row(table.strength, f"{table.name}{why}{readers}")
    if not state.is_wanted:
        yield _row("", "next: schemaguard fence --on", "dim")


def fence_row(state: FenceState) -> str:
    """One line for status: the weakest that there is, and where."""
    weak = [f"{table.name} {table.strength}" for table in state.tables if table.strength != "full"]
    if state.elsewhere == "full" and not weak:
        kept = "everything that is dropped is kept" if state.keep == "all" else "what contracts name is kept"
        return f"full: {kept}" + (f", except in {', '.join(state.left_out)}" if state.left_out else "")
    why = f"; {state.why}" if state.why else ""
    return f"{state.elsewhere}: {', '.join(weak) or _MEANING[state.elsewhere]}{why}"


def _row(strength: str, words: str, style: str = "") -> Text:
    return Text.assemble((f"{strength:<{_INDENT}}", _STYLES.get(strength, "")), (words, style))
