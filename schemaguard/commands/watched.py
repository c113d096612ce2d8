"""What the published playbooks say of what serves, and whether somebody looks."""

from schemaguard.adapters.control import watching
from schemaguard.adapters.control.watching import InForce
from schemaguard.commands.site import Site
from schemaguard.errors import PlaybookError
from schemaguard.playbooks.deciding import WatchHealth
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.reading import problems
from schemaguard.playbooks.trip import MeanWorse, in_words

_SILENT_LOOKS = 3
"""A trigger that hasn't looked for so many looks isn't watched."""


def health(site: Site) -> tuple[WatchHealth, ...]:
    """Whether every trigger that can be watched is."""
    now = site.database.clock()
    beats = {(at.model, at.trigger): at.beat for at in site.database.ask(watching.places)}
    found = []
    for one in site.database.ask(watching.in_force):
        playbook = read_playbook(one)
        for trigger in playbook.triggers:
            if one.version is None or why_not_watched(playbook, trigger, is_canary=one.canary is not None):
                continue
            beat = beats.get((one.model, trigger.name))
            may_be = _SILENT_LOOKS * playbook.length(trigger) + playbook.sources[trigger.measure.source].settle
            found.append(WatchHealth(one.model, trigger.name, now - beat if beat is not None else None, may_be))
    return tuple(found)


def read_playbook(one: InForce) -> Playbook:
    """What a published playbook says; PlaybookError where this version can't read it."""
    playbook, found = problems(one.document, one.file)
    if playbook is None:
        first = next(problem for problem in found if problem.is_error)
        raise PlaybookError(
            f"the published playbook of {one.model} can't be read by this version: {first.what}",
            at=f"{one.file}:{first.line}",
            next=f"correct it, then: schemaguard playbook publish {one.model}",
        )
    return playbook


def why_not_watched(playbook: Playbook, trigger: PlaybookTrigger, *, is_canary: bool) -> str:
    """Why a trigger isn't watched, empty where it is."""
    source = playbook.sources[trigger.measure.source]
    if source.kind == "push":
        return f"a source of kind {source.kind} isn't measured yet"
    if trigger.measure.reference == "training":
        return f"{in_words(trigger.trip)} needs rows to compare with: name a version as its reference"
    if isinstance(trigger.trip, MeanWorse) and not is_canary:
        return f"{in_words(trigger.trip)} is about a canary, and none runs"
    return ""
