"""Suppression comments of other tools: here they silence nothing, and who wrote one should know what does."""

import re
from collections.abc import Iterable, Iterator, Sequence

from schemaguard.finding import Place
from schemaguard.frozen import dataclass
from schemaguard.rules.rule import Rule

_TOOLS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("squawk", re.compile(r"(?:--|/\*)\s*(?P<said>squawk-(?:ignore-file|ignore|disable)\b)(?P<rest>[^\n]*)")),
    ("eugene", re.compile(r"(?:--|/\*)\s*(?P<said>eugene:\s*ignore)\b(?P<rest>[^\n]*)")),
    ("Atlas", re.compile(r"(?:--|/\*|#)\s*(?P<said>atlas:nolint)\b(?P<rest>[^\n]*)")),
    ("strong_migrations", re.compile(
        r"(?:--|/\*|#)\s*(?P<said>safety_assured\b|strong_migrations(?:\s*[:-]\s*[\w-]+|\s+(?:ignore|disable|skip|safe)\w*"
        r"|\s*(?:\*/)?\s*$))(?P<rest>[^\n]*)", re.MULTILINE,
    )),
    ("pgfence", re.compile(r"(?:--|/\*|#)\s*(?P<said>pgfence[-:]\s*(?:ignore|disable)\S*)(?P<rest>[^\n]*)")),
    ("django-migration-linter", re.compile(r"(?:--|#)\s*(?P<said>migration-linter:?\s*ignore)\b(?P<rest>[^\n]*)")),
    ("SQLFluff", re.compile(r"(?:--|/\*)\s*(?P<said>noqa:\s*disable)\b(?P<rest>[^\n]*)")),
)  # fmt: skip
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Foreign:
    """One comment that speaks to another tool."""

    tool: str
    said: str
    rest: str
    place: Place


def foreign_comments(text: str, file: str) -> Iterator[Foreign]:
    """The suppression comments of other tools in a source."""
    for tool, pattern in _TOOLS:
        for found in pattern.finditer(text):
            if "schemaguard:" in text[text.rfind("\n", 0, found.start()) + 1 : found.start()]:
                continue  # The reason of one of ours.
            line = text.count("\n", 0, found.start()) + 1
            yield Foreign(tool, " ".join(found["said"].split()), found["rest"], Place(file, line))


def hints(comments: Iterable[Foreign], rules: Sequence[Rule]) -> Iterator[str]:
    """A remark for each kind of comment: where it stands first, and how ours would be written in its place."""
    by_kind: dict[tuple[str, str], list[Foreign]] = {}
    for comment in comments:
        by_kind.setdefault((comment.tool, comment.said), []).append(comment)
    for (tool, said), found in by_kind.items():
        first = found[0]
        marker = "#" if first.place.file.endswith(".py") else "--"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        ours = f"{marker} schemaguard: ignore {_ours(found, rules)} -- why it is fine here"
        yield f"{first.place}{more}: `{said}` is a comment for {tool} and has no effect here; write `{ours}`"


def _ours(found: Iterable[Foreign], rules: Sequence[Rule]) -> str:
    """Our names of the rules that comments of another tool name; RULE where none of them has one here."""
    words = [word for comment in found for word in _WORD.findall(comment.rest)]
    ours = [rule for rule in rules if not rule.is_fixed]
    families = {rule.family.value for rule in ours}
    named = [
        name
        for word in words
        for name in ([word] if word in families else [rule.id for rule in ours if rule.answers_to(word)])
    ]
    return " ".join(dict.fromkeys(named)) or "RULE"
