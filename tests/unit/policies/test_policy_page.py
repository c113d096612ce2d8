"""docs/policy.md says what a policy is asked, field by field, and shows tests that can be read."""

import json
import re
from importlib.resources import files
from pathlib import Path

from schemaguard.policies.policy import PolicyFile
from schemaguard.policies.question import ACTIONS, SCHEMA
from schemaguard.policies.testing import read_tests

PAGE = (Path(__file__).parents[3] / "docs/policy.md").read_text(encoding="utf-8")
WRITTEN = json.loads((files("schemaguard.policies") / SCHEMA).read_text(encoding="utf-8"))


def test_the_page_has_every_field_and_every_action() -> None:
    table = PAGE.split("| field |")[1].split("\n\n")[0]
    fields = {name for row in re.findall(r"(?m)^\| (`.*?) \|", table) for name in re.findall(r"`(\w+)`", row)}
    assert fields == set(WRITTEN["properties"]) == set(WRITTEN["required"])
    actions = next(row for row in table.splitlines() if row.startswith("| `action`"))
    assert tuple(re.findall(r"`(\w+)`", actions)[1:]) == ACTIONS == tuple(WRITTEN["properties"]["action"]["enum"])


def test_the_tests_that_it_shows_can_be_read() -> None:
    (shown,) = re.findall(r"```yaml\n(tests:.*?)```", PAGE, re.DOTALL)
    assert [test.allow for test in read_tests(PolicyFile("docs/policy.md", shown))] == [False, True]
