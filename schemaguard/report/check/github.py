"""A check as GitHub workflow commands: annotations on the lines of a pull request."""

from schemaguard.finding import Finding, Severity
from schemaguard.report.check.sentences import accepted, beyond, counts, grounds, paragraph
from schemaguard.report.visible import visible
from schemaguard.rules.judging.verdict import CheckResult

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(result: CheckResult) -> str:
    """One annotation a headline and an override, then the verdict as a line of the log."""
    lines = [annotation(finding) for finding in result.findings if finding.headline and finding.suppressed is None]
    lines += [_accepted(finding) for finding in result.findings if finding.override is not None]
    verdict = "REJECTED" if result.errors else "PASSED"
    told = [f"remark: {visible(remark)}" for remark in result.remarks]
    judged = map(visible, (grounds(result), *beyond(result)))
    return "\n".join([*lines, *told, f"{verdict} {counts(result)}", *judged]) + "\n"


def annotation(finding: Finding) -> str:
    """One finding as a workflow command."""
    return _command(_COMMANDS[finding.severity], finding, paragraph(finding))


def _accepted(finding: Finding) -> str:
    """What an override accepts is said all the same."""
    return _command("notice", finding, accepted(finding))


def _command(command: str, finding: Finding, text: str) -> str:
    place = finding.place
    properties = f"file={_property(place.file)},line={place.line},col={place.column},title={_property(finding.rule)}"
    return f"::{command} {properties}::{_escaped(visible(text, keep_lines=True))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(visible(text)).replace(":", "%3A").replace(",", "%2C")
