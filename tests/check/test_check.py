"""The use case on folders of files: what is judged, with which contracts, under which settings."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemaguard.errors import ConfigError, ContractError, ExitCode, HistoryError, UsageError
from schemaguard.finding import Severity
from schemaguard.history.revision import Phase
from schemaguard.report.check.json import render
from schemaguard.rules.judging.verdict import RollbackClass
from tests.check.checking import before, checked, project, rules_of

DROP = "ALTER TABLE transactions DROP COLUMN channel;\n"
LOSE_NOTES = "ALTER TABLE notes DROP COLUMN body;\n"


def _sql(folder: Path, change: str, settings: str = "") -> Path:
    return project(folder, {"migrations/001.sql": before(), "migrations/002.sql": change}, settings=settings)


def test_a_drop_under_contract_is_rejected(tmp_path: Path) -> None:
    result = checked(_sql(tmp_path, DROP))

    assert result.exit_code is ExitCode.FINDINGS
    headline = result.findings[0]
    assert (headline.rule, headline.also[:2], headline.place.file, headline.place.line) == (
        "breaks-reader",
        ("drop-column", "contract-in-window"),
        "migrations/002.sql",
        1,
    )
    assert headline.statement == DROP.strip().rstrip(";")
    assert [(r.model, r.model_version, r.role, r.until) for r in headline.readers] == [("fraud", "7", "declared", None)]


def test_an_expansion_passes(tmp_path: Path) -> None:
    result = checked(_sql(tmp_path, "ALTER TABLE transactions ADD COLUMN entry_mode text;"))

    assert (result.exit_code, result.findings) == (ExitCode.OK, ())


def test_each_revision_has_its_phase_and_its_rollback_class(tmp_path: Path) -> None:
    expanding, contracting = checked(_sql(tmp_path, LOSE_NOTES)).revisions

    assert (expanding.phase, expanding.statements, expanding.opaque) == (Phase.EXPAND, 3, 0)
    assert contracting.phase is Phase.CONTRACT
    assert contracting.rollback is RollbackClass.LOSSY
    assert contracting.rollback_with_guard is RollbackClass.INSTANT


def test_with_the_guard_a_drop_that_nobody_needs_is_a_retirement(tmp_path: Path) -> None:
    result = checked(_sql(tmp_path, LOSE_NOTES, 'applied_by = "schemaguard"'))

    assert result.findings == ()
    assert result.revisions[1].rollback is RollbackClass.INSTANT


def test_the_guard_does_not_help_a_reader(tmp_path: Path) -> None:
    result = checked(_sql(tmp_path, DROP, 'applied_by = "schemaguard"'))

    assert rules_of(result) == ["breaks-reader", "drop-column"]


def test_a_contract_out_of_its_window_holds_nothing_up(tmp_path: Path) -> None:
    folder = _sql(tmp_path, DROP)
    contract = folder / "contracts/fraud/7.odcs.yaml"
    text = contract.read_text()
    contract.write_text(f'{text}slaProperties:\n  - {{property: endOfSupport, value: "2026-12-31"}}\n')

    inside = checked(folder, at=datetime(2026, 12, 30, tzinfo=UTC))
    outside = checked(folder, at=datetime(2027, 6, 1, tzinfo=UTC))

    assert inside.findings[0].rule == "breaks-reader"
    assert inside.findings[0].readers[0].until == "2026-12-31"
    assert rules_of(outside) == ["drop-column"]
    assert outside.contracts == ()


def test_a_configured_severity_counts_and_the_contract_family_stays(tmp_path: Path) -> None:
    settings = '[rules]\ndrop-column = "note"\n'

    result = checked(_sql(tmp_path, DROP, settings))

    severities = {finding.rule: finding.severity for finding in result.findings}
    assert (severities["breaks-reader"], severities["drop-column"]) == (Severity.ERROR, Severity.NOTE)
    assert result.remarks == ()


def test_adopting_an_old_code_base_leaves_warnings(tmp_path: Path) -> None:
    result = checked(_sql(tmp_path, LOSE_NOTES, "adopt = true"))

    assert (result.errors, result.warnings, result.exit_code) == (0, 1, ExitCode.OK)


def test_a_baseline_is_the_json_of_an_earlier_check(tmp_path: Path) -> None:
    folder = _sql(tmp_path, LOSE_NOTES)
    (folder / "baseline.json").write_text(render(checked(folder)))

    accepted = checked(folder, baseline="baseline.json")
    (folder / "migrations/003.sql").write_text("DROP TABLE notes;")

    assert (accepted.errors, accepted.findings[0].suppressed) == (0, "in the baseline")
    assert rules_of(checked(folder, baseline="baseline.json")) == ["drop-table"]


def test_select_turns_all_others_off_but_the_contract_family(tmp_path: Path) -> None:
    folder = _sql(tmp_path, DROP + LOSE_NOTES)

    assert rules_of(checked(folder, select=("drop-table",))) == ["breaks-reader"]
    assert rules_of(checked(folder, ignore=("ban-drop-column",))) == ["breaks-reader"]


def test_a_single_file_is_judged_as_if_its_tables_had_always_been_there(tmp_path: Path) -> None:
    folder = project(tmp_path, {"change.sql": DROP + LOSE_NOTES})

    result = checked(folder, "change.sql")

    assert [(f.rule, "drop-column" in f.also) for f in result.findings if f.headline] == [
        ("breaks-reader", True),
        ("drop-column", False),
    ]


def test_several_paths_are_several_histories(tmp_path: Path) -> None:
    folder = project(tmp_path, {"a/001.sql": before(), "b/001.sql": "DROP TABLE elsewhere;"})

    result = checked(folder, "a", "b")

    assert [(revision.history, revision.id) for revision in result.revisions] == [("a", "001"), ("b", "001")]
    assert rules_of(result) == ["drop-table"]


def test_only_what_is_new_since_the_base_is_judged(tmp_path: Path) -> None:
    folder = _sql(tmp_path, LOSE_NOTES)
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "base"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / "migrations/003.sql").write_text(DROP)

    result = checked(folder, base="main")

    assert [revision.id for revision in result.revisions] == ["003"]
    assert (result.history_size, rules_of(result)) == (3, ["breaks-reader", "drop-column"])


def test_what_the_history_takes_for_granted_comes_from_a_dump(tmp_path: Path) -> None:
    folder = project(tmp_path, {"dump.sql": before(), "migrations/001.sql": DROP}, settings='initial = "dump.sql"')

    assert rules_of(checked(folder)) == ["breaks-reader", "drop-column"]


def test_without_contracts_only_the_other_families_speak(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/001.sql").write_text(before())
    (tmp_path / "migrations/002.sql").write_text(DROP)

    result = checked(tmp_path)

    assert (result.contracts, rules_of(result)) == ((), ["drop-column"])


def test_the_document_can_be_read_back(tmp_path: Path) -> None:
    document = json.loads(render(checked(_sql(tmp_path, DROP))))

    assert document["summary"]["errors"] == 1
    assert document["contracts"] == [
        {"model": "fraud", "model_versions": ["7"], "file": "contracts/fraud/7.odcs.yaml", "until": None}
    ]
    assert document["window"]["source"] == "dates"


@pytest.mark.parametrize(
    ("options", "settings", "error"),
    [
        ({"select": ("drop-colum",)}, "", UsageError),
        ({"baseline": "nothing.json"}, "", UsageError),
        ({"baseline": "migrations/001.sql"}, "", UsageError),
        ({"contracts": "nowhere"}, "", ContractError),
        ({"window": "nothing.lock"}, "", UsageError),
        ({"base": "no-such-branch"}, "", HistoryError),
        ({}, '[rules]\ndrop-column = "fatal"', ConfigError),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_says_what_to_do(
    options: dict[str, object], settings: str, error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error) as raised:
        checked(_sql(tmp_path, DROP, settings), **options)
    assert getattr(raised.value, "next", "")


def test_a_statement_that_may_not_run_is_judged_and_says_so(tmp_path: Path) -> None:
    revisions = {
        "migrations/env.py": "",
        "migrations/versions/1.py": f"""
from alembic import op
revision = "1"
down_revision = None
def upgrade():
    op.execute({before()!r})
""",
        "migrations/versions/2.py": """
import os
from alembic import op
revision = "2"
down_revision = "1"
def upgrade():
    if os.environ.get("TIDY"):
        op.drop_column("transactions", "channel")
""",
    }
    found = checked(project(tmp_path, revisions), "migrations")
    (headline,) = [one for one in found.findings if one.rule == "breaks-reader"]
    assert headline.message == "column transactions.channel is gone, if a condition holds that can't be evaluated here"
