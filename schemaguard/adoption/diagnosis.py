"""What a doctor says of one thing: whether it is well, and what to do where it isn't."""

from enum import StrEnum

from schemaguard.errors import ExitCode
from schemaguard.frozen import dataclass


class Health(StrEnum):
    """How well a thing is: `ill` keeps something from working, `weak` leaves something unprotected."""

    WELL = "well"
    WEAK = "weak"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    subject: str
    """`installation`, `configuration`, `database`, `settings`, `registry`, `protection` or `fleet`."""
    health: Health
    what: str
    next: str = ""
    """What to do; empty where it is well."""


@dataclass(frozen=True, slots=True)
class CheckUp:
    """All that was looked at."""

    diagnoses: tuple[Diagnosis, ...]

    def count(self, health: Health) -> int:
        """How many things are so."""
        return sum(one.health is health for one in self.diagnoses)

    @property
    def exit_code(self) -> ExitCode:
        """1 where something is ill, else 0."""
        return ExitCode.FINDINGS if self.count(Health.ILL) else ExitCode.OK


def well(subject: str, what: str) -> Diagnosis:
    """Nothing to be done."""
    return Diagnosis(subject, Health.WELL, what)


def weak(subject: str, what: str, way_out: str) -> Diagnosis:
    """It works, and leaves something unprotected."""
    return Diagnosis(subject, Health.WEAK, what, way_out)


def ill(subject: str, what: str, way_out: str) -> Diagnosis:
    """It keeps something from working."""
    return Diagnosis(subject, Health.ILL, what, way_out)
