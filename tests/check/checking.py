"""Running `check` in a folder, for the tests."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from schemaguard import config
from schemaguard.commands.check import CheckOptions, check
from schemaguard.commands.reading import open_reading
from schemaguard.frozen import replace
from schemaguard.rules.judging.verdict import CheckResult

FIXTURES = Path(__file__).parent.parent / "fixtures"
WAYS_BACK = frozenset(
    {"rollback-not-instant", "rollback-needs-values", "rollback-loses-data", "rollback-impossible", "cannot-retire"}
    | {"contract-in-window"}
)
"""What is said of nearly every drop beside what it breaks; tests of these rules ask for them by name."""
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def checked(folder: Path, *paths: str, environ: Mapping[str, str] | None = None, **options: Any) -> CheckResult:
    """The check of a folder, judged on the first of October 2026."""
    reading = open_reading(_with_limits(config.load(folder, {})), folder)
    return check(CheckOptions(paths=paths, **({"at": NOON} | options)), reading, environ or {}, _not_live)


def _with_limits(settings: config.Config) -> config.Config:
    """The settings of a project whose role has time limits: that there should be some is not what a test is about."""
    limits = {"lock_timeout": settings.lock_timeout or "5s", "statement_timeout": settings.statement_timeout or "60s"}
    return replace(settings, **limits)


def _not_live(_: datetime | None) -> NoReturn:
    raise AssertionError("no database was asked for")


def project(folder: Path, files: Mapping[str, str], *, settings: str = "") -> Path:
    """A folder with the fixtures' contract, the given files, and settings if there are any."""
    shutil.copytree(FIXTURES / "rules/contracts", folder / "contracts", dirs_exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if settings:
        (folder / "schemaguard.toml").write_text(settings)
    return folder


def before() -> str:
    """The SQL of the tables that the contract is about."""
    return (FIXTURES / "rules/before.sql").read_text()


def rules_of(result: CheckResult) -> list[str]:
    """The rules that fired, in order, without ignored ones and what any drop costs on the way back."""
    return [finding.rule for finding in result.findings if finding.suppressed is None and finding.rule not in WAYS_BACK]
