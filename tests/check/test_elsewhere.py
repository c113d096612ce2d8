"""What other linters try their own rules on is found here where they find it, and left alone where they leave it."""

import re
from pathlib import Path

import pytest

from tests.check.elsewhere import TOOLS, cases

PAGE = (Path(__file__).parents[2] / "docs/rules_elsewhere.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", TOOLS)
def test_what_they_find_is_found_and_what_they_call_safe_is_not_accused(tool: str) -> None:
    wrong = [case.name for case in cases(tool) if not case.is_as_said]
    assert wrong == []


@pytest.mark.parametrize("tool", TOOLS)
def test_every_case_names_a_rule_of_ours_or_says_why_there_is_none(tool: str) -> None:
    for case in cases(tool):
        assert case.ours or case.why, case.name


@pytest.mark.parametrize("tool", TOOLS)
def test_where_we_judge_otherwise_the_page_says_why(tool: str) -> None:
    for case in cases(tool):
        if case.kind == "differs":
            assert f"| {case.theirs} | " in PAGE, case.name
            assert case.why in PAGE, case.name


@pytest.mark.parametrize("tool", TOOLS)
def test_at_least_nineteen_of_twenty_are_judged_as_they_judge_them(tool: str) -> None:
    kinds = [case.kind for case in cases(tool)]
    name = tool.replace("_", "[-_]")
    said = rf"([0-9]+) of (?:{name}'s ([0-9]+) cases|([0-9]+) of {name}\b)"
    told = re.search(said, PAGE.replace("\n", " "), re.IGNORECASE)
    assert told is not None
    assert (int(told[1]), int(told[2] or told[3])) == (len(kinds) - kinds.count("differs"), len(kinds))
    assert kinds.count("differs") / len(kinds) <= 0.05
