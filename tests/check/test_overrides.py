"""Overrides: what they let pass, for whom, until when, and how every report shows it."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemaguard.errors import ContractError, ExitCode, UsageError
from schemaguard.finding import Severity
from schemaguard.report.check import github as check_github
from schemaguard.report.check import gitlab as check_gitlab
from schemaguard.report.check import json as check_json
from schemaguard.report.check import junit as check_junit
from schemaguard.report.check import markdown as check_markdown
from schemaguard.report.check import sarif as check_sarif
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import before, checked, project, rules_of

DROP = "ALTER TABLE transactions DROP COLUMN channel;\n"
WORDS = "overridden for fraud@7 until 2026-12-31, approved by grace: empty since March"


def _entry(**fields: Any) -> str:
    values = {
        "rule": "breaks-reader", "object": "transactions.channel", "for": "fraud@7", "until": "2026-12-31",
        "reason": "empty since March", "approved_by": "grace", "asked_by": "ada",
    } | fields  # fmt: skip
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in values.items()) + "\n"


def _folder(folder: Path, *entries: str, change: str = DROP, versions: str = '"7"') -> Path:
    project(folder, {"migrations/001.sql": before(), "migrations/002.sql": change})
    contract = folder / "contracts/fraud/7.odcs.yaml"
    contract.write_text(contract.read_text().replace('value: "7"', f"value: {versions}"))
    if entries:
        (folder / "contracts/overrides.yaml").write_text("version: 1\noverrides:\n" + "".join(entries))
    return folder


def _overridden(result: CheckResult) -> list[tuple[str, list[str]]]:
    return [
        (finding.rule, [reader.model_version for reader in finding.readers])
        for finding in result.findings
        if finding.override is not None
    ]


def test_an_override_lets_its_finding_pass_and_leaves_the_others(tmp_path: Path) -> None:
    result = checked(_folder(tmp_path, _entry()))

    assert _overridden(result) == [("breaks-reader", ["7"])]
    assert rules_of(result) == ["drop-column"]
    assert [finding.suppressed for finding in result.findings if finding.override] == [WORDS]


def test_what_is_lost_is_another_matter_and_says_so(tmp_path: Path) -> None:
    found = checked(_folder(tmp_path, _entry())).findings
    lost = [finding for finding in found if finding.rule == "rollback-loses-data" and finding.suppressed is None]

    assert [finding.severity.value for finding in lost] == ["error"]
    assert lost[0].instead.endswith(
        "the override says that the model may break, not this: where it is meant, say "
        "`schemaguard: ignore rollback-loses-data -- reason` above the statement"
    )


def test_another_reader_is_still_broken(tmp_path: Path) -> None:
    result = checked(_folder(tmp_path, _entry(), versions='["7", "8"]'))

    assert result.exit_code is ExitCode.FINDINGS
    headline = result.findings[0]
    assert (headline.rule, headline.severity, headline.suppressed) == ("breaks-reader", Severity.ERROR, None)
    assert [reader.model_version for reader in headline.readers] == ["8"]
    assert headline.instead.startswith("leave the column until fraud@8 is out of its window")
    assert _overridden(result) == [("breaks-reader", ["7"])]


@pytest.mark.parametrize(
    "other", [{"rule": "breaks-writer"}, {"object": "transactions.amount"}, {"for": "fraud@9"}, {"for": "fraud"}]
)
def test_an_override_of_something_else_lets_nothing_pass(tmp_path: Path, other: dict[str, str]) -> None:
    result = checked(_folder(tmp_path, _entry(**other)))

    assert rules_of(result) == ["breaks-reader", "drop-column", "unused-override"]


def test_an_object_may_be_spelled_with_its_schema(tmp_path: Path) -> None:
    assert _overridden(checked(_folder(tmp_path, _entry(object="public.transactions.channel"))))


def test_an_unproven_statement_can_be_answered_for(tmp_path: Path) -> None:
    change = "DO $$BEGIN EXECUTE 'alter table transactions add x int'; END$$;\n"
    result = checked(_folder(tmp_path, _entry(rule="unproven", object="transactions"), change=change))

    assert _overridden(result) == [("unproven", ["7"])]


def test_it_holds_on_its_last_day_and_fails_on_the_next(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry())

    assert rules_of(checked(folder, at=datetime(2026, 12, 31, 23, tzinfo=UTC))) == ["drop-column"]
    over = checked(folder, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert rules_of(over) == ["breaks-reader", "drop-column", "expired-override"]
    assert [str(f.place) for f in over.findings if f.rule == "expired-override"] == ["contracts/overrides.yaml:3"]


def test_an_expired_one_fails_although_nothing_breaks(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry(until="2026-09-30"), change="ALTER TABLE notes ADD COLUMN more text;\n")

    result = checked(folder)

    assert (result.exit_code, rules_of(result)) == (ExitCode.FINDINGS, ["expired-override"])


def test_an_unused_one_is_a_warning(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry(), change="ALTER TABLE notes ADD COLUMN more text;\n")

    result = checked(folder)

    assert (result.exit_code, result.warnings, rules_of(result)) == (ExitCode.OK, 1, ["unused-override"])


@pytest.mark.parametrize("rule", ["breaks-reeder", "drop-column", "no-contract", "expired-override"])
def test_a_rule_that_cant_be_overridden_ends_the_check(tmp_path: Path, rule: str) -> None:
    with pytest.raises(ContractError) as caught:
        checked(_folder(tmp_path, _entry(rule=rule)))
    assert caught.value.at == "contracts/overrides.yaml:3"
    assert rule in caught.value.what


def test_a_malformed_file_ends_the_check(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is not a date"):
        checked(_folder(tmp_path, _entry(until="tomorrow")))


def test_neither_comment_nor_baseline_touches_what_is_said_of_overrides(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry(until="2026-09-30"))
    (folder / "baseline.json").write_text(check_json.render(checked(folder)))

    result = checked(folder, baseline="baseline.json")

    assert "expired-override" in rules_of(result)
    with pytest.raises(UsageError, match="belongs to the contract family"):
        checked(folder, ignore=("expired-override",))


def test_every_report_shows_what_is_overridden(tmp_path: Path) -> None:
    result = checked(_folder(tmp_path, _entry()))

    told = json.loads(check_json.render(result))["findings"]
    overridden = [(f["rule"], f["suppressed"], f["override"]) for f in told if f["suppressed"]]
    assert overridden == [("breaks-reader", WORDS, "contracts/overrides.yaml:3")]
    results = json.loads(check_sarif.render(result))["runs"][0]["results"]
    (found,) = (each for each in results if each["ruleId"] == "breaks-reader")
    (suppression,) = found["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("external", WORDS)
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 3
    issues = {issue["check_name"]: issue for issue in json.loads(check_gitlab.render(result))}
    assert issues["drop-column"]["severity"] == ("critical" if result.errors else "minor")
    assert issues["breaks-reader"]["severity"] == "info"
    assert WORDS in issues["breaks-reader"]["description"]
    github = check_github.render(result)
    assert "::notice file=migrations/002.sql,line=1,col=1,title=breaks-reader::" in github
    assert WORDS in github
    assert "#### Overridden" in check_markdown.render(result)
    assert WORDS.partition("@")[2] in check_markdown.render(result)
    assert WORDS in check_junit.render(result)
    assert "1 overridden" in github


def test_whether_one_is_of_use_is_not_said_of_a_single_file(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry(), change="ALTER TABLE notes ADD COLUMN more text;\n")

    assert rules_of(checked(folder, "migrations")) == ["unused-override"]
    assert rules_of(checked(folder, "migrations/002.sql")) == []


def _commit(folder: Path, message: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", message)):
        subprocess.run(["git", *command], cwd=folder, check=True)


def test_nor_where_only_what_a_branch_adds_is_judged(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _entry())
    _commit(folder, "main")
    (folder / "migrations/003.sql").write_text("ALTER TABLE notes ADD COLUMN more text;\n")
    _commit(folder, "more")

    assert rules_of(checked(folder, base="HEAD~1")) == []
    assert _overridden(checked(folder)) == [("breaks-reader", ["7"])]
