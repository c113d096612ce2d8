"""A check for the eye: each finding with its place, who is concerned, what happens and the safer way; the verdict."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schemaguard.finding import Explanation, Finding, Severity
from schemaguard.report.check import sentences
from schemaguard.report.check.explanation import errors_in_words, explanations, row_in_words
from schemaguard.report.check.fixes import DiffBlock, diff_blocks
from schemaguard.report.check.readers import ReaderUse, uses
from schemaguard.report.styled import Styled
from schemaguard.report.visible import visible
from schemaguard.rules.judging.baseline import ACCEPTED
from schemaguard.rules.judging.headline import by_statement, worst
from schemaguard.rules.judging.verdict import CheckResult

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}
_LABEL_WIDTH = 10
_READERS_SHOWN = 6
_STATEMENT_LINES_SHOWN = 12
_CATALOG_LINES_SHOWN = 12

_Row = tuple[Styled, int | None]
"""A line, and how deep it hangs where it is wrapped; None where it never is, because it is code."""


def show(result: CheckResult, console: "Console", *, verbose: bool = False) -> None:
    """Print the check; wrapped to the width of a terminal, one line a sentence into a pipe."""
    _print(console, _rows(result, verbose))


def plain(result: CheckResult, *, verbose: bool = False) -> str:
    """What `show` prints into a pipe, for which nothing that draws is needed."""
    return "".join(f"{row.plain}\n" for row, _ in _rows(result, verbose))


def show_finding(group: Sequence[Finding], console: "Console") -> None:
    """Print the findings on one statement under the headline of the first."""
    _print(console, _finding(group))
    console.print()


def _print(console: "Console", rows: Iterator[_Row]) -> None:
    from schemaguard.report.lines import line

    for row, indent in rows:
        line(console, row.rich(), indent=indent)


def _rows(result: CheckResult, verbose: bool) -> Iterator[_Row]:
    for group in by_statement(result.findings):
        severity = worst(group)
        if severity is not None and (verbose or severity is not Severity.NOTE):
            yield from _finding(group)
            yield Styled(), None
    yield from _ignored(result, verbose)
    for remark in result.remarks:
        yield Styled(("remark: ", "yellow"), visible(remark)), 0
    indent = _verdict_indent(result)
    yield _verdict(result), indent
    for said in (sentences.grounds(result), *sentences.beyond(result)):
        yield Styled((f"{' ' * indent}{visible(said)}", "dim")), indent


def _finding(group: Sequence[Finding]) -> Iterator[_Row]:
    finding = group[0]
    yield _header(finding, group), 0
    yield from _statement(finding.statement)
    yield _row("found", visible(finding.message))
    yield from _readers(uses(finding.readers))
    yield from _prose("effect", finding.effect)
    yield from _prose("instead", sentences.instead(finding))
    for block in diff_blocks(finding):
        yield from _diff(block)
    for why in explanations(group):
        yield from _why(why)


def _diff(block: DiffBlock) -> Iterator[_Row]:
    if block.heading:
        yield _row("", visible(block.heading))
    for text in block.lines:
        yield _label("").append(visible(text), "red" if text.startswith("-") else "green"), None


def _why(why: Explanation) -> Iterator[_Row]:
    yield _row("row", row_in_words(why))
    if not why.diff and why.errors:
        yield _row("catalog", "it isn't known what was there before: no migration here creates it")
    label = "catalog"
    for text in why.diff[:_CATALOG_LINES_SHOWN]:
        yield _label(label).append(visible(text), "red" if text.startswith("-") else "green"), 4 + _LABEL_WIDTH
        label = ""
    if len(why.diff) > _CATALOG_LINES_SHOWN:
        yield _row("", f"… and {len(why.diff) - _CATALOG_LINES_SHOWN} more lines: --format json shows them all")
    yield _row("SQLSTATE", errors_in_words(why))


def _header(finding: Finding, group: Sequence[Finding]) -> Styled:
    text = Styled(
        (visible(str(finding.place)), "bold"),
        "  ",
        (finding.severity.value, _STYLES[finding.severity]),
        "  ",
        (finding.rule, "bold"),
    )
    if finding.also:
        severities = {other.rule: other.severity for other in group[1:]}
        text.append("  (also: ", "dim")
        for number, rule in enumerate(finding.also):
            text.append(", " if number else "", "dim")
            text.append(rule, _STYLES[severities[rule]].removeprefix("bold ") if rule in severities else "dim")
        text.append(")", "dim")
    return text


def _statement(statement: str) -> Iterator[_Row]:
    # A report without findings shows no statement.
    import textwrap

    lines = textwrap.dedent(visible(statement, keep_lines=True)).splitlines()
    # The first line of a call stands where the author's indentation was cut off.
    lines = lines[:1] + textwrap.dedent("\n".join(lines[1:])).splitlines() if _hangs(lines) else lines
    for code in lines[:_STATEMENT_LINES_SHOWN]:
        yield Styled((f"    {code}", "cyan")), None
    if len(lines) > _STATEMENT_LINES_SHOWN:
        yield Styled((f"    … {len(lines) - _STATEMENT_LINES_SHOWN} lines more", "dim")), 4


def _hangs(lines: Sequence[str]) -> bool:
    """Whether the last line closes what the first opened, but stands deeper: a call inside a function."""
    return len(lines) > 1 and lines[-1].startswith(" ") and lines[-1].strip() in (")", "])", "})", '""")', "''')")


def _readers(concerned: Sequence[ReaderUse]) -> Iterator[_Row]:
    label = ""
    for use in concerned[:_READERS_SHOWN]:
        text = _label("" if use.verb == label else use.verb)
        text.append(visible(use.who), "bold magenta")
        text.append(f", {use.until} · {use.through}")
        yield text, 2 + _LABEL_WIDTH
        label = use.verb
    if len(concerned) > _READERS_SHOWN:
        yield _row("", f"… and {len(concerned) - _READERS_SHOWN} more: --format json lists them all")


def _prose(label: str, text: str) -> Iterator[_Row]:
    """A labelled sentence; lines that are indented by four are code, and stay as they are."""
    for number, sentence in enumerate(visible(text, keep_lines=True).splitlines()):
        if sentence.startswith("    "):
            yield _label("").append(sentence[2:], "cyan"), None
        else:
            yield _row(label if number == 0 else "", sentence)


def _row(label: str, text: str) -> _Row:
    return _label(label).append(text), 2 + _LABEL_WIDTH


def _label(label: str) -> Styled:
    return Styled("  ", (f"{label:<{_LABEL_WIDTH}}", "dim"))


def _ignored(result: CheckResult, verbose: bool) -> Iterator[_Row]:
    by_comment = [f for f in result.findings if f.suppressed is not None and (verbose or f.suppressed != ACCEPTED)]
    told: set[str] = set()
    for finding in by_comment:
        place, why = visible(str(finding.place)), visible(finding.suppressed or "")
        if finding.override is None:
            ignored = f"{place}  ignored  {finding.rule}: {why}"
            # One comment may answer for several findings of a statement.
            if ignored not in told:
                yield Styled((ignored, "dim")), 4
            told.add(ignored)
        else:
            what = f"{finding.rule} on {visible(finding.object)}"
            yield Styled((f"{place}  {what}  {why} ({visible(str(finding.override))})", "yellow")), 4
    if by_comment:
        yield Styled(), 0


def _verdict_word(result: CheckResult) -> str:
    return "REJECTED" if result.errors else "PASSED"


def _verdict_indent(result: CheckResult) -> int:
    return len(_verdict_word(result)) + 2


def _verdict(result: CheckResult) -> Styled:
    parts = [sentences.counts(result), sentences.size(result)]
    if result.revisions:
        parts.append(f"rollback class: {sentences.rollback(result)}")
    parts.append(f"{result.seconds:.2f} s")
    style = "bold white on red" if result.errors else "bold white on green"
    return Styled((_verdict_word(result), style), "  ", " · ".join(parts))
