"""Revisions as people write them: what is said of a reader and a writer is what every server does to them."""

import sys
from collections.abc import Iterator
from textwrap import dedent
from types import ModuleType

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case, column
from tests.postgres.compatibility.written import BEFORE, MODULES, REVISIONS, SETUP
from tests.unit.evaluation.evaluating import HEADER, evaluated

PROMISES = (
    column("id", "bigint", required=True), column("sku", "character varying(40)", required=True),
    column("price", "numeric(10,2)", required=True), column("qty", "integer", required=True), column("note", "text"),
    column("status", "text", required=True, enum=("new", "done")),
)  # fmt: skip
SENT = ((101, "s1", 1, 2, "nn", "new"), (102, "s1", 1, 2, None, "done"))
FILES = {f"{name.replace('.', '/')}.py": text for name, text in MODULES.items()}


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    yield from servers.opened(request.getfixturevalue(f"server{request.param}"))


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's modules, as the revisions import them."""
    for name in ("app", "app.migrations", *MODULES):
        module = ModuleType(name)
        module.__path__ = []
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(MODULES.get(name, ""), name, "exec"), vars(module))


@pytest.mark.parametrize("what", REVISIONS)
@pytest.mark.usefixtures("modules")
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.MovedIn20Warning")
def test_what_is_said_of_a_revision_is_what_alembic_does(connection: psycopg.Connection, what: str) -> None:
    source, setup = dedent(REVISIONS[what]), SETUP + BEFORE.get(what, "")
    case = Case(
        row="", what=what, setup=setup, change="", promises=PROMISES, table="item", sent=SENT, through=("table",)
    )
    run = evaluated(source, before=setup, files=FILES)
    said = tuple(verdict.judged_run(run, case, access, "table")[1] for access in case.accesses)

    happened = servers.happened_to_both(connection, case, lambda it: _upgrade(it, source))

    # What can't be known of a statement is said to everybody that it may concern.
    doubted = verdict.UNPROVEN in said and happened != (verdict.SAME, verdict.SAME)
    assert said == happened or doubted


def _upgrade(connection: psycopg.Connection, source: str) -> None:
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(connection.info.dsn))
    names: dict[str, object] = {"__name__": "revision"}
    with engine.begin() as bind, Operations.context(MigrationContext.configure(bind)):
        exec(compile(HEADER + source, "revision", "exec"), names)
        names["upgrade"]()  # type: ignore[operator]  # the revision's own
    engine.dispose()
