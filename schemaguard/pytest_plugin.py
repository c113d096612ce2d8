"""`pytest --schemaguard`: one test a revision, which fails with what `schemaguard check` would say of it.

Pytest loads this module in every run where schemaguard is installed: nothing else is imported unless it is asked for.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from schemaguard.finding import Finding
    from schemaguard.rules.judging.verdict import CheckResult


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that say that revisions are tests, too."""
    group = parser.getgroup("schemaguard", "migrations judged by schemaguard")
    group.addoption("--schemaguard", action="store_true", help="judge migrations: one test a revision")
    group.addoption(
        "--schemaguard-base", metavar="REF", default=None, help="judge only what is new since the merge base with REF"
    )


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put a test for each revision behind those that were collected."""
    if config.getoption("--schemaguard"):
        items += _Migrations.from_parent(session, name="schemaguard", nodeid="schemaguard").collect()


class RejectedRevision(Exception):  # noqa: N818 - a verdict, not an error of the program
    """The findings on a revision that count."""


class _Migrations(pytest.Collector):
    """The revisions that a check judges."""

    def collect(self) -> list[pytest.Item]:
        """A test a revision, and one for what belongs to none of them."""
        result = _checked(self.config.rootpath, self.config.getoption("--schemaguard-base"))
        findings: dict[tuple[str, str], list[Finding]] = {}
        for finding in result.findings:
            findings.setdefault((finding.history, finding.revision), []).append(finding)
        several = len({revision.history for revision in result.revisions}) > 1
        found: list[pytest.Item] = []
        for revision in result.revisions:
            name = f"{revision.history}:{revision.id}" if several else revision.id
            mine = findings.pop((revision.history, revision.id), [])
            found.append(_Revision.from_parent(self, name=name, file=revision.file, findings=mine, result=result))
        others = [finding for group in findings.values() for finding in group]
        if any(finding.suppressed is None for finding in others):
            found.append(_Revision.from_parent(self, name="history", file="", findings=others, result=result))
        return found


class _Revision(pytest.Item):
    """One revision; it passes where nothing that is an error was found in it."""

    def __init__(self, *, file: str, findings: "Sequence[Finding]", result: "CheckResult", **named: Any) -> None:
        super().__init__(**named)
        self._file, self._findings, self._result = file, findings, result

    def runtest(self) -> None:
        """Fail with the errors; warnings are shown beside them."""
        from schemaguard.frozen import replace
        from schemaguard.report.check import text

        mine = replace(self._result, findings=tuple(self._findings), revisions=(), remarks=())
        said = text.plain(mine)
        if mine.errors:
            raise RejectedRevision(said)
        if mine.warnings:
            self.add_report_section("call", "schemaguard", said)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
        """What the check says, without a traceback through us."""
        return str(excinfo.value) if isinstance(excinfo.value, RejectedRevision) else str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the first finding is."""
        lines = [finding.place.line for finding in self._findings if finding.suppressed is None]
        return self.config.rootpath / self._file, min(lines, default=1) - 1, f"schemaguard: {self.name}"


def _checked(root: Path, base: str | None) -> "CheckResult":
    """The verdict on the project. Raises pytest's UsageError where there is none."""
    import os

    from schemaguard.commands.check import CheckOptions, check_here
    from schemaguard.commands.site import Site
    from schemaguard.errors import SchemaguardError

    try:
        with Site(root) as site, site.reading() as reading:
            return check_here(CheckOptions(base=base), reading, os.environ, site.live_window)
    except SchemaguardError as error:
        raise pytest.UsageError(f"schemaguard: {error}") from error
