"""The loop that carries a plan out: a connection that is lost at any call costs nothing but asking again."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from schemaguard.errors import ConflictError
from schemaguard.frozen import replace
from schemaguard.releases.execute import execute
from schemaguard.releases.ports import ConnectionLostError, Database, World
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.seen import State
from schemaguard.releases.steps.step import OperationStep
from schemaguard.releases.together import OperationPlan
from tests.unit.releases.worlds import operation


class Lossy:
    """A database whose n-th call loses the connection, before or after it has done what was asked."""

    def __init__(self, at: int, *, after: bool, known: Operation | None) -> None:
        self.at, self.after, self.known = at, after, known
        self.calls, self.server = 0, "a standby has taken over (timeline 1 → 2)"
        self.done_steps: dict[StepName, dict[str, Any]] = {}
        self.performed: list[StepName] = []

    def _call(self, act: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls != self.at:
            return act()
        if self.after:
            act()
        raise ConnectionLostError("the connection was lost")

    def start(self, _: Operation, __: StepName) -> None:
        self._call(lambda: None)

    def observe(self, _: Operation, __: OperationPlan) -> Any:
        return self._call(lambda: tuple(self.performed))

    def done(self, _: Operation, step: StepName, detail: dict[str, Any]) -> None:
        self._call(lambda: self.done_steps.update({step: detail}))

    def perform(self, step: StepName) -> dict[str, Any]:
        self._call(lambda: self.performed.append(step))
        return {}

    def reconnect(self) -> str:
        return self.server

    def operation(self, _: int | None = None) -> Operation | None:
        return self.known


class Step:
    """A step that is after as soon as it was performed."""

    def __init__(self, name: StepName, database: Lossy) -> None:
        self.name, self._database = name, database

    def state(self, _: Any, performed: tuple[StepName, ...]) -> State:
        return State.AFTER if self.name in performed else State.BEFORE

    def perform(self, *_: Any) -> dict[str, Any]:
        return self._database.perform(self.name)


def carry_out(database: Lossy, one: Operation) -> Any:
    steps = cast("tuple[OperationStep, ...]", tuple(Step(name, database) for name in StepName))
    world = World(cast("Database", database), cast("Any", None), cast("Any", None))
    return execute(one, cast("OperationPlan", None), world, steps=steps)


@pytest.mark.parametrize("after", [False, True])
def test_whichever_call_is_lost_each_step_is_performed_once(*, after: bool) -> None:
    one = operation(1, OperationKind.PROMOTE, ("7", "8"))
    for at in range(1, 30):
        database = Lossy(at, after=after, known=one)
        outcome = carry_out(database, one)
        assert sorted(database.performed) == sorted(set(database.performed))
        assert set(database.done_steps) == {each.name for each in outcome.steps}
        lost = [each for each in outcome.steps if "after" in each.detail]
        assert all(each.detail["server"] == database.server for each in lost)
        if at > database.calls:
            assert not lost
            return
        assert len(lost) == 1
    raise AssertionError("it never came through")


def test_an_operation_that_the_new_server_never_heard_of_is_a_conflict() -> None:
    one = operation(1, OperationKind.PROMOTE, ("7", "8"))
    other = replace(one, opened_at=one.opened_at.replace(year=2000))
    for known in (None, other):
        with pytest.raises(ConflictError, match="is lost: the database that answers now never heard of it"):
            carry_out(Lossy(2, after=False, known=known), one)
