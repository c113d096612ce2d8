"""A remedy of a revision of Alembic's, run by Alembic, leads to the catalog that the revision itself leads to."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Family, Finding
from schemaguard.rules import RULES
from tests.check.checking import checked
from tests.check.revisions import as_revision
from tests.check.test_rule_examples import EXAMPLES, in_alembic
from tests.conftest import VERSIONS, fresh, unguarded

ENV = """
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
"""
IN_ALEMBIC = [rule.id for rule in RULES if rule.family is Family.BLOCKING and (EXAMPLES / rule.id / "bad.py").exists()]
WITHOUT_REMEDY = {"rewrite-column-type", "backfill-in-migration"}
REFUSED = {"concurrent-in-transaction"}
"""What the server refuses as it is has nothing to be compared with: its remedy has to run."""


@pytest.fixture(scope="module", params=VERSIONS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh(request.getfixturevalue(f"server{request.param}")) as made:
        yield made


def _upgraded(folder: Path, url: str, to: str = "head") -> Catalog:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema public cascade; create schema public")
    config = Config()
    config.set_main_option("script_location", str(folder / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%"))
    with unguarded():
        command.upgrade(config, "001")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("insert into notes select i, 'note ' || i from generate_series(1, 50) i")
    with unguarded():
        command.upgrade(config, to)
    with psycopg.connect(url) as connection:
        return read_catalog(connection)


def _correct(finding: Finding, folder: Path) -> None:
    """Write the edits of a fix into the revision, and the revisions that follow beside it."""
    assert finding.fix is not None
    file = folder / finding.place.file
    lines = file.read_text().split("\n")
    for edit in sorted(finding.fix.edits, key=lambda one: -one.first):
        assert tuple(lines[edit.first - 1 : edit.last]) == edit.old
        lines[edit.first - 1 : edit.last] = edit.new
    file.write_text("\n".join(lines))
    for number, later in enumerate(finding.fix.later, 3):
        text = as_revision(f"00{number}", f"00{number - 1}", "\n".join(later.upgrade))
        (file.parent / f"00{number}_later.py").write_text(text)


@pytest.mark.parametrize("rule", [rule for rule in IN_ALEMBIC if rule not in WITHOUT_REMEDY])
def test_the_corrected_revision_leads_to_the_same_catalog(rule: str, url: str, tmp_path: Path) -> None:
    in_alembic(EXAMPLES / rule, "bad", tmp_path)
    found = [one for one in checked(tmp_path, "migrations").findings if one.rule == rule]
    (finding,) = [one for one in found if one.fix is not None and one.fix.edits]
    (tmp_path / "migrations/env.py").write_text(ENV)
    wanted = None if rule in REFUSED else _upgraded(tmp_path, url)
    _correct(finding, tmp_path)
    corrected = _upgraded(tmp_path, url)
    assert finding.fix is not None
    assert wanted is None or (corrected == wanted) == finding.fix.is_safe
