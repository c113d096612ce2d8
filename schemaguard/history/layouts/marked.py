"""Files whose comments mark the way up and the way down: dbmate, goose, sql-migrate, node-pg-migrate, tern."""

import re
from collections.abc import Callable, Sequence

from schemaguard.frozen import dataclass
from schemaguard.history.history import Section, Tool, Transactions
from schemaguard.history.sources import Files


@dataclass(frozen=True, slots=True)
class _Marks:
    """How a tool marks the two directions; the group `side` of `pattern` says which one begins."""

    tool: Tool
    pattern: re.Pattern[str]
    is_loose: Callable[[str, re.Match[str]], bool]
    """Whether the direction that this mark of the text begins runs outside of a transaction."""


_GOOSE_NO_TRANSACTION = re.compile(r"^--[ \t]*\+goose[ \t]+no[ \t]+transaction\b", re.MULTILINE | re.IGNORECASE)

MARKS = (
    _Marks(
        "dbmate",
        re.compile(r"^--[ \t]*migrate:(?P<side>up|down)\b(?P<rest>.*)$", re.MULTILINE),
        lambda _, mark: "transaction:false" in mark["rest"].replace(" ", ""),
    ),
    _Marks(
        "goose",
        re.compile(r"^--[ \t]*\+goose[ \t]+(?P<side>up|down)\b.*$", re.MULTILINE | re.IGNORECASE),
        lambda text, _: bool(_GOOSE_NO_TRANSACTION.search(text)),
    ),
    _Marks(
        "sql-migrate",
        re.compile(r"^--[ \t]*\+migrate[ \t]+(?P<side>up|down)\b(?P<rest>.*)$", re.MULTILINE | re.IGNORECASE),
        lambda _, mark: "notransaction" in mark["rest"].lower(),
    ),
    _Marks(
        "node-pg-migrate",
        re.compile(r"^[ \t]*--[ \t-]*(?P<side>up|down)[ \t]+migration\b.*$", re.MULTILINE | re.IGNORECASE),
        lambda *_: False,
    ),
    _Marks(
        "tern",
        re.compile(r"^----[ \t]*create above / (?P<side>drop) below[ \t]*----[ \t]*$", re.MULTILINE | re.IGNORECASE),
        lambda *_: False,
    ),
)


def tool_of(texts: Sequence[str]) -> Tool | None:
    """The tool whose marks one of the texts has."""
    return next((marks.tool for marks in MARKS if any(marks.pattern.search(text) for text in texts)), None)


def sections(file: str, files: Files, transactions: Transactions = "none") -> tuple[Section, Section | None]:
    """The two directions of a file that may be marked; without marks it is all the way up."""
    text = files.read(file) or ""
    for marks in MARKS:
        if found := list(marks.pattern.finditer(text)):
            return _cut(file, text, marks, found)
    return Section(file, text, transactions=transactions), None


def _cut(file: str, text: str, marks: _Marks, found: Sequence[re.Match[str]]) -> tuple[Section, Section | None]:
    parts: dict[str, Section] = {}
    if marks.tool in ("tern", "node-pg-migrate") and _side(found[0]) == "down":
        # These two take what stands above the first mark for the way up.
        parts["up"] = Section(file, text[: found[0].start()], transactions="one")
    for index, mark in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        line = text.count("\n", 0, mark.end()) + 1
        mode: Transactions = "none" if marks.is_loose(text, mark) else "one"
        parts.setdefault(_side(mark), Section(file, text[mark.end() : end], line, mode))
    return parts.get("up", Section(file, "")), parts.get("down")


def _side(mark: re.Match[str]) -> str:
    return "up" if mark["side"].lower() == "up" else "down"
