"""What a rehearsed rollback found."""

from datetime import datetime
from typing import Literal

from schemaguard.frozen import dataclass

RehearsalOutcome = Literal["passed", "failed", "not covered"]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The standing rollback of a model, carried out on a copy of the schema with made-up rows.

    `seconds` is what it took there, from the plan to its end; `locks` are the strong ones, as `MODE on RELATION`.
    """

    model: str
    from_version: str
    to_version: str
    at: datetime
    outcome: RehearsalOutcome
    cls: str
    seconds: float
    locks: tuple[str, ...]
    reasons: tuple[str, ...]
    postgresql: str

    @property
    def in_words(self) -> str:
        """What it found, without when."""
        if self.outcome == "passed":
            return f"{self.cls}, {self.seconds * 1000:,.0f} ms, to {self.to_version}"
        return f"{self.outcome}, to {self.to_version}: {'; '.join(self.reasons)}"
