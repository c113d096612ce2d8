"""No revision makes the evaluator raise, hang, or find a fault of its own.

`SCHEMAGUARD_FUZZ_EXAMPLES` makes the run longer (`make fuzz`).
"""

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.catalog.changes import Opaque
from schemaguard.catalog.objects import Catalog
from schemaguard.history.evaluation import Evaluator, Settings
from schemaguard.history.evaluation.evaluator import FAULT
from schemaguard.history.history import Section
from schemaguard.history.identity import read_identity
from schemaguard.history.revision import Direction, Revision
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import run_section
from tests.unit.evaluation.programs import mutilated, revisions

EXAMPLES = int(os.environ.get("SCHEMAGUARD_FUZZ_EXAMPLES", "400"))
VERSIONS = Path(__file__).parents[3] / "migrations" / "versions"
SOURCES = tuple(file.read_text() for file in sorted(VERSIONS.glob("*.py")))
START = run_section(
    Section("t.sql", "create table t (id int primary key, a text); create table m (id int);"), Catalog()
)[-1].after
LONG = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def _is_sound(source: str, direction: Direction) -> None:
    evaluator = Evaluator(MemoryFiles({"v/r.py": source}), (".",), Settings())
    run = evaluator.run(Revision("r", (), "v/r.py"), direction, START).run
    reasons = [change.reason for step in run.steps for change in step.changes if isinstance(change, Opaque)]
    assert not [reason for reason in reasons if FAULT in reason]
    assert run.before is START


@LONG
@given(revisions)
def test_random_revisions_are_evaluated(source: str) -> None:
    _is_sound(source, "upgrade")


@LONG
@given(mutilated(SOURCES), st.sampled_from(["upgrade", "downgrade"]))
def test_mutilated_revisions_are_evaluated(source: str, direction: Direction) -> None:
    read_identity(source, "v/r.py")
    _is_sound(source, direction)
