"""What `schemaguard check` does once its command line is understood."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.frozen import dataclass, replace

if TYPE_CHECKING:
    from schemaguard.commands.reading import Reading
    from schemaguard.commands.site import Site
    from schemaguard.rules.judging.verdict import CheckResult


class CheckFormat(StrEnum):
    """How the verdict is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    SUGGESTIONS = "suggestions"


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """The command line of a check."""

    paths: tuple[str, ...] = ()
    base: str | None = None
    contracts: str | None = None
    window: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Path | None = None
    initial: Path | None = None
    at: datetime | None = None
    pg_version: int | None = None
    in_transaction: bool = False
    not_in_transaction: bool = False
    no_cache: bool = False
    explain: bool = False
    verbose: bool = False
    output: CheckFormat = CheckFormat.TEXT
    reports: tuple[str, ...] = ()
    """`FORMAT=FILE`, each written besides what is shown."""
    prove: bool = False
    """Whether the judged revisions are also proven on a scratch server."""
    server: str | None = None


def run(
    asked: CheckRequest, words: Sequence[str] | None = None, keep: Callable[["CheckResult"], None] = lambda _: None
) -> int:
    """Judge and say it; the exit code. `words` are those of the shell, where it was one that asked.

    `keep` is given the result: a process that ends doesn't have to free it, value by value.
    """
    from schemaguard.cli.reading import open_site
    from schemaguard.commands import check as command
    from schemaguard.commands import verdicts
    from schemaguard.errors import UsageError

    if asked.in_transaction and asked.not_in_transaction:
        raise UsageError(
            "--assume-in-transaction and --no-assume-in-transaction can't be used together", next="give one of them"
        )
    reports = tuple(_report(given) for given in asked.reports)
    options = command.CheckOptions(
        paths=asked.paths,
        base=asked.base,
        contracts=asked.contracts,
        window=asked.window,
        select=_words(asked.select),
        ignore=_words(asked.ignore),
        baseline=str(asked.baseline) if asked.baseline is not None else None,
        at=asked.at,
        explain=asked.explain,
    )
    with (
        open_site() as site,
        site.reading(initial=asked.initial, pg_version=asked.pg_version, no_cache=asked.no_cache) as reading,
    ):
        if asked.in_transaction or asked.not_in_transaction:
            reading = replace(reading, assume_in_transaction=asked.in_transaction)
        # What is only said again writes no files, and proves nothing.
        watched = verdicts.watch(words, options, reading) if words and not reports and not asked.prove else None
        result = command.check(options, reading, os.environ, site.live_window)
        keep(result)
        _write(reports, result, asked)
        text = _show(result, asked)
        if watched is not None and text is not None:
            verdicts.keep(watched, options, reading, result, asked.output, text, lambda one: _rendered(one, asked))
        is_proven = _prove(site, reading, result, asked) if asked.prove else True
    return int(result.exit_code) if is_proven else max(int(result.exit_code), 1)


def _prove(site: "Site", reading: "Reading", result: "CheckResult", asked: CheckRequest) -> bool:
    """Prove what was judged, on stderr where a program reads the verdict; whether nothing was refuted."""
    from rich.console import Console

    from schemaguard.adapters.files.certificates import write_certificates
    from schemaguard.commands.prove import ProofOptions, prove_judged
    from schemaguard.report.prove import show_certificate, show_summary

    is_read_by_people = asked.output in (CheckFormat.TEXT, CheckFormat.MARKDOWN)
    terminal = Console(highlight=False, markup=False, emoji=False, stderr=not is_read_by_people)
    options = ProofOptions(asked.server, contracts=asked.contracts)
    found = prove_judged(reading, result.revisions, options, lambda one: show_certificate(one, terminal))
    folder, key = site.config.root / site.config.certificates, site.ledger_key
    if found:
        write_certificates(folder, found, key)
    show_summary(found, site.relative(folder) if found else None, key.name if key is not None else None, terminal)
    return all(one.outcome != "refuted" for one in found)


def _report(given: str) -> tuple[CheckFormat, Path]:
    """The format and the file of one --report. Raises UsageError where it names no format or no file."""
    from schemaguard.errors import UsageError

    name, equals, file = given.partition("=")
    if name not in list(CheckFormat) or not equals or not file:
        formats = ", ".join(CheckFormat)
        raise UsageError(
            f"{given!r} doesn't say which report goes where", at="--report", next=f"FORMAT=FILE, one of: {formats}"
        )
    return CheckFormat(name), Path(file)


def _write(reports: Iterable[tuple[CheckFormat, Path]], result: "CheckResult", asked: CheckRequest) -> None:
    """Write each report into its file; UsageError where one can't be written."""
    for form, file in reports:
        from schemaguard.adapters.files.writing import replace_text

        replace_text(file, _rendered(result, replace(asked, output=form)))


def _words(given: Iterable[str]) -> tuple[str, ...]:
    """Rules may be repeated or listed with commas."""
    return tuple(word.strip() for one in given for word in one.split(",") if word.strip())


def _show(result: "CheckResult", asked: CheckRequest) -> str | None:
    """Show the verdict; the text of it, None where it was drawn on a terminal."""
    if asked.output is CheckFormat.TEXT:
        from schemaguard.cli.terminal import terminal

        console = terminal()
        if console is not None:
            from schemaguard.report.check import text as check_text

            check_text.show(result, console, verbose=asked.verbose)
            return None
    text = _rendered(result, asked)
    sys.stdout.write(text)
    sys.stdout.flush()
    return text


def _rendered(result: "CheckResult", asked: CheckRequest) -> str:
    if asked.output is CheckFormat.TEXT:
        from schemaguard.report.check import text as check_text

        return check_text.plain(result, verbose=asked.verbose)
    return _renderer(asked.output)(result)


def _renderer(output: CheckFormat) -> Callable[["CheckResult"], str]:
    """The report of that format; only the one that is asked for is loaded."""
    if output is CheckFormat.JSON:
        from schemaguard.report.check.json import render
    elif output is CheckFormat.GITHUB:
        from schemaguard.report.check.github import render
    elif output is CheckFormat.GITLAB:
        from schemaguard.report.check.gitlab import render
    elif output is CheckFormat.MARKDOWN:
        from schemaguard.report.check.markdown import render
    elif output is CheckFormat.SARIF:
        from schemaguard.report.check.sarif import render
    elif output is CheckFormat.SUGGESTIONS:
        from schemaguard.report.check.suggestions import render
    else:
        from schemaguard.report.check.junit import render
    return render
