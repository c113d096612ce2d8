"""What a run would do, member by member in its waves, and where it would stop. Nothing is touched to know it."""

from collections import Counter

from schemaguard.errors import ExitCode
from schemaguard.fleet.manifest import FleetPolicy
from schemaguard.fleet.protocol import Asked, Close, FleetRun, RunState, TaskState, after_failure, next_step
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class PlannedMember:
    """What would be done with one member: a headline and its acts, a line each; none where it has gone already."""

    name: str
    wave: int
    does: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    """What would keep it from going."""
    notes: tuple[str, ...] = ()
    error: str = ""
    """Why it couldn't be asked."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that is known to keep it from going."""
        return (*self.obstacles, *([f"it can't be asked: {self.error}"] if self.error else ()))

    @property
    def can_go(self) -> bool:
        """Whether nothing that is known keeps it from going."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """A run that isn't begun; `members` are in the order in which they would be."""

    fleet: str
    asked: Asked
    policy: FleetPolicy
    members: tuple[PlannedMember, ...]
    obstacles: tuple[str, ...] = ()
    """What keeps the whole run from being begun."""
    is_together: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """2 where a member couldn't be asked, 1 where one couldn't go or the run couldn't be begun, else 0."""
        if any(each.error for each in self.members):
            return ExitCode.NO_VERDICT
        can_go = not self.obstacles and all(each.can_go for each in self.members)
        return ExitCode.OK if can_go else ExitCode.FINDINGS

    def ending(self) -> tuple[Close, tuple[str, ...]]:
        """How the run would end, one member after the other, and who wouldn't be begun.

        Members that switch together go all, or none does.
        """
        names = tuple(each.name for each in self.members)
        if self.is_together:
            can_go = all(each.can_go for each in self.members)
            return (Close(RunState.DONE), ()) if can_go else (Close(RunState.ABANDONED, "one of them can't go"), names)
        run = FleetRun(0, self.fleet, self.asked, self.policy, RunState.RUNNING, 0)
        counts = Counter((each.wave, TaskState.WAITING) for each in self.members)
        for number, each in enumerate(self.members):
            step = next_step(run, counts)
            if isinstance(step, Close):
                return step, names[number:]
            counts[each.wave, TaskState.WAITING] -= 1
            counts[each.wave, TaskState.DONE if each.can_go else after_failure(self.policy)] += 1
        step = next_step(run, counts)
        # Nobody waits and nobody is at it any more.
        assert isinstance(step, Close)
        return step, ()
