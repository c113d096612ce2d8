"""What is due of a trigger, measured where its source is: a table, a file, a Prometheus."""

from collections.abc import Callable
from datetime import datetime, timedelta

from schemaguard.adapters.postgres import measuring, measuring_values
from schemaguard.commands.site import Site
from schemaguard.playbooks.drift import DriftReference
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Look, MissingLook
from schemaguard.playbooks.playbook import MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.trip import MeanWorse

Looks = tuple[Look | MissingLook, ...]


class Sources:
    """The sources of one round: who can't be reached isn't waited for again in the same one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._away: dict[MeasurementSource, str] = {}

    def end(self, source: MeasurementSource, length: timedelta) -> datetime:
        """When the newest look ends that is due now, by the database's clock."""
        return self._site.database.ask(lambda c: measuring.latest_end(c, source, length))

    def looks(
        self, source: MeasurementSource, trigger: PlaybookTrigger, due: DueSpans, length: timedelta,
        versions: tuple[str, str | None] = ("", None), drift: DriftReference | str | None = None,
    ) -> Looks:  # fmt: skip
        """What each look counted; what can't be had is missing. `versions` are the one that is judged, and stable."""
        if not due.spans:
            return ()
        if isinstance(drift, str):
            return due.missing(drift)
        if drift is not None:
            return self._site.database.ask(lambda c: measuring_values.bins(c, source, trigger, due, length, drift))
        own, stable = versions
        if isinstance(trigger.trip, MeanWorse):
            assert stable is not None
            both = (own, stable)
            return self._site.database.ask(lambda c: measuring_values.means(c, source, trigger, due, length, both))
        match source.kind:
            case "table":
                return self._site.database.ask(lambda c: measuring.looks(c, source, trigger, due, length))
            case "csv":
                assert source.file is not None
                from schemaguard.adapters.sources import watched_file

                return watched_file.looks(self._site.config.root / source.file, trigger.name, due)
            case _:
                return self._remembering(source, due, lambda: self._counters(source, trigger, due))

    def reference(self, source: MeasurementSource, trigger: PlaybookTrigger, since: datetime) -> DriftReference | str:
        """What a drift is measured from, or why that can't be had."""
        return self._site.database.ask(lambda c: measuring_values.reference(c, source, trigger, since))

    def _counters(self, source: MeasurementSource, trigger: PlaybookTrigger, due: DueSpans) -> Looks:
        from schemaguard.adapters.sources import prometheus

        return prometheus.looks(source, trigger.measure, due, self._site.database.clock(), self._site.environ)

    def _remembering(self, source: MeasurementSource, due: DueSpans, measure: Callable[[], Looks]) -> Looks:
        if source in self._away:
            return due.missing(self._away[source])
        found = measure()
        last = found[-1]
        if isinstance(last, MissingLook) and last.reason.startswith(("not answered", "could not be reached")):
            self._away[source] = last.reason
        return found
