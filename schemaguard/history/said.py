"""What is to be said about values that only a deployment knows: which were presumed, and which were said in vain."""

from collections.abc import Iterable, Iterator, Mapping

from schemaguard.catalog.changes import Opaque
from schemaguard.history.deployment import SECTION, line_for, names_in
from schemaguard.history.revision import Replay, Run

_MOST_NAMED = 5


def on_presumed(replays: Iterable[Replay]) -> Iterator[str]:
    """A remark for each default that was taken for what a deployment may say otherwise."""
    for one in sorted({one for replay in replays for run in _runs(replay) for one in run.presumed}):
        line = line_for(one.name).replace("…", one.value)
        yield f"{one.name} is taken to be {one.value!r}, its default; where it is something else: [{SECTION}] {line}"


def on_unused(assume: Mapping[str, object], replays: Iterable[Replay]) -> Iterator[str]:
    """A remark for each assumption that nothing needed; nothing where not all of the history was looked at."""
    runs = [run for replay in replays for run in _runs(replay)]
    if any(run.is_skipped for run in runs):
        return
    used = {name for run in runs for name in run.assumed}
    wanted = dict.fromkeys(name for run in runs for name in _wanted(run))
    for name in assume:
        if name not in used:
            # Only a word that is misspelled needs it.
            import difflib

            near = difflib.get_close_matches(name, wanted, n=1) or list(wanted)[:_MOST_NAMED]
            hint = f"; unknown are {', '.join(near)}" if near else ""
            yield f"assume: {name} is not needed{hint}"


def _runs(replay: Replay) -> Iterator[Run]:
    yield from replay.runs
    yield from replay.downgrades


def _wanted(run: Run) -> Iterator[str]:
    for step in run.steps:
        for change in step.changes:
            if isinstance(change, Opaque):
                yield from names_in(change.reason)
