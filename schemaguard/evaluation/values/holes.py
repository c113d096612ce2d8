"""Holes: places in a text whose content isn't known.

A text with a hole in it stays a real `str`, so that it goes through Alembic and SQLAlchemy as any other. A hole is a
number between two characters of Unicode's private use area, which no migration has a reason to contain.
"""

import re
from dataclasses import dataclass, field

from schemaguard.evaluation.values.objects import Unknown, Value

_OPEN, _CLOSE = "\ue000", "\ue001"
HOLE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
PLACEHOLDER = "unknown_value_"
"""How the name starts that stands for a hole when its statement is read."""


@dataclass(slots=True)
class Holes:
    """The holes that were made while evaluating one revision."""

    reasons: list[str] = field(default_factory=list)

    def text(self, unknown: Unknown) -> str:
        """A text that is nothing but a hole."""
        if unknown.reason in self.reasons:
            return f"{_OPEN}{self.reasons.index(unknown.reason)}{_CLOSE}"
        self.reasons.append(unknown.reason)
        return f"{_OPEN}{len(self.reasons) - 1}{_CLOSE}"

    def reason(self, text: str) -> str:
        """Why the first hole of a text is one."""
        found = HOLE.search(text)
        return self.reasons[int(found[1])] if found and int(found[1]) < len(self.reasons) else "a value isn't known"


def has_hole(value: Value) -> bool:
    """Whether a value is a text with a hole in it."""
    return isinstance(value, str) and _OPEN in value


def filled(text: str) -> str:
    """The text with names in place of its holes, as it can be read."""
    return HOLE.sub(lambda match: f"{PLACEHOLDER}{match[1]}", text)


def shown(text: str) -> str:
    """The text with three dots in place of its holes, as it can be shown."""
    return HOLE.sub("…", text)
