"""A check as Markdown: a comment on a pull request."""

from collections.abc import Iterator, Sequence

from schemaguard.finding import Finding, Severity
from schemaguard.report.check import sentences
from schemaguard.report.check.explanation import errors_in_words, explanations, row_in_words
from schemaguard.report.check.fixes import diff_blocks
from schemaguard.report.check.readers import uses
from schemaguard.report.visible import visible
from schemaguard.rules.judging.headline import by_statement, worst
from schemaguard.rules.judging.verdict import CheckResult

_SPECIAL = frozenset("\\`*_{}[]<>()#+!|~@&")


def render(result: CheckResult, *, verbose: bool = False) -> str:
    """The verdict, then every finding, as one document."""
    lines = [
        f"### schemaguard: {'REJECTED' if result.errors else 'PASSED'}",
        "",
        f"{sentences.counts(result)} · {_size(result)}",
        "",
        prose("; ".join((sentences.grounds(result), *sentences.beyond(result)))),
        *(line for remark in result.remarks for line in ("", f"> {prose(remark)}")),
    ]
    for group in by_statement(result.findings):
        severity = worst(group)
        if severity is not None and (verbose or severity is not Severity.NOTE):
            lines += ["", *_finding(group)]
    overridden = [finding for finding in result.findings if finding.override is not None]
    if overridden:
        lines += ["", "#### Overridden", ""]
        lines += [_overridden(finding) for finding in overridden]
    ignored = [f for f in result.findings if f.suppressed is not None and f.override is None and f.headline]
    if ignored:
        lines += ["", "<details><summary>Ignored</summary>", ""]
        lines += [f"- {_code(f.rule)} at {_code(str(f.place))}: {prose(f.suppressed or '')}" for f in ignored]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _overridden(finding: Finding) -> str:
    what = f"{_code(finding.rule)} on {_code(finding.object)} at {_code(str(finding.place))}"
    return f"- {what}: {prose(finding.suppressed or '')} ({_code(str(finding.override))})"


def _size(result: CheckResult) -> str:
    return f"{sentences.size(result)} · rollback class: {sentences.rollback(result)}"


def _finding(group: Sequence[Finding]) -> Iterator[str]:
    finding = group[0]
    also = f" (also: {', '.join(map(_code, finding.also))})" if finding.also else ""
    yield f"#### {finding.severity.value}: {_code(finding.rule)} at {_code(str(finding.place))}{also}"
    yield ""
    if finding.statement:
        yield from fenced(finding.statement, "python" if finding.place.file.endswith(".py") else "sql")
        yield ""
    yield f"- **found** {prose(finding.message)}"
    for use in uses(finding.readers):
        yield f"- **{use.verb}** {prose(use.who)}, {use.until} · {use.through}"
    yield f"- **effect** {prose(finding.effect)}"
    first, *code = visible(sentences.instead(finding), keep_lines=True).splitlines() or [""]
    yield f"- **instead** {prose(first)}"
    if code:
        yield ""
        yield from fenced("\n".join(code), "")
    for block in diff_blocks(finding):
        yield ""
        if block.heading:
            yield from (f"- {prose(block.heading)}", "")
        yield from fenced("\n".join(block.lines), "diff")
    for why in explanations(group):
        yield f"- **row** {prose(row_in_words(why))}"
        yield f"- **SQLSTATE** {prose(errors_in_words(why))}"
        if why.diff:
            yield ""
            yield from fenced("\n".join(why.diff), "diff")


def fenced(text: str, language: str) -> Iterator[str]:
    """The text as a block of code that nothing in it ends."""
    shown = visible(text, keep_lines=True)
    fence = "```"
    while fence in shown:
        fence += "`"
    yield f"{fence}{language}"
    yield shown
    yield fence


def _code(text: str) -> str:
    """Inline code; a backtick inside is the one thing that it can't hold plainly."""
    return f"`{visible(text).replace('`', chr(0x2019))}`"


def prose(text: str) -> str:
    """The text with nothing in it that Markdown would take for its own."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in visible(text))
