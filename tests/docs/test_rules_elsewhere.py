"""docs/rules_elsewhere.md: each example is judged, and found by the rule that stands beside it."""

import re
from pathlib import Path

import pytest

from schemaguard.rules import RULES
from tests.check.checking import FIXTURES, checked

PAGE = (Path(__file__).parents[2] / "docs/rules_elsewhere.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| `([\w-]+)` \| `(.+)` \|$", PAGE, re.MULTILINE)
OPT_IN = {rule.id for rule in RULES if rule.opt_in}


@pytest.mark.parametrize(("theirs", "ours", "example"), ROWS, ids=[f"{theirs}-{ours}" for theirs, ours, _ in ROWS])
def test_the_example_is_found_by_the_rule_beside_it(tmp_path: Path, theirs: str, ours: str, example: str) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    before = "".join((FIXTURES / "rules" / name).read_text() for name in ("before.sql", "objects.sql"))
    (folder / "001.sql").write_text(before)
    (folder / "002.sql").write_text(f"{example};\n")

    found = checked(tmp_path, "migrations", select=(ours,) if ours in OPT_IN else ()).findings

    assert ours in [finding.rule for finding in found if finding.place.file.endswith("002.sql")], theirs


def test_no_rule_of_the_page_is_unknown_here() -> None:
    assert len(ROWS) > 140
    assert {ours for _, ours, _ in ROWS} <= {rule.id for rule in RULES}
