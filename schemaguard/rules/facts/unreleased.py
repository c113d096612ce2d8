"""What isn't released yet: what the revisions have made that are judged together, against what is released."""

from collections.abc import Callable

from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass, field
from schemaguard.history.revision import Run
from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.walk import Walk


@dataclass(slots=True)
class Unreleased:
    """The unreleased revisions so far, walked when somebody asks what they have made."""

    walked: Walk
    runs: list[Run] = field(default_factory=list)
    _made: Made = field(default_factory=Made)
    _known: int = 0

    def so_far(self) -> Callable[[], Made]:
        """What tells what the revisions have made that are there now."""
        count = len(self.runs)
        return lambda: self._made_by(count)

    def start(self, run: Run) -> Catalog:
        """The catalog before all that isn't released yet, this run among it."""
        return self.runs[0].before if self.runs else run.before

    def _made_by(self, count: int) -> Made:
        for run in self.runs[self._known : count]:
            for visit in self.walked(run):
                if not visit.is_for_nothing:
                    self._made = self._made.after(visit.change, visit.before)
        self._known = count
        return self._made
