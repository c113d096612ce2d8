"""Who is concerned, in words: the same in every report."""

from collections.abc import Iterable

from schemaguard.finding import Reader
from schemaguard.frozen import dataclass

_WITHOUT_END = {
    "active": "until it is superseded + 14 days",
    "canary": "while the canary runs",
    "fallback": "as long as it is the fallback",
}


@dataclass(frozen=True, slots=True)
class ReaderUse:
    """One model version or consumer and how it uses the object."""

    verb: str
    """`reads it`, `writes it` or `uses it` (both)."""
    who: str
    until: str
    through: str


def uses(readers: Iterable[Reader]) -> tuple[ReaderUse, ...]:
    """Each reader once: one that both reads and writes uses it."""
    together: dict[tuple[str, str], list[Reader]] = {}
    for reader in readers:
        together.setdefault((reader.model, reader.model_version), []).append(reader)
    return tuple(_use(group) for group in together.values())


def _use(group: list[Reader]) -> ReaderUse:
    reader = group[0]
    accesses = {one.access for one in group}
    verb = "uses it" if len(accesses) > 1 else "reads it" if "read" in accesses else "writes it"
    name = f"{reader.model}@{reader.model_version}" if reader.model_version else reader.model
    through = "through a copy" if reader.reads_through == "copy" else f"through {_the(reader.reads_through)}"
    return ReaderUse(verb, f"{name} ({reader.role})", until(reader), through)


def until(reader: Reader) -> str:
    """Until when its contract holds, in words."""
    return f"until {reader.until}" if reader.until is not None else without_end(reader.role)


def without_end(role: str) -> str:
    """Until when the contract of a release holds that has no date for it."""
    return _WITHOUT_END.get(role, "with no end stated")


def _the(reads_through: str) -> str:
    return "its contract view" if reads_through == "view" else "the table"
