"""Hostile and endless revisions end with an outcome, run nothing, and what couldn't be understood is said.

`python -m tests.unit.evaluation.hostile_runs --table` shows what each of them takes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemaguard.evaluation.machine.budget import MOST_ITEMS, MOST_STEPS
from tests.unit.evaluation.evaluating import sent
from tests.unit.evaluation.hostile_runs import HOSTILE, NAMES, project

EVERY = bool(os.environ.get("SCHEMAGUARD_ALL_ATTACKS"))
"""Whether all of them are evaluated (`make attacks`), or each fifth."""
SLACK_STEPS = MOST_ITEMS
"""A list is paid for when it is made."""


@pytest.fixture(scope="module")
def evaluator() -> Iterator[subprocess.Popen[str]]:
    """A process that evaluates the revisions that it is told the names of, each in a child of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.evaluation.hostile_runs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def evaluated(process: subprocess.Popen[str], name: str) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(name + "\n")
    process.stdin.flush()
    result: dict[str, Any] = json.loads(process.stdout.readline())
    return result


def test_there_are_enough_of_them_and_each_says_what_it_tries() -> None:
    assert len(NAMES) >= 40
    for name in NAMES:
        assert (HOSTILE / f"{name}.py").read_text().startswith('"""'), name


@pytest.mark.parametrize("name", NAMES if EVERY else NAMES[::5])
def test_a_hostile_revision_ends_with_an_outcome_and_leaves_no_trace(
    evaluator: subprocess.Popen[str], name: str, record_property: Any
) -> None:
    result = evaluated(evaluator, name)
    record_property("seconds", result.get("seconds"))
    record_property("megabytes", result.get("megabytes"))
    text = (HOSTILE / f"{name}.py").read_text()
    assert not result["trace"]
    assert result.get("heard") == []
    assert "outcome" in result, result
    outcome = result["outcome"]
    up, down = outcome["up"], outcome["down"]
    # Every upgrade() ends by dropping a column: it is seen, or something before it is said to be not understood.
    assert up["opaque"] or up["drops"]
    if "\n# expected: opaque\n" in text:
        assert up["opaque"]
    if name.startswith("hidden_"):
        # It would really drop a table, out of sight.
        assert up["opaque"] or up["hidden"]
    if name == "downgrade_only":
        assert down["opaque"]
    assert outcome["spent"]
    assert max(outcome["spent"]) <= MOST_STEPS + SLACK_STEPS


def test_a_revision_that_is_really_run_does_leave_a_trace(tmp_path: Path) -> None:
    root, trace = project(tmp_path, "import_side_effect")
    subprocess.run([sys.executable, root / "migrations" / "versions" / "import_side_effect.py"], check=True)
    assert trace.read_text() == "ran"


@pytest.mark.parametrize(
    "statement",
    ["op.create_foreign_key(None, 't', 't', ['b'], ['id'])", "op.create_check_constraint(None, 't', 'b > 0')"],
)
def test_constraints_without_end_are_given_up_in_time(statement: str) -> None:
    found = sent(
        f"def upgrade():\n    while op:\n        {statement}\n", before="create table t (id int primary key, b int)"
    )
    assert found[-1].startswith("! its evaluation stopped")
    # Each is looked at for what the next one may be called: a few hundred cost as much as thousands of statements.
    assert len(found) < 1_000
