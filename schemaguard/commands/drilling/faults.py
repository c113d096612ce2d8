"""Scenarios in which a version answers badly: the watcher has to see it, and to do what the playbook says."""

from datetime import timedelta

from schemaguard.adapters.control import drilling
from schemaguard.commands.drilling.sandbox import LONGEST, QUANTILES, SHARES, Fault, NotCoveredError, Sandbox
from schemaguard.playbooks.due import MOST_LOOKS
from schemaguard.playbooks.trip import DistanceAbove, line_of

_DRIFTS = timedelta(minutes=10)
"""What serves all is judged by windows of some minutes."""
_TOLERANCE = 0.3
"""How far the median of what is measured may be from the forecast."""


def nothing_wrong(box: Sandbox) -> None:
    """A day in which every trigger sees half of what its line allows."""
    box.promote()
    box.from_here()
    playbook = box.ground.playbook
    shortest = min(playbook.length(each) for each in playbook.triggers)
    length = min(box.ground.quiet, MOST_LOOKS * shortest - timedelta(minutes=30))
    shares = {
        each.name: line_of(each.trip) / 2 for each in playbook.triggers if isinstance(each.trip, (*SHARES, *QUANTILES))
    }
    # As few as still leave no look without any: a day of them has to be counted.
    rate = max(1.0, 10 / shortest.total_seconds()) / box.ground.requests
    box.traffic(length, {box.ground.canary: shares}, box.ground.seed, rate=min(1.0, rate))
    done = box.watch()
    if not any(each.looks for each in done.passes):
        raise NotCoveredError(f"no trigger could be watched: {done.passes[0].why_not}")
    _, decided = drilling.counted(box.connection, box.model)
    told = ", ".join(f"{each.decision.trigger}: {each.decision.kind}" for each in done.acted)
    box.check("nothing is decided", not decided and not done.acted, told)
    box.check("nothing is switched", box.pointer().epoch == box.epoch_before)
    box.measured["hours"] = length / timedelta(hours=1)
    box.check("every look was taken", all(each.looks or each.why_not for each in done.passes))


def input_drift(box: Sandbox) -> None:
    """What a version is asked lies elsewhere than what it is compared with; only a line on a distribution sees it."""
    trigger = box.trigger("watches for a drift", DistanceAbove)
    box.start()
    box.from_here()
    playbook = box.ground.playbook
    enough = timedelta(seconds=4 * playbook.evaluation.min_requests / box.rates()[box.ground.canary])
    length = max(enough, 20 * playbook.length(trigger), _DRIFTS)
    done = box.let_fail(Fault(trigger, 1.0, box.ground.canary), min(length, LONGEST))
    box.gone_back(done, trigger)


def error_spike(box: Sandbox) -> None:
    """Several times as many failures as the line allows."""
    trigger = box.trigger("goes back for a share of failures", *SHARES, action="rollback", is_null=False)
    box.start()
    box.from_here()
    done = box.fail(box.supposed(trigger))
    box.gone_back(done, trigger)
    _as_forecast(box)
    box.reads_everything(box.ground.stable)


def latency(box: Sandbox) -> None:
    """Answers that take longer than the line allows."""
    trigger = box.trigger("has a line on a quantile", *QUANTILES)
    box.start()
    box.from_here()
    done = box.fail(box.supposed(trigger))
    box.gone_back(done, trigger)
    _as_forecast(box)
    box.reads_everything(box.pointer().active or box.ground.stable)


def bad_from_the_start(box: Sandbox) -> None:
    """Every request fails."""
    trigger = box.trigger("goes back for a share of failures", *SHARES, action="rollback", is_null=False)
    box.start()
    box.from_here()
    done = box.fail(box.supposed(trigger, 1.0))
    box.gone_back(done, trigger)
    hold = box.ground.playbook.canary.steps[0].hold
    tripped = next((each.at_s for each in box.moments if f"{trigger.name} tripped" in each.what), None)
    box.check("it trips before the first step is over", tripped is not None and tripped <= hold.total_seconds())
    if tripped is not None:
        box.measured["tripped_s"] = tripped


def poisoned_feature(box: Sandbox) -> None:
    """A feature without values."""
    trigger = box.trigger("counts missing values", *SHARES, is_null=True)
    box.start()
    box.from_here()
    done = box.fail(box.supposed(trigger))
    box.gone_back(done, trigger)
    _as_forecast(box)


def _as_forecast(box: Sandbox) -> None:
    """Whether the median of what was measured is what the forecast says, within 30 % or a look."""
    said, seen = box.measured.get("forecast_s"), box.measured.get("median_s")
    look = max(box.ground.playbook.length(each) for each in box.ground.playbook.triggers).total_seconds()
    if said is None:
        box.check("the forecast says that it isn't seen here", seen is None)
        return
    near = seen is not None and abs(seen - said) <= max(_TOLERANCE * said, look)
    words = (
        f"seen after {seen:.0f} s, forecast {said:.0f} s" if seen is not None else f"not seen, forecast {said:.0f} s"
    )
    box.check("it is seen about when the forecast says", near, words)
