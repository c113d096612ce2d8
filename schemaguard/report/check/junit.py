"""A check as JUnit XML: a test case a revision, failed where it has an error."""

from xml.sax.saxutils import escape, quoteattr

from schemaguard.finding import Finding, Severity
from schemaguard.report.check.sentences import accepted, paragraph
from schemaguard.report.visible import visible
from schemaguard.rules.judging.headline import by_statement, worst
from schemaguard.rules.judging.verdict import CheckResult


def render(result: CheckResult) -> str:
    """One suite; findings that belong to no revision are a case of their own."""
    failures: dict[tuple[str, str], list[Finding]] = {}
    for group in by_statement(result.findings):
        if worst(group) is Severity.ERROR:
            failures.setdefault((group[0].history, group[0].revision), []).append(group[0])
    overridden: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        if finding.override is not None:
            overridden.setdefault((finding.history, finding.revision), []).append(finding)
    cases = [(revision.history, revision.id) for revision in result.revisions]
    cases += [key for key in failures if key not in cases]
    failed = sum(key in failures for key in cases)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="schemaguard check" tests="{len(cases)}" failures="{failed}" time="{result.seconds:.3f}">',
    ]
    for key in cases:
        lines += _case(*key, failures.get(key, []), overridden.get(key, []))
    return "\n".join([*lines, "</testsuite>"]) + "\n"


def _case(history: str, revision: str, failures: list[Finding], overridden: list[Finding]) -> list[str]:
    head = f"  <testcase classname={_attribute(history)} name={_attribute(revision or history or 'contracts')}"
    if not failures and not overridden:
        return [f"{head}/>"]
    body = [
        f"    <failure type={_attribute(finding.rule)} message={_attribute(f'{finding.place} {finding.message}')}>"
        f"{_text(paragraph(finding))}</failure>"
        for finding in failures
    ]
    if overridden:
        said = _text("\n".join(f"{finding.place} {accepted(finding)}" for finding in overridden))
        body.append(f"    <system-out>{said}</system-out>")
    return [f"{head}>", *body, "  </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


def _text(text: str) -> str:
    return escape(visible(text, keep_lines=True))
