"""Runs for the tests, made from SQL."""

from schemaguard.catalog.objects import Catalog
from schemaguard.history.history import Section
from schemaguard.history.revision import Revision, Run
from schemaguard.history.sql_runner import run_section

BEFORE = """
CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b text, amount numeric(12,2));
CREATE TYPE mood AS ENUM ('glad');
"""


def catalog(sql: str = BEFORE) -> Catalog:
    """The catalog that the SQL makes."""
    return run_section(Section("before.sql", sql), Catalog())[-1].after


def run_of(sql: str, before: Catalog | None = None, *, in_transaction: bool = False) -> Run:
    """The run of one revision written in SQL."""
    start = catalog() if before is None else before
    steps = run_section(Section("002.sql", sql, transactions="one" if in_transaction else "none"), start)
    return Run(Revision("002", ("001",), "002.sql"), "upgrade", steps, start, steps[-1].after if steps else start)
