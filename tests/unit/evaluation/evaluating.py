"""Evaluating a revision that is written in a test."""

from textwrap import dedent

from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog
from schemaguard.evaluation import Evaluator, Settings
from schemaguard.history.history import Section
from schemaguard.history.revision import Direction, Revision, Run
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import run_section

HEADER = "import sqlalchemy as sa\nfrom alembic import op\n"
FILE = "app/migrations/versions/1_first.py"


def evaluated(
    source: str,
    *,
    before: str = "",
    files: dict[str, str] | None = None,
    direction: Direction = "upgrade",
    env_file: str | None = None,
) -> Run:
    """What a revision does to the tables that some SQL makes; `sa` and `op` are imported already."""
    texts = {FILE: HEADER + dedent(source), **{name: dedent(text) for name, text in (files or {}).items()}}
    evaluator = Evaluator(MemoryFiles(texts), ("app", "."), Settings(), env_file)
    catalog = Catalog()
    if before:
        catalog = run_section(Section("before.sql", before), catalog)[-1].after
    return evaluator.run(Revision("1", (), FILE), direction, catalog).run


def sent(source: str, **options: object) -> list[str]:
    """The statements in one line each, `? ` before those that may not run, `! ` before those that aren't understood."""
    lines = []
    for step in evaluated(source, **options).steps:  # type: ignore[arg-type]  # handed on
        reasons = [change.reason for change in step.changes if isinstance(change, Opaque | Unreadable)]
        text = " ".join(step.statement.sql.split())
        mark = "? " if step.conditional else ""
        lines.append(f"{mark}! {reasons[0]}" if reasons else f"{mark}{text}")
    return lines
