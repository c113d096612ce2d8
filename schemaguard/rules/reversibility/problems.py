"""What is wrong with histories as a whole, as matches."""

from collections.abc import Iterator

from schemaguard.rules.facts.context import WholeContext
from schemaguard.rules.rule import Match


def matches(context: WholeContext, rule: str) -> Iterator[Match]:
    """The problems of all histories that the rule of that name is about."""
    for replay in context.replays:
        for problem in replay.problems:
            if problem.rule == rule:
                yield Match(
                    object=", ".join(problem.revisions) or replay.history,
                    message=problem.message,
                    instead=problem.instead or None,
                    cause=problem.kind,
                    place=problem.place,
                    history=replay.history,
                    revision=problem.revisions[-1] if problem.revisions else "",
                )
