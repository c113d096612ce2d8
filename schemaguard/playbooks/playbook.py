"""What a playbook says, as values; every default is one of the design's, and said in docs/playbook.md."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from schemaguard.frozen import dataclass, field
from schemaguard.playbooks.trip import Trip

Mode = Literal["advise", "act"]
SourceKind = Literal["table", "prometheus", "push", "csv"]
TripAction = Literal["advise", "freeze", "rollback", "fallback"]
Act = Literal["promote", "canary", "advance", "abort", "rollback", "fallback", "freeze", "thaw", "override", "purge"]
Severity = Literal["low", "medium", "high", "critical"]
WAYS_BACK = ("rollback", "abort", "freeze")
"""Acts that nobody has to approve: what takes a bad version away mustn't wait for a person."""


@dataclass(frozen=True, slots=True)
class MeasurementSource:
    """Where looks come from. What a kind needs is set; `${NAME}` stands for an environment variable."""

    name: str
    kind: SourceKind
    settle: timedelta = timedelta(seconds=15)
    """A look ends that long before now: rows may arrive that late."""
    every: timedelta | None = None
    """How long a look of this source is, where it isn't the evaluation's."""
    table: str | None = None
    version_column: str | None = None
    time_column: str | None = None
    url: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a trigger counts in its source."""

    source: str
    column: str | None = None
    where: str | None = None
    is_null: bool = False
    reference: str | None = None
    failed: str | None = None
    total: str | None = None
    version_label: str | None = None


@dataclass(frozen=True, slots=True)
class PlaybookTrigger:
    """When a version is bad, and what is done then."""

    name: str
    measure: Measure
    trip: Trip
    action: TripAction
    is_against_stable: bool = False
    margin: float = 1.5
    impact: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class EvaluationTerms:
    """How often it is looked, and what errors are allowed."""

    alpha: float
    """The chance that a healthy canary is rolled back or frozen by any trigger."""
    every: timedelta = timedelta(seconds=10)
    looks: int = 1
    min_requests: int = 100
    missing_after: int = 3
    missing_then: Literal["advise", "freeze"] = "freeze"
    false_alarm_every: timedelta = timedelta(days=347)


@dataclass(frozen=True, slots=True)
class CanaryStep:
    """A share of the traffic (percent), and what has to pass before the next one."""

    percent: int
    hold: timedelta
    min_requests: int = 0


@dataclass(frozen=True, slots=True)
class CanaryTerms:
    """How a canary gets its traffic."""

    steps: tuple[CanaryStep, ...] = (
        CanaryStep(1, timedelta(minutes=10)),
        CanaryStep(5, timedelta(minutes=10)),
        CanaryStep(25, timedelta(minutes=20)),
        CanaryStep(100, timedelta(hours=24)),
    )
    assign_by: str | None = None
    advances_itself: bool = False


@dataclass(frozen=True, slots=True)
class FallbackVersion:
    """The version that is kept warm, and how much of the traffic it can take (percent)."""

    version: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class AfterRollback:
    """What holds after an automatic act."""

    freeze: timedelta = timedelta(hours=4)
    cooldown: timedelta = timedelta(minutes=30)
    most: int = 2
    within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PlaybookRoles:
    """Who may do what: names of PostgreSQL roles."""

    declare: tuple[str, ...]
    execute: tuple[str, ...]
    communicate: tuple[str, ...]
    approve: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalTerms:
    """How many people an act needs, and what happens where they don't answer."""

    act: Act
    needed: int
    timeout: timedelta | None = None
    on_timeout: Literal["refuse", "freeze"] = "refuse"


@dataclass(frozen=True, slots=True)
class BusinessImpact:
    """What a tripped trigger means in the user's business."""

    says: str
    severity: Severity
    unit: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """Which events are told where."""

    events: tuple[str, ...]
    to: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """How long things are kept."""

    artifacts: timedelta = timedelta(days=90)
    audit: timedelta = timedelta(days=183)
    looks: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class DrillTerms:
    """How often the procedure is rehearsed, and which scenarios; none named means all."""

    every: timedelta = timedelta(days=92)
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """One model's playbook."""

    model: str
    owner: str
    sources: Mapping[str, MeasurementSource]
    triggers: tuple[PlaybookTrigger, ...]
    evaluation: EvaluationTerms
    roles: PlaybookRoles
    mode: Mode = "advise"
    canary: CanaryTerms = field(default_factory=CanaryTerms)
    fallback: FallbackVersion | None = None
    after_rollback: AfterRollback = field(default_factory=AfterRollback)
    approvals: tuple[ApprovalTerms, ...] = ()
    impact: Mapping[str, BusinessImpact] = field(default_factory=dict)
    notify: tuple[NoticeTerms, ...] = ()
    retention: RetentionTerms = field(default_factory=RetentionTerms)
    drills: DrillTerms = field(default_factory=DrillTerms)

    def length(self, trigger: PlaybookTrigger) -> timedelta:
        """How long one look of a trigger is."""
        return self.sources[trigger.measure.source].every or self.evaluation.every

    def alpha(self, trigger: PlaybookTrigger) -> float:
        """The share of the allowed errors that one trigger may make."""
        return self.evaluation.alpha * trigger.weight / sum(each.weight for each in self.triggers)

    def planned_looks(self, trigger: PlaybookTrigger) -> int:
        """Twice the looks of the steps below 100 percent, at least one: a canary that outlives them is overdue."""
        planned = sum((step.hold for step in self.canary.steps if step.percent < 100), timedelta())
        return max(1, round(2 * planned / self.length(trigger)))
