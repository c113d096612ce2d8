"""One headline a statement, contract family first; what else fires is listed under it."""

from collections.abc import Iterable, Iterator

from schemaguard.finding import Family, Finding, Severity
from schemaguard.frozen import replace

_FAMILIES = tuple(Family)
_SEVERITIES = tuple(Severity)


def headed(group: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one statement: its headline, with all readers of the statement in it, then the others."""
    findings = sorted(group, key=_rank)
    if not findings:
        return ()
    first, rest = findings[0], findings[1:]
    also = dict.fromkeys(finding.rule for finding in rest if finding.suppressed is None and finding.rule != first.rule)
    readers = first.readers
    if first.family is Family.CONTRACT:
        # Whom an override speaks for isn't concerned by what counts.
        of_contracts = (f for f in findings if f.family is Family.CONTRACT and f.suppressed == first.suppressed)
        readers = tuple(dict.fromkeys(reader for finding in of_contracts for reader in finding.readers))
    headline = replace(first, also=tuple(also), readers=readers, headline=True)
    return (headline, *(replace(finding, headline=False) for finding in rest))


def by_statement(findings: Iterable[Finding]) -> Iterator[tuple[Finding, ...]]:
    """The findings of each statement together again, its headline first."""
    group: list[Finding] = []
    for finding in findings:
        if finding.headline and group:
            yield tuple(group)
            group = []
        group.append(finding)
    if group:
        yield tuple(group)


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The worst severity among findings that nobody suppressed, None where there is none."""
    present = {finding.severity for finding in findings if finding.suppressed is None}
    return next((severity for severity in _SEVERITIES if severity in present), None)


def count(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many statements have an error, a warning, a note as the worst that was found in them."""
    found = [worst(group) for group in by_statement(findings)]
    return {severity: found.count(severity) for severity in _SEVERITIES}


def _rank(finding: Finding) -> tuple[bool, bool, int, int]:
    severity = _SEVERITIES.index(finding.severity)
    # A note is shown on request only, so it heads nothing that is more.
    leads = finding.family is Family.CONTRACT and finding.severity is not Severity.NOTE
    return (finding.suppressed is not None, not leads, severity, _FAMILIES.index(finding.family))
