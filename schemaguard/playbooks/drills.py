"""Drills: what may go wrong, who does what about it, and what a rehearsal of it on a copy found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from schemaguard.contracts import digests
from schemaguard.frozen import dataclass, field

DrillOutcome = Literal["passed", "failed", "not covered"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that may go wrong: what is broken on purpose, and what has to be seen then."""

    number: int
    name: str
    fault: str
    expected: str
    question: str
    """What people who drill at a table are asked."""


SCENARIOS = (
    Scenario(
        0,
        "nothing-wrong",
        "nothing: a day of traffic in which half as many fail as the lines allow",
        "no decision, and nothing is switched",
        "A colleague says that the model feels slow. What do you look at first?",
    ),
    Scenario(
        1,
        "schema-and-traffic",
        "a column that the stable version reads is dropped while the canary has traffic, which then fails",
        "the canary is aborted, and the stable version still reads everything",
        "The canary fails, and yesterday's migration dropped a column. What do you take back, and in which order?",
    ),
    Scenario(
        2,
        "input-drift",
        "what the canary is asked is three times as large as what its drift is measured from",
        "what the playbook names is done: where that is a freeze, nothing is rolled back",
        "Inputs have drifted. Who decides whether the model is still right?",
    ),
    Scenario(
        3,
        "error-spike",
        "the canary fails several times as often as its line allows",
        "it is tripped about when the forecast says, and what the playbook names is done",
        "Errors rise. Who declares an incident?",
    ),
    Scenario(
        4,
        "latency",
        "the canary answers too slowly",
        "what the playbook names is done, and what serves then reads everything",
        "The model is slow, and right. Do you go back?",
    ),
    Scenario(
        5,
        "registry-down",
        "the registry is gone before the version fails",
        "the way back is committed without asking it, and its alias follows when it is back",
        "MLflow doesn't answer. Does that keep you from going back?",
    ),
    Scenario(
        6,
        "database-restarts",
        "the database crashes after each of the five steps of an operation",
        "it is carried on to its end, and the epoch has moved once",
        "The primary has restarted in the middle of a rollback. What serves?",
    ),
    Scenario(
        7,
        "half-done-migration",
        "a migration was killed while it built an index: what is left is invalid",
        "the start of a canary is refused until it is repaired",
        "A migration hangs half done. Who may start a canary now?",
    ),
    Scenario(
        8,
        "bad-from-the-start",
        "every request of the canary fails from the first one on",
        "it is tripped before the first step is over",
        "The canary's first requests all fail. How soon do you know?",
    ),
    Scenario(
        9,
        "wrong-alias",
        "somebody sets the registry's alias to the other version by hand",
        "status names it, reconcile puts it back, and the ledger says who did",
        "The alias says another version than the pointer. Which of them is right?",
    ),
    Scenario(
        10,
        "poisoned-feature",
        "a feature that the model reads arrives without values",
        "the null rate trips, and what the playbook names is done",
        "A feature is empty since an hour. Whom do you call?",
    ),
    Scenario(
        11,
        "dependent",
        "another model reads what only the newer version writes, and that version goes back",
        "it isn't gone back over the other model's head",
        "Who reads what this model writes, and do they know?",
    ),
    Scenario(
        12,
        "lost-artifact",
        "the artifact of the version that would serve again is gone",
        "that is known before anybody needs it",
        "The version that you go back to can't be loaded. What now?",
    ),
)
"""Number 0 is the negative control."""


@dataclass(frozen=True, slots=True)
class DrillCheck:
    """One thing that had to be seen, whether it was, and what was seen instead."""

    what: str
    holds: bool
    found: str = ""


@dataclass(frozen=True, slots=True)
class DrillMoment:
    """What happened so many seconds after the fault, by the clock of the drill."""

    at_s: float
    what: str


@dataclass(frozen=True, slots=True)
class DrilledScenario:
    """What one scenario came to. `measured` are figures that the same seed gives again; `took_ms` isn't one."""

    name: str
    outcome: DrillOutcome
    checks: tuple[DrillCheck, ...] = ()
    moments: tuple[DrillMoment, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)
    why_not: str = ""
    took_ms: float = 0.0

    @property
    def in_words(self) -> str:
        """In a line: what was seen, or what wasn't."""
        if self.why_not:
            return self.why_not
        missing = [
            f"not seen: {one.what}{f' ({one.found})' if one.found else ''}" for one in self.checks if not one.holds
        ]
        if missing:
            return "; ".join(missing)
        seen = [one.found or one.what for one in self.checks]
        return ", ".join(seen)


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill of one model: which versions stood for stable and canary, under which playbook, and what came of it."""

    model: str
    stable: str
    canary: str
    playbook: str
    """Its digest."""
    at: datetime
    every: timedelta
    seed: int
    requests: float
    """A second."""
    scenarios: tuple[DrilledScenario, ...]
    notes: tuple[str, ...] = ()
    """What differs from what is live."""
    postgresql: str = ""

    @property
    def due(self) -> datetime:
        """When the next one is."""
        return self.at + self.every

    def count(self, outcome: DrillOutcome) -> int:
        """How many scenarios came to that."""
        return sum(one.outcome == outcome for one in self.scenarios)

    @property
    def outcome(self) -> DrillOutcome:
        """Failed where one did; passed where every one that could be drilled passed."""
        if self.count("failed"):
            return "failed"
        return "passed" if self.count("passed") else "not covered"

    @property
    def summary(self) -> str:
        """How many came to what, such as `11 of 12 passed, 1 not covered`."""
        others = [f"{many} {word}" for word in ("failed", "not covered") if (many := self.count(word))]
        return ", ".join([f"{self.count('passed')} of {len(self.scenarios)} passed", *others])

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over what the same seed finds again: no time, and nothing that the clock measured."""
        return digests.digest({**self.finding, "scenarios": [_finding(one) for one in self.scenarios]})

    @property
    def finding(self) -> dict[str, Any]:
        """What was drilled, without what came of it."""
        return {
            "version": 1,
            "model": self.model,
            "stable": self.stable,
            "canary": self.canary,
            "playbook": self.playbook,
            "seed": self.seed,
            "requests": self.requests,
            "notes": list(self.notes),
        }

    @property
    def document(self) -> dict[str, Any]:
        """The whole report as data."""
        return {
            **self.finding,
            "at": self.at.isoformat(timespec="seconds"),
            "due": self.due.isoformat(timespec="seconds"),
            "postgresql": self.postgresql,
            "outcome": self.outcome,
            "digest": self.digest,
            "scenarios": [{**_finding(one), "took_ms": round(one.took_ms)} for one in self.scenarios],
        }


_UNSEALED = ("at", "due", "postgresql", "outcome", "digest")
"""What a report's digest isn't of."""


def digest_of_report(document: Mapping[str, Any]) -> str:
    """The digest that the report of this document has."""
    scenarios = [{name: value for name, value in each.items() if name != "took_ms"} for each in document["scenarios"]]
    kept = {name: value for name, value in document.items() if name not in _UNSEALED}
    return digests.digest({**kept, "scenarios": scenarios})


@dataclass(frozen=True, slots=True)
class DrillStanding:
    """The last drill of a model, and when the next one is due."""

    model: str
    at: datetime
    due: datetime
    outcome: str
    summary: str
    digest: str

    def is_due(self, now: datetime) -> bool:
        """Whether the next one should have been by now."""
        return self.due <= now


def chosen(names: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios of these names, all of them where none is named. ValueError names one that isn't there."""
    known = {one.name for one in SCENARIOS}
    for name in names:
        if name not in known:
            raise ValueError(name)
    return tuple(one for one in SCENARIOS if not names or one.name in names)


def _finding(one: DrilledScenario) -> dict[str, Any]:
    return {
        "name": one.name,
        "outcome": one.outcome,
        "why_not": one.why_not,
        "checks": [{"what": each.what, "holds": each.holds, "found": each.found} for each in one.checks],
        "moments": [{"at_s": round(each.at_s, 1), "what": each.what} for each in one.moments],
        "measured": {name: round(value, 2) for name, value in one.measured.items()},
    }


@dataclass(frozen=True, slots=True)
class TabletopAnswer:
    """What people at a table answered to a scenario's question, and how long that took them."""

    scenario: str
    answer: str
    seconds: float
