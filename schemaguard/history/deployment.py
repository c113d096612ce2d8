"""What only a deployment knows: values of settings, environment variables and options, and what is said of them.

A value that isn't known has a reason; where somebody who knows the deployment could say the value, the reason ends with
the name to say it by. The name is what stands in the code, but for `env.NAME` (an environment variable), `option.NAME`
(an option of alembic.ini) and `x.NAME` (what `alembic -x NAME=…` gives).
"""

import re
from collections.abc import Mapping

from schemaguard.frozen import dataclass, field

Sayable = str | int | float | bool | tuple[str, ...] | tuple[int, ...]
"""What an assumption may be."""
SECTION = "tool.schemaguard.assume"
_NAME = re.compile(r" \(assume: (?P<name>.+?)\)(?=$|[,;:]| \(assume: )")
_BARE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True, slots=True, order=True)
class Presumed:
    """A value that the code itself gives where a deployment says nothing else: a default that was taken."""

    name: str
    value: str


@dataclass(slots=True)
class Deployment:
    """What is said of a deployment, and what of it was of use so far."""

    values: Mapping[str, Sayable] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    """What alembic.ini says itself, by the names of its options."""
    used: set[str] = field(default_factory=set)
    presumed: set[Presumed] = field(default_factory=set)

    def says(self, name: str | None) -> bool:
        """Whether the value of that name is said."""
        return name is not None and name in self.values

    def take(self, name: str) -> str | int | float | bool | list[str | int]:
        """The value that is said; from now on it was of use."""
        self.used.add(name)
        value = self.values[name]
        return list(value) if isinstance(value, tuple) else value

    def taken_of_environment(self, variable: str) -> str | None:
        """The name by which a variable is said, whatever its case: settings classes don't look at it."""
        wanted = in_group("env", variable).lower()
        return next((name for name in self.values if name.lower() == wanted), None)


def in_group(group: str, name: str) -> str:
    """The name of a value in one of the groups: `env.HOME`, or `option['my-option']` where that is not a plain word."""
    return f"{group}.{name}" if name.isidentifier() else f"{group}[{name!r}]"


def to_be_said(reason: str, name: str | None) -> str:
    """The reason why a value isn't known, with the name by which it could be said."""
    return reason if name is None or name_in(reason) is not None else with_names(reason, (name,))


def with_names(reason: str, names: tuple[str, ...]) -> str:
    """A reason with the names of all values that are missing."""
    return reason + "".join(f" (assume: {name})" for name in names)


def name_in(reason: str) -> str | None:
    """The name by which the value could be said that a reason is about; None where nobody could say it."""
    return next(iter(names_in(reason)), None)


def names_in(reason: str) -> tuple[str, ...]:
    """The names by which the values could be said that are missing."""
    return tuple(found["name"] for found in _NAME.finditer(reason))


def without_name(reason: str) -> str:
    """The reason without the name that the value could be said by."""
    return _NAME.sub("", reason)


def line_for(name: str) -> str:
    """The line of TOML that says the value of that name, which the author has to fill in."""
    if _BARE.fullmatch(name):
        return f'{name} = "…"'
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" = "…"'


def advice(names: tuple[str, ...]) -> str:
    """What to add to the settings so that the values of these names are known."""
    lines = "".join(f"\n    {line_for(name)}" for name in names)
    whose = "its value" if len(names) == 1 else "their values"
    return f"say {whose} in pyproject.toml (in schemaguard.toml: [assume]):\n    [{SECTION}]{lines}"
