"""A queue of jobs under contract, for the tests: who reads it and writes it, and what a check says of a history."""

from pathlib import Path

from schemaguard.finding import Family
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import FIXTURES, checked

JOBS = (
    "CREATE TYPE job_state AS ENUM ('todo', 'done');\n"
    "CREATE TABLE jobs (id bigint PRIMARY KEY, state job_state, amount numeric(12,2) NOT NULL, org int, note text);\n"
)
_REVISION = """
import sqlalchemy as sa
from alembic import op
revision = "{number:03}"
down_revision = {down!r}
"""


def _contracts(folder: Path, table: str) -> None:
    contract = (FIXTURES / "open_world/contracts/worker/1.odcs.yaml").read_text().replace("TABLE", table)
    (folder / "contracts/worker").mkdir(parents=True)
    (folder / "contracts/worker/1.odcs.yaml").write_text(contract)


def checked_sql(folder: Path, *statements: str, table: str = "jobs") -> CheckResult:
    """The check of a folder with one file for each of the texts."""
    _contracts(folder, table)
    (folder / "migrations").mkdir()
    for number, statement in enumerate(statements, 1):
        (folder / f"migrations/{number:03}.sql").write_text(f"{statement};\n")
    return checked(folder, "migrations")


def checked_alembic(folder: Path, *revisions: str, table: str = "jobs") -> CheckResult:
    """The check of an Alembic history with one revision for each of the modules."""
    _contracts(folder, table)
    (folder / "migrations/versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations/env.py").write_text("")
    for number, source in enumerate(revisions, 1):
        down = f"{number - 1:03}" if number > 1 else None
        text = _REVISION.format(number=number, down=down) + source + "\ndef downgrade():\n    pass\n"
        (folder / f"migrations/versions/{number:03}.py").write_text(text)
    return checked(folder, "alembic.ini")


def on_contract(result: CheckResult, revision: str | None = None) -> list[tuple[str, str]]:
    """(rule, object) of what is found for the contract, in one revision or in all."""
    return [
        (finding.rule, finding.object)
        for finding in result.findings
        if finding.family is Family.CONTRACT and finding.rule != "no-contract"
        and revision in (None, finding.revision)
    ]  # fmt: skip
