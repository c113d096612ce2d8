"""A check as Markdown: a comment on a pull request."""

from collections.abc import Iterator, Sequence
from textwrap import dedent

from schemaguard.finding import Finding, Severity
from schemaguard.report.check import sentences
from schemaguard.report.check.explanation import errors_in_words, explanations, row_in_words
from schemaguard.report.check.fixes import diff_blocks
from schemaguard.report.check.readers import uses
from schemaguard.report.visible import visible
from schemaguard.rules.judging.baseline import ACCEPTED
from schemaguard.rules.judging.headline import by_statement, worst
from schemaguard.rules.judging.verdict import CheckResult

MARK = "<!-- schemaguard -->"
"""The first line, by which the comment is found again that the next push brings up to date."""
_SPECIAL = frozenset("\\`*_{}[]<>()#+!|~@&")
_LONGEST = 60_000
"""Characters; GitHub takes 65,536 for a comment."""


def render(result: CheckResult, *, verbose: bool = False) -> str:
    """One comment: the verdict, who is affected until when, the way back; then what to change, as far as it fits."""
    groups = [
        group
        for group in by_statement(result.findings)
        if (severity := worst(group)) is not None and (verbose or severity is not Severity.NOTE)
    ]
    # What keeps it from being merged comes first.
    groups.sort(key=lambda group: worst(group) is not Severity.ERROR)
    lines = [*_head(result, groups)]
    length = sum(map(len, lines))
    for number, group in enumerate(groups):
        found = ["", *_finding(group)]
        length += sum(len(line) + 1 for line in found)
        if length > _LONGEST:
            lines += [
                "",
                f"… and {sentences.plural(len(groups) - number, 'finding')} more: `schemaguard check` shows all",
            ]
            break
        lines += found
    return "\n".join([*lines, *_accepted(result)]) + "\n"


def _head(result: CheckResult, groups: Sequence[Sequence[Finding]]) -> Iterator[str]:
    yield MARK
    yield f"### schemaguard: {'REJECTED' if result.errors else 'PASSED'}"
    yield ""
    yield f"{sentences.counts(result)} · {sentences.size(result)}"
    affected = tuple(dict.fromkeys(reader for group in groups for reader in group[0].readers))
    if affected:
        yield ""
        yield from ("| affected | how | until |", "|---|---|---|")
        yield from (
            f"| {prose(use.who)} | {use.verb} · {use.through} | {prose(use.until.removeprefix('until '))} |"
            for use in uses(affected)
        )
    if result.revisions:
        yield ""
        yield f"**Way back:** {sentences.rollback(result)}"
    yield ""
    yield prose("; ".join((sentences.grounds(result), *sentences.beyond(result))))
    for remark in result.remarks:
        yield from ("", f"> {prose(remark)}")


def _accepted(result: CheckResult) -> Iterator[str]:
    """What an override, a comment or the baseline accepts, as far as it fits."""
    overridden = [finding for finding in result.findings if finding.override is not None]
    if overridden:
        yield from ("", "#### Overridden", "")
        yield from (_overridden(finding) for finding in overridden)
    ignored = [f for f in result.findings if f.suppressed is not None and f.override is None and f.headline]
    by_comment = [finding for finding in ignored if finding.suppressed != ACCEPTED]
    if by_comment:
        yield from ("", "<details><summary>Ignored</summary>", "")
        shown = by_comment[:_IGNORED_SHOWN]
        yield from (f"- {code(f.rule)} at {code(str(f.place))}: {prose(f.suppressed or '')}" for f in shown)
        if len(by_comment) > len(shown):
            yield f"- … and {len(by_comment) - len(shown)} more"
        yield from ("", "</details>")
    if len(ignored) > len(by_comment):
        yield from ("", f"{sentences.plural(len(ignored) - len(by_comment), 'finding')} accepted by the baseline")


_IGNORED_SHOWN = 30


def _overridden(finding: Finding) -> str:
    what = f"{code(finding.rule)} on {code(finding.object)} at {code(str(finding.place))}"
    return f"- {what}: {prose(finding.suppressed or '')} ({code(str(finding.override))})"


def _finding(group: Sequence[Finding]) -> Iterator[str]:
    finding = group[0]
    language = "python" if finding.place.file.endswith(".py") else "sql"
    also = f" (also: {', '.join(map(code, finding.also))})" if finding.also else ""
    yield f"#### {finding.severity.value}: {code(finding.rule)} at {code(str(finding.place))}{also}"
    yield ""
    if finding.statement:
        yield from fenced(finding.statement, language)
        yield ""
    yield f"- **found** {prose(finding.message)}"
    for use in uses(finding.readers):
        yield f"- **{use.verb}** {prose(use.who)}, {use.until} · {use.through}"
    yield f"- **effect** {prose(finding.effect)}"
    yield from _instead(sentences.instead(finding), language)
    for block in diff_blocks(finding):
        yield ""
        if block.heading:
            yield from (f"{prose(block.heading)}:", "")
        # What is to be pasted has no signs before its lines; what goes stands above.
        added = [line.removeprefix("+ ") for line in block.lines if line.startswith("+")]
        yield from fenced("\n".join(added), language) if added else ("Nothing stays in its place.",)
    for why in explanations(group):
        yield f"- **row** {prose(row_in_words(why))}"
        yield f"- **SQLSTATE** {prose(errors_in_words(why))}"
        if why.diff:
            yield ""
            yield from fenced("\n".join(why.diff), "diff")


def _instead(text: str, language: str) -> Iterator[str]:
    """The safer way: sentences as sentences, and what is indented by four, which is code, in a block of its own."""
    code: list[str] = []
    is_first = True
    for line in [*visible(text, keep_lines=True).splitlines(), ""]:
        if line.startswith("    "):
            code.append(line)
            continue
        if code:
            yield from ("", *fenced(dedent("\n".join(code)).strip("\n"), language), "")
            code = []
        if line.strip():
            yield f"- **instead** {prose(line)}" if is_first else f"  {prose(line)}  "
            is_first = False


def fenced(text: str, language: str) -> Iterator[str]:
    """The text as a block of code that nothing in it ends."""
    shown = visible(text, keep_lines=True)
    fence = "```"
    while fence in shown:
        fence += "`"
    yield f"{fence}{language}"
    yield shown
    yield fence


def code(text: str) -> str:
    """Inline code; a backtick inside is the one thing that it can't hold plainly."""
    return f"`{visible(text).replace('`', chr(0x2019))}`"


def prose(text: str) -> str:
    """The text with nothing in it that Markdown would take for its own."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in visible(text))
