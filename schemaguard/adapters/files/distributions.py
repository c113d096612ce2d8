"""Which installed distributions bring a package or a command of our name: on the index it is somebody else's."""

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions

from schemaguard.frozen import dataclass

OURS = "schemaguard-ml"
NAME = "schemaguard"


@dataclass(frozen=True, slots=True)
class InstalledName:
    """A distribution that brings something of our name."""

    name: str
    version: str
    brings: tuple[str, ...]
    """`package`, `command`, or both."""


def of_our_name(found: Iterable[Distribution] | None = None) -> tuple[InstalledName, ...]:
    """The distributions that bring the package or the command `schemaguard`, ours among them."""
    known: dict[str, InstalledName] = {}
    for one in distributions() if found is None else found:
        brings = tuple(_brings(one))
        name = (one.metadata["Name"] or "?").lower().replace("_", "-")
        if brings and name not in known:
            known[name] = InstalledName(name, one.version, brings)
    return tuple(known[name] for name in sorted(known))


def _brings(one: Distribution) -> Iterator[str]:
    if NAME in _top_level(one) or NAME in (one.read_text("top_level.txt") or "").split():
        yield "package"
    if any(point.group == "console_scripts" and point.name == NAME for point in one.entry_points):
        yield "command"


def _top_level(one: Distribution) -> set[str]:
    """What its files lie in; an environment has 100,000 of them, so a path is made of none that a wheel records."""
    record = one.read_text("RECORD")
    if record is None:
        return {str(file).split("/")[0] for file in one.files or ()}
    return {line.removeprefix('"').split("/")[0] for line in record.splitlines()}
