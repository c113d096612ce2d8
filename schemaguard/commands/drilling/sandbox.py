"""One copy in which a scenario runs: the versions, their traffic by the clock of the drill, and what came of it."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from schemaguard.adapters.control import drilling
from schemaguard.adapters.control.drilling import SampleRows
from schemaguard.commands.canary import start_request
from schemaguard.commands.drilling.registry import DrillRegistry
from schemaguard.commands.promote import request as promotion
from schemaguard.commands.site import Site
from schemaguard.commands.switching import switch
from schemaguard.commands.watch import watch_once
from schemaguard.frozen import dataclass, replace
from schemaguard.playbooks.acting import WatchRound
from schemaguard.playbooks.deciding import why_decided
from schemaguard.playbooks.drills import DrillCheck, DrillMoment
from schemaguard.playbooks.forecast import StepForecast, forecast
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.standing_in import StandIn
from schemaguard.playbooks.trip import DistanceAbove, QuantileAbove, ShareAbove, ShareBelow, line_of
from schemaguard.playbooks.watching import Tripped, canary_terms, lasting_terms, watched
from schemaguard.releases.release import Intent, Pointer

ACTOR = "drill"
_AHEAD = timedelta(minutes=2)
"""Traffic goes on for so long after now: every source has rows up to its own last look."""
LONGEST = timedelta(hours=1)
"""How long a fault goes on at most."""
_MOST_ROWS = 400_000
_REFERENCE_ROWS = 2_000
"""Twice as many as a drift needs to be measured from."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotCoveredError(Exception):
    """A scenario that can't be drilled here, and why."""


@dataclass(frozen=True, slots=True)
class DrillGround:
    """What all scenarios of a drill share: the versions, the playbook as it is published there, and its tables."""

    model: str
    stable: str
    canary: str
    playbook: Playbook
    tables: Mapping[str, tuple[StandIn, SampleRows]]
    """Source → its stand-in with the rows that are well and that fail."""
    requests: float
    seed: int
    quiet: timedelta
    runs: int
    can_crash: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A share of one version's requests that fails for a trigger, from the first one on."""

    trigger: PlaybookTrigger
    share: float
    version: str

    @property
    def words(self) -> str:
        """What is wrong."""
        if isinstance(self.trigger.trip, DistanceAbove):
            return f"what {self.version} is asked is three times as large"
        return f"{self.share:.0%} of what {self.version} answers fail for {self.trigger.name}"


class Sandbox:
    """One scenario's own copy."""

    def __init__(self, ground: DrillGround, url: str) -> None:
        self.ground, self.url, self.connection = ground, url, drilling.connected(url)
        self.model = ground.model
        self.registry = DrillRegistry(lambda: self.pointer().epoch)
        self.registry.aliases[self.model, self.site().alias] = ground.stable
        self.checks: list[DrillCheck] = []
        self.moments: list[DrillMoment] = []
        self.measured: dict[str, float] = {}
        self.epoch_before = 0
        """The pointer's epoch before the fault."""

    def close(self) -> None:
        """Close its connection."""
        self.connection.close()

    # What happens in it

    def site(self) -> Site:
        """A site on the copy; nobody's alias is moved, and nobody is told."""
        return Site.on_a_copy(self.url, ACTOR, self.registry)

    def pointer(self) -> Pointer:
        """Where the model is."""
        from schemaguard.adapters.control import pointer

        return pointer.read(self.connection, self.model)

    def start(self) -> None:
        """Give the newer version its first share; all of the traffic where the playbook begins with that."""
        with self.site() as site:
            if self.percent >= 100:
                self.promote()
                return
            wanted = start_request(site, self.model, self.ground.canary, Intent(ACTOR, "drill"))
            switch(site, replace(wanted, is_unverified=True), finish=True)
        self._begin_watch()

    def promote(self, version: str | None = None) -> None:
        """Give a version all traffic."""
        with self.site() as site:
            wanted = promotion(site, self.model, version or self.ground.canary, Intent(ACTOR, "drill"), verify=False)
            switch(site, wanted, finish=True)
        self._begin_watch()

    def watch(self, *, advise_only: bool = False) -> WatchRound:
        """Take the looks that are due, and carry out what they lead to."""
        with self.site() as site:
            return watch_once(site, (self.model,), advise_only=advise_only)

    @property
    def percent(self) -> int:
        """The canary's first share."""
        return self.ground.playbook.canary.steps[0].percent

    def _begin_watch(self) -> None:
        self.watch(advise_only=True)

    def reconnect(self) -> None:
        """Open the connection again after a crash; DatabaseError while the server recovers."""
        self.connection.close()
        self.connection = drilling.connected(self.url)

    # Its traffic

    def rates(self) -> dict[str, float]:
        """Version → its requests a second."""
        at, requests = self.pointer(), self.ground.requests
        if at.canary is None:
            return {at.active or self.ground.stable: requests}
        share = at.canary_percent / 100
        return {at.canary: requests * share, at.active or "": requests * (1 - share)}

    def traffic(
        self, length: timedelta, faults: Mapping[str, Mapping[str, float]], seed: int, *, rate: float = 1.0
    ) -> tuple[datetime, timedelta]:
        """Requests from `length` ago to now: when they begin, and how long they go on.

        `faults` are version → trigger → the share that fails.
        """
        playbook = self.ground.playbook
        lengths = [playbook.length(each) for each in playbook.triggers]
        ends = [
            drilling.latest_end(self.connection, playbook.sources[each.measure.source], playbook.length(each))
            for each in playbook.triggers
        ]
        # Looks of each length end there, whenever the drill is: the same seed has to give the same looks.
        since = min(ends) - length
        since -= (since - _EPOCH) % max(lengths)
        span = datetime.now(UTC) - since + _AHEAD
        for table, sample in self.ground.tables.values():
            drilling.clear_rows(self.connection, table)
            self._lay_references(table, sample, since, seed)
            for version, each in self.rates().items():
                shares = {
                    trigger.name: faults.get(version, {}).get(trigger.name, 0.0)
                    for trigger in playbook.triggers
                    if trigger.measure.source == table.source
                }
                drilling.lay_rows(self.connection, table, sample, (version, each * rate, shares), (since, span), seed)
        drilling.set_back(self.connection, self.model, since)
        return since, span

    def _lay_references(self, table: StandIn, sample: SampleRows, since: datetime, seed: int) -> None:
        """What drifts of a table are measured from: rows that are well, from before the first look."""
        length = _REFERENCE_ROWS / self.ground.requests
        named = {
            each.measure.reference for each in self.ground.playbook.triggers if each.measure.source == table.source
        }
        for version in sorted(each for each in named if each is not None):
            traffic = (version, self.ground.requests, dict[str, float]())
            span = (since - timedelta(seconds=length), timedelta(seconds=length))
            drilling.lay_rows(self.connection, table, sample, traffic, span, seed)

    def expected(self, fault: Fault) -> StepForecast:
        """What the forecast says of a fault at the step at which the version is."""
        at = self.pointer()
        number = 1 if at.canary is not None or self.percent >= 100 else len(self.ground.playbook.canary.steps)
        for one in forecast(self.ground.playbook, self.ground.requests, fault.share):
            if one.trigger == fault.trigger.name:
                return one.steps[number - 1]
        raise NotCoveredError(f"nothing is forecast of {fault.trigger.name}")

    def fail(self, fault: Fault) -> WatchRound:
        """Let a version fail, measure how long that goes unseen, and let the watcher act."""
        said = self.expected(fault)
        length = self._length(said)
        delays = self._unseen_for(fault, length)
        done = self.let_fail(fault, length)
        if said.delay is not None:
            self.measured["forecast_s"] = said.delay.total_seconds()
        if math.isfinite(delays[len(delays) // 2]):
            self.measured["median_s"] = delays[len(delays) // 2]
        return done

    def let_fail(self, fault: Fault, length: timedelta) -> WatchRound:
        """Let a version fail for so long, and let the watcher act."""
        since, _ = self.traffic(length, {fault.version: {fault.trigger.name: fault.share}}, self.ground.seed)
        self.moment(0, fault.words)
        done = self.watch()
        for acted in done.acted:
            snapshot = acted.decision.snapshot
            delay = (datetime.fromisoformat(str(snapshot["until"])) - since).total_seconds()
            self.moment(
                delay, f"{acted.decision.trigger} {acted.decision.kind}: {why_decided(acted.decision.kind, snapshot)}"
            )
            self.moment(
                delay, f"{acted.decision.action}: {acted.state}{'' if acted.state == 'done' else f', {acted.words}'}"
            )
        return done

    def _length(self, said: StepForecast) -> timedelta:
        drawn = self.ground.requests + self.ground.runs * max(self.rates().values())
        most = timedelta(seconds=max(60.0, _MOST_ROWS / drawn))
        wanted = 4 * said.delay if said.delay is not None else LONGEST
        least = 20 * max(map(self.ground.playbook.length, self.ground.playbook.triggers))
        return min(max(wanted, least), LONGEST, most)

    def _unseen_for(self, fault: Fault, length: timedelta) -> list[float]:
        """How long such a fault goes unseen, so often as the drill has runs: seconds, infinity where it isn't seen.

        Each run is a version of its own in the same table, which the source counts as it counts any.
        """
        trigger, playbook = fault.trigger, self.ground.playbook
        rate = self.rates()[fault.version]
        since, span = self.traffic(length, {}, self.ground.seed)
        table, sample = self.ground.tables[trigger.measure.source]
        runs = [f"{fault.version} run {number}" for number in range(1, self.ground.runs + 1)]
        for run in runs:
            traffic = (run, rate, {trigger.name: fault.share})
            drilling.lay_rows(self.connection, table, sample, traffic, (since, span), self.ground.seed)
        source = playbook.sources[trigger.measure.source]
        looks = drilling.due_looks(self.connection, source, trigger, since, playbook.length(trigger))
        is_canary = self.pointer().canary is not None
        found = []
        for run in runs:
            terms = (
                canary_terms(playbook, trigger, run, self.ground.stable)
                if is_canary
                else lasting_terms(playbook, trigger, run)
            )
            tripped = (look.until for look, (_, event) in watched(looks, terms) if isinstance(event, Tripped))
            first = next(tripped, None)
            found.append((first - since).total_seconds() if first is not None else math.inf)
        return sorted(found)

    # What came of it

    def check(self, what: str, holds: bool, found: str = "") -> None:
        """Note one thing that had to be seen."""
        self.checks.append(DrillCheck(what, holds, found))

    def moment(self, at_s: float, what: str) -> None:
        """Note what happened, by the clock of the drill."""
        self.moments.append(DrillMoment(at_s, what))

    def reads_everything(self, version: str) -> None:
        """Check that a version can read what its contract promises it."""
        from schemaguard.adapters.control.rehearsing import unreadable

        with self.site() as site:
            contract = site.database.now(self.model).releases[version].contract
        broken = tuple(unreadable(self.url, contract))
        self.check(f"{version} reads everything that its contract promises", not broken, "; ".join(broken))

    def gone_back(self, done: WatchRound, trigger: PlaybookTrigger) -> None:
        """Check that a tripped trigger's action was carried out, once."""
        acted = [
            each for each in done.acted if each.decision.trigger == trigger.name and each.decision.kind == "tripped"
        ]
        if trigger.action == "advise":
            self.check("the decision is told", bool(drilling.counted(self.connection, self.model)[1]))
            self.check("nothing is carried out", self.pointer().epoch == self.epoch_before)
            return
        state = acted[0].state if acted else "nothing tripped"
        why = "" if state == "done" else acted[0].words if acted else "nothing tripped"
        self.check(f"{trigger.action} is carried out", state == "done", why)
        at = self.pointer()
        if trigger.action == "freeze":
            self.check("what serves stays", at.epoch == self.epoch_before)
        else:
            fallback = self.ground.playbook.fallback
            wanted = fallback.version if trigger.action == "fallback" and fallback is not None else self.ground.stable
            self.check(f"{wanted} has all traffic", (at.active, at.canary) == (wanted, None))
        self.check("the model is frozen", at.frozen)
        open_ones, _ = drilling.counted(self.connection, self.model)
        self.check("no operation is left open", open_ones == 0)

    def from_here(self) -> None:
        """Remember the epoch."""
        self.epoch_before = self.pointer().epoch

    # Which trigger

    def trigger(
        self, what: str, *kinds: type, action: str | None = None, is_null: bool | None = None
    ) -> PlaybookTrigger:
        """The first trigger of a kind that can be made to fail; NotCoveredError where there is none."""
        from schemaguard.commands.watched import why_not_watched

        why = ""
        for each in self.ground.playbook.triggers:
            if not isinstance(each.trip, kinds) or (action is not None and each.action != action):
                continue
            if is_null is not None and each.measure.is_null != is_null:
                continue
            found = why_not_watched(self.ground.playbook, each, is_canary=self.pointer().canary is not None)
            if found:
                why = f"{each.name}: {found}"
            elif each.name not in self.ground.tables[each.measure.source][1].failing:
                why = f"no row was found that fails for {each.name} alone"
            elif each.action == "fallback" and not self._has_fallback():
                why = f"{each.name} goes to the fallback, which isn't published"
            else:
                return each
        raise NotCoveredError(why or f"no trigger of the playbook {what}")

    def _has_fallback(self) -> bool:
        with self.site() as site:
            known = site.database.now(self.model).releases
        fallback = self.ground.playbook.fallback
        return fallback is not None and fallback.version in known

    def supposed(self, trigger: PlaybookTrigger, share: float | None = None) -> Fault:
        """A fault of the newer version: five times what the line allows, as a forecast has it."""
        line = line_of(trigger.trip)
        return Fault(trigger, share if share is not None else min(5 * line, (1 + line) / 2), self.ground.canary)


SHARES = (ShareAbove, ShareBelow)
QUANTILES = (QuantileAbove,)
