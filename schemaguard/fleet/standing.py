"""What there is to say of a fleet: who has gone, who hasn't and why, and whom it looks like."""

from collections import Counter
from collections.abc import Mapping, Sequence

from schemaguard.errors import ExitCode
from schemaguard.fleet.protocol import BAD, FleetRun, FleetTask, RunState, TaskState
from schemaguard.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class MemberStanding:
    """One member: the generation that it has gone with, and what its database shows where it was asked."""

    name: str
    groups: tuple[str, ...] = ()
    is_canary: bool = False
    generation: int | None = None
    """None: it has gone with none."""
    heads: tuple[str, ...] = ()
    serves: Mapping[str, tuple[str | None, int]] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    prepared: tuple[str, ...] = ()
    error: str = ""
    """Why it couldn't be asked."""

    @property
    def shape(self) -> tuple[tuple[str, ...], tuple[tuple[str, str | None], ...]]:
        """Where its history stands and what serves: members of one shape are told together."""
        return self.heads, tuple((model, version) for model, (version, _) in sorted(self.serves.items()))


@dataclass(frozen=True, slots=True)
class FleetStanding:
    """A fleet at one moment, with its newest run."""

    fleet: str
    generation: int
    members: tuple[MemberStanding, ...]
    run: FleetRun | None = None
    tasks: tuple[FleetTask, ...] = ()
    seconds: float = 0.0

    @property
    def counts(self) -> Mapping[TaskState, int]:
        """How many members of the newest run stand where."""
        return Counter(task.state for task in self.tasks)

    @property
    def bad(self) -> tuple[FleetTask, ...]:
        """The members that have not gone, each with the reason."""
        return tuple(task for task in self.tasks if task.state in BAD)

    @property
    def exit_code(self) -> ExitCode:
        """Of a run: 0 all have gone, 1 over without some, 4 it has stopped and a person has to settle something."""
        if self.run is None or (self.run.state is RunState.DONE and not self.bad):
            return ExitCode.OK
        if self.run.state in (RunState.DONE, RunState.ABANDONED):
            return ExitCode.FINDINGS
        return ExitCode.NEEDS_HUMAN


@dataclass(frozen=True, slots=True)
class Group:
    """Members whose catalogs are the same, and how they differ from the largest group, a line each."""

    digest: str
    members: tuple[str, ...]
    heads: tuple[str, ...]
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetVerdict:
    """One verdict for all members: whether they look alike, and what the migrations would break of whom."""

    fleet: str
    groups: tuple[Group, ...]
    unreachable: Mapping[str, str]
    """Member → why it couldn't be asked."""
    unfinished: Mapping[str, Sequence[str]]
    """Member → what was left open in it."""
    findings: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(where, what, the members that it concerns) of each error of `check` against the members' own windows."""
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """2 where a member couldn't be asked, 1 where members differ or a reader would be broken, else 0."""
        if self.unreachable:
            return ExitCode.NO_VERDICT
        has_findings = len(self.groups) > 1 or self.findings or self.unfinished
        return ExitCode.FINDINGS if has_findings else ExitCode.OK
