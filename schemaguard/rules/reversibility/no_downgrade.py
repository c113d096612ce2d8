"""no-downgrade: an Alembic revision that changes the schema and can't be taken back by its own downgrade()."""

from collections.abc import Iterator

from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import RevisionContext
from schemaguard.rules.rule import Match, Rule


def _check(context: RevisionContext) -> Iterator[Match]:
    run, downgrade = context.run, context.downgrade
    if not run.revision.file.endswith(".py") or run.after == run.before:
        return
    if downgrade is not None and (downgrade.is_empty or not downgrade.steps):
        yield Match(object=run.revision.id, message=f"downgrade() of {run.revision.id} does nothing")


RULE = Rule(
    id="no-downgrade",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="an Alembic revision that changes the schema while its downgrade() is missing or empty",
    effect="`alembic downgrade` moves the version back and leaves the schema as it is",
    instead="write the downgrade(), or let it raise where there is no way back",
    check_revision=_check,
)
