"""What a worker does next, told from how many members stand where."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from schemaguard.fleet.manifest import FleetPolicy, OnFailure
from schemaguard.fleet.planned import FleetPlan, PlannedMember
from schemaguard.fleet.protocol import (
    Asked,
    Close,
    FleetRun,
    FleetVerb,
    Pause,
    RunState,
    TakeFrom,
    TaskState,
    after_failure,
    next_step,
)
from schemaguard.frozen import replace

W, T, D, F, L = TaskState.WAITING, TaskState.TAKEN, TaskState.DONE, TaskState.FAILED, TaskState.LEFT


def run(**policy: int) -> FleetRun:
    asked = Asked(FleetVerb.UPGRADE, "ada", "because")
    return FleetRun(1, "f", asked, FleetPolicy(**policy), RunState.RUNNING, 1)  # type: ignore[arg-type]


def test_canaries_go_first_and_the_others_wait_for_all_of_them() -> None:
    assert next_step(run(), {(0, W): 2, (1, W): 9}) == TakeFrom(0)
    assert next_step(run(), {(0, T): 1, (0, D): 1, (1, W): 9}) == Pause()
    assert next_step(run(), {(0, D): 2, (1, W): 9}) == TakeFrom(1)


def test_a_canary_that_fails_stops_the_run_before_any_other_is_begun() -> None:
    assert next_step(run(stop_after=9), {(0, L): 1, (1, W): 9}) == Close(RunState.STOPPED, "1 of the canaries failed")


def test_a_canary_that_was_forgiven_stops_nothing_any_more() -> None:
    one = replace(run(stop_after=2), forgiven=1)
    assert next_step(one, {(0, L): 1, (1, L): 1, (1, W): 9}) == TakeFrom(1)
    assert next_step(one, {(0, L): 1, (1, L): 2, (1, W): 9}) == Close(RunState.STOPPED, "3 members failed")
    assert next_step(one, {(0, L): 2, (1, W): 9}) == Close(RunState.STOPPED, "2 of the canaries failed")


def test_it_stops_after_as_many_as_the_manifest_says_once_those_at_work_are_through() -> None:
    assert next_step(run(stop_after=2), {(1, F): 1, (1, W): 5}) == TakeFrom(1)
    assert next_step(run(stop_after=2), {(1, F): 2, (1, T): 1, (1, W): 5}) == Pause()
    assert next_step(run(stop_after=2), {(1, F): 2, (1, W): 5}) == Close(RunState.STOPPED, "2 members failed")


def test_no_more_than_the_manifest_says_are_at_work_at_once() -> None:
    assert next_step(run(at_once=3), {(1, T): 3, (1, W): 5}) == Pause()
    assert next_step(run(at_once=3), {(1, T): 2, (1, W): 5}) == TakeFrom(1)


def test_the_generation_flips_without_those_that_are_left_behind_and_not_without_those_that_failed() -> None:
    assert next_step(run(stop_after=9), {(1, D): 5, (1, L): 1}) == Close(RunState.DONE)
    assert next_step(run(stop_after=9), {(1, D): 5, (1, F): 1}) == Close(RunState.STOPPED, "1 member failed")


def test_what_becomes_of_a_member_is_what_the_manifest_says() -> None:
    ends = {each: after_failure(FleetPolicy(on_failure=each)) for each in OnFailure}
    assert ends == {OnFailure.RETRY: F, OnFailure.LEAVE_BEHIND: L, OnFailure.ROLL_BACK: TaskState.BACK}


@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([D, F, L])), min_size=1, max_size=30),
    st.integers(1, 6), st.integers(1, 6), st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_run_ends_with_each_member_done_named_or_not_begun(
    fates: list[tuple[int, TaskState]], at_once: int, stop_after: int, random: object
) -> None:
    """Members are taken and end in any order; whatever their fates are, the run closes, and never with one at work."""
    waiting, taken, ended = list(enumerate(fates)), [], Counter[tuple[int, TaskState]]()
    one = run(at_once=at_once, stop_after=stop_after)
    while True:
        counts = Counter(ended)
        counts.update((wave, W) for _, (wave, _) in waiting)
        counts.update((wave, T) for _, (wave, _) in taken)
        step = next_step(one, counts)
        assert len(taken) <= at_once
        if isinstance(step, Close):
            break
        if isinstance(step, TakeFrom):
            found = next(each for each in waiting if each[1][0] == step.wave)
            waiting.remove(found)
            taken.append(found)
            if random.random() < 0.5:  # type: ignore[attr-defined]
                continue
        assert taken, "nobody is at work, and nothing can be begun"
        _, (wave, fate) = taken.pop(0)
        ended[wave, fate] += 1
    assert not taken
    bad = sum(count for (_, state), count in ended.items() if state is not D)
    if step.state is RunState.DONE:
        assert not waiting
        assert not any(state is F for _, state in ended)
    else:
        assert bad


def test_a_plan_ends_as_a_run_with_one_worker_would() -> None:
    """Whoever can't go fails, and everybody else is done: the fold is that of the run."""
    for bad, policy, state, left in (
        ((), FleetPolicy(), RunState.DONE, ()),
        (("c",), FleetPolicy(stop_after=9, on_failure=OnFailure.LEAVE_BEHIND), RunState.STOPPED, ("a", "b")),
        (("a",), FleetPolicy(stop_after=1), RunState.STOPPED, ("b",)),
        (("a",), FleetPolicy(stop_after=2, on_failure=OnFailure.LEAVE_BEHIND), RunState.DONE, ()),
        (("b",), FleetPolicy(stop_after=2), RunState.STOPPED, ()),
    ):
        members = tuple(
            PlannedMember(name, wave, obstacles=("it can't",) if name in bad else ())
            for name, wave in (("c", 0), ("a", 1), ("b", 1))
        )
        end, not_begun = FleetPlan("f", run().asked, policy, members).ending()
        assert (end.state, not_begun) == (state, left), bad
