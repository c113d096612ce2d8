"""Holes: places in a text whose content isn't known.

A text with a hole in it stays a real `str`, so that it goes through Alembic and SQLAlchemy as any other. A hole is a
number between two characters of Unicode's private use area, which no migration has a reason to contain.
"""

import re
from dataclasses import dataclass, field

from schemaguard.evaluation.values.objects import Unknown, Value
from schemaguard.history.deployment import (
    Deployment,
    Presumed,
    name_in,
    names_in,
    to_be_said,
    with_names,
    without_name,
)

_OPEN, _CLOSE = "\ue000", "\ue001"
HOLE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PLAIN = re.compile(r"[\w.-]*")
"""Defaults that mean the same as a name, in a literal, or bare."""
PLACEHOLDER = "unknown_value_"
"""How the name starts that stands for a hole when its statement is read."""


@dataclass(slots=True)
class Holes:
    """The holes that were made while evaluating one revision."""

    reasons: list[str] = field(default_factory=list)

    defaults: dict[int, Presumed] = field(default_factory=dict)
    """Number of a hole → what the code itself puts there where a deployment says nothing else."""

    def text(self, unknown: Unknown) -> str:
        """A text that is nothing but a hole."""
        reason = to_be_said(unknown.reason, unknown.name)
        if reason not in self.reasons:
            self.reasons.append(reason)
        number = self.reasons.index(reason)
        if unknown.default is not None and _PLAIN.fullmatch(unknown.default):
            self.defaults.setdefault(number, Presumed(name_in(reason) or reason, unknown.default))
        return f"{_OPEN}{number}{_CLOSE}"

    def presumed(self, text: str, deployment: Deployment) -> str:
        """The text with defaults in the holes that have one; the deployment remembers which were taken."""

        def default(hole: re.Match[str]) -> str:
            found = self.defaults.get(int(hole[1]))
            if found is None:
                return hole[0]
            deployment.presumed.add(found)
            return found.value

        return HOLE.sub(default, text) if self.defaults else text

    def reason(self, text: str) -> str:
        """Why the first hole of a text is one, with the names by which any of its holes could be said."""
        numbers = [int(found[1]) for found in HOLE.finditer(text)]
        reasons = [self.reasons[number] for number in dict.fromkeys(numbers) if number < len(self.reasons)]
        if not reasons:
            return "a value isn't known"
        names = dict.fromkeys(name for reason in reasons for name in names_in(reason))
        return with_names(without_name(reasons[0]), tuple(names))


def has_hole(value: Value) -> bool:
    """Whether a value is a text with a hole in it."""
    return isinstance(value, str) and _OPEN in value


def filled(text: str) -> str:
    """The text with names in place of its holes, as it can be read."""
    return HOLE.sub(lambda match: f"{PLACEHOLDER}{match[1]}", text)


def shown(text: str) -> str:
    """The text with three dots in place of its holes, as it can be shown."""
    return HOLE.sub("…", text)
