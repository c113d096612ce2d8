import json
from dataclasses import replace

import pytest

from schemaguard.errors import UsageError
from schemaguard.finding import Place
from schemaguard.report.check.json import document
from schemaguard.rules.judging import baseline
from schemaguard.rules.judging.verdict import CheckResult, WindowUsed
from tests.unit.rules.findings import finding


def _text(*findings: object) -> str:
    result = CheckResult(WindowUsed("dates", "2026-11-23"), (), (), findings, 0.0)  # type: ignore[arg-type]  # findings
    return json.dumps(document(result))


def test_a_finding_of_the_baseline_is_accepted_wherever_its_line_has_moved() -> None:
    left = baseline.read(_text(finding()), "baseline.json")

    accepted = baseline.accepted(replace(finding(), place=Place("other.py", 99)), left)

    assert accepted.suppressed == baseline.ACCEPTED


def test_an_entry_is_used_up_by_one_finding() -> None:
    left = baseline.read(_text(finding()), "baseline.json")

    assert baseline.accepted(finding(), left).suppressed is not None
    assert baseline.accepted(finding(), left).suppressed is None


def test_another_object_is_new() -> None:
    left = baseline.read(_text(finding()), "baseline.json")

    assert baseline.accepted(finding(object="transactions.amount"), left).suppressed is None


def test_the_contract_family_is_never_accepted() -> None:
    left = baseline.read(_text(finding("breaks-reader")), "baseline.json")

    assert baseline.accepted(finding("breaks-reader"), left).suppressed is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', '{"findings": [{}]}'])
def test_what_is_no_check_is_no_baseline(text: str) -> None:
    with pytest.raises(UsageError, match="is not a baseline"):
        baseline.read(text, "baseline.json")
