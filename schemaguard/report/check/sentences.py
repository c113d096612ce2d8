"""The sentences that several reports share."""

from schemaguard.finding import Finding
from schemaguard.report.check.fixes import fix_lines
from schemaguard.report.check.readers import uses
from schemaguard.rules.judging.baseline import ACCEPTED
from schemaguard.rules.judging.unjudged import NO_CONTRACT, NONE_IN_WINDOW
from schemaguard.rules.judging.verdict import CheckResult, worst_class

_NAMES_SHOWN = 6
_SOURCES = {"live": "the database", "dates": "the dates in the contracts"}


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def source_in_words(source: str) -> str:
    """Where release windows were read."""
    return _SOURCES.get(source, source)


def counts(result: CheckResult) -> str:
    """How many errors and warnings, and how many findings a comment, the baseline or an override accepts."""
    accepted = [f for f in result.findings if f.suppressed is not None and f.override is None and f.headline]
    in_baseline = sum(finding.suppressed == ACCEPTED for finding in accepted)
    ignored = len(accepted) - in_baseline
    overridden = sum(finding.override is not None for finding in result.findings)
    parts = [plural(result.errors, "error"), plural(result.warnings, "warning")]
    if ignored:
        parts.append(f"{ignored} ignored")
    if in_baseline:
        parts.append(f"{in_baseline} in the baseline")
    if overridden:
        parts.append(f"{overridden} overridden")
    return ", ".join(parts)


def size(result: CheckResult) -> str:
    """How much was judged, and how much of it couldn't be read."""
    judged = plural(len(result.revisions), "revision")
    if result.history_size > len(result.revisions):
        judged = f"{len(result.revisions)} of {plural(result.history_size, 'revision')}"
    statements = sum(revision.statements for revision in result.revisions)
    opaque = sum(revision.opaque for revision in result.revisions)
    return f"{judged}, {plural(statements, 'statement')}, {opaque} opaque"


def rollback(result: CheckResult) -> str:
    """What taking all of it back costs: as Alembic applies it, and with the guard where that is another class."""
    bare = worst_class(tuple(revision.rollback_by_alembic for revision in result.revisions))
    guarded = worst_class(tuple(revision.rollback_with_guard for revision in result.revisions))
    is_sql = all(revision.file.endswith(".sql") for revision in result.revisions)
    if bare is guarded or is_sql:
        # The guard stands in Alembic's env.py.
        return bare.value
    return f"{bare.value} as Alembic applies it, {guarded.value} with the guard"


def paragraph(finding: Finding) -> str:
    """A finding as a few lines of plain text, for reports that take a text."""
    lines = [finding.message]
    lines += [f"{use.verb}: {use.who}, {use.until}, {use.through}" for use in uses(finding.readers)]
    lines += [f"effect: {finding.effect}", f"instead: {instead(finding)}", *fix_lines(finding)]
    if finding.also:
        lines.append(f"also: {', '.join(finding.also)}")
    return "\n".join(lines)


def instead(finding: Finding) -> str:
    """The safer way, in words: that of the fix, where there is one."""
    return finding.instead if finding.fix is None else finding.fix.title


def accepted(finding: Finding) -> str:
    """A finding that an override accepts: what it is, on whose word and until when, and where that stands."""
    return f"{finding.message}\n{finding.suppressed} ({finding.override})"


def grounds(result: CheckResult) -> str:
    """For whom was judged, where the windows came from, and how old that is."""
    names = [f"{c.model}@{version}" for c in result.contracts for version in c.model_versions]
    names += [contract.model for contract in result.contracts if not contract.model_versions]
    if not names:
        return NO_CONTRACT if NO_CONTRACT in result.unjudged else NONE_IN_WINDOW
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    window = result.window
    age = f" ({plural(window.age_days, 'day')} old)" if window.age_days else ""
    whom = ", ".join(names[:_NAMES_SHOWN]) + more
    return f"judged for {whom} · windows from {source_in_words(window.source)}, as of {window.at[:10]}{age}"


def beyond(result: CheckResult) -> tuple[str, ...]:
    """What the verdict doesn't speak of besides models without contracts, which its grounds say."""
    return tuple(one for one in result.unjudged if one not in (NO_CONTRACT, NONE_IN_WINDOW))
