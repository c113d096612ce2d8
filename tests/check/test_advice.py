"""What a finding shows to be pasted is read by PostgreSQL or Python, and means what the author's names mean.

The names are those of public reports: xataio/pgroll#826, ariga/atlas#2137.
"""

import ast
from pathlib import Path

import pytest

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.rules.facts.directives import touches
from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import quote
from tests.check.checking import before, checked, project

NAMES = ("Order", "userName", 'a"b', "Full Name", "select", "ünïcode", "n" * 63, "100 %", "it's", "a\\b", "{x}", ":so")
REVISION = """\
import sqlalchemy as sa
from alembic import op
revision = {at!r}
down_revision = {below!r}
def upgrade():
    {body}
"""


def _instead(found: CheckResult, rule: str) -> str:
    """The safer way that the one finding of this rule says."""
    (finding,) = [one for one in found.findings if one.rule == rule]
    return str(finding.instead)


def _pasted(instead: str) -> list[str]:
    return [line.removeprefix("    ") for line in instead.splitlines() if line.startswith("    ")]


def _revisions(first: str, second: str) -> dict[str, str]:
    return {
        "migrations/env.py": "",
        "migrations/versions/1.py": REVISION.format(at="1", below=None, body=first),
        "migrations/versions/2.py": REVISION.format(at="2", below="1", body=second),
    }


@pytest.mark.parametrize("name", NAMES)
def test_sql_that_is_shown_beside_sql_reads_as_what_is_advised(tmp_path: Path, name: str) -> None:
    made = f"CREATE TABLE {quote(name)} (id int, {quote(name)} text NOT NULL);"
    drop = f"ALTER TABLE {quote(name)} DROP COLUMN {quote(name)};"
    found = checked(project(tmp_path, {"migrations/1.sql": made, "migrations/2.sql": drop}), "migrations")
    loosen, retire = (translate(line) for line in _pasted(_instead(found, "drop-column")))
    assert loosen == (c.DropNotNull(Name(name), name),)
    assert retire == (c.DropColumn(Name(name), name),)


@pytest.mark.parametrize("schema", [None, "My shop"])
@pytest.mark.parametrize("name", NAMES)
def test_code_that_is_shown_beside_a_revision_is_python_with_the_authors_names(
    tmp_path: Path, name: str, schema: str | None
) -> None:
    columns = f"sa.Column('id', sa.Integer()), sa.Column({name!r}, sa.Text(), nullable=False)"
    files = _revisions(
        f"op.create_table({name!r}, {columns}, schema={schema!r})",
        f"op.drop_column({name!r}, {name!r}, schema={schema!r})",
    )
    found = checked(project(tmp_path, files), "migrations")
    loosen, retire = ast.parse("\n".join(_pasted(_instead(found, "drop-column")))).body
    where = {} if schema is None else {"schema": schema}
    assert _call(loosen) == ("op.alter_column", [name, name], {"nullable": True, **where})
    assert _call(retire) == ("op.drop_column", [name, name], where)


def _call(statement: ast.stmt) -> tuple[str, list[object], dict[str | None, object]]:
    assert isinstance(statement, ast.Expr)
    node = statement.value
    assert isinstance(node, ast.Call)
    keywords = {one.arg: ast.literal_eval(one.value) for one in node.keywords}
    return ast.unparse(node.func), [ast.literal_eval(one) for one in node.args], keywords


def test_a_revision_that_sends_sql_is_answered_with_code_too(tmp_path: Path) -> None:
    made, drop = 'CREATE TABLE "Order" (id int)', 'DROP TABLE "Order"'
    found = checked(project(tmp_path, _revisions(f"op.execute({made!r})", f"op.execute({drop!r})")), "migrations")
    assert _pasted(_instead(found, "drop-table")) == ['op.drop_table("Order")']


MOVES = {
    "ALTER TABLE transactions RENAME TO {}": 'CREATE VIEW transactions AS SELECT * FROM "Full Name";',
    "ALTER TABLE transactions SET SCHEMA {}": 'CREATE VIEW transactions AS SELECT * FROM "Full Name".transactions;',
}


@pytest.mark.parametrize("move", MOVES)
def test_the_view_that_stands_in_for_a_moved_table_names_where_it_is(tmp_path: Path, move: str) -> None:
    made = 'CREATE SCHEMA "Full Name";' + before()
    files = {"migrations/1.sql": made, "migrations/2.sql": move.format('"Full Name"') + ";"}
    found = checked(project(tmp_path, files), "migrations")
    assert _pasted(_instead(found, "breaks-reader")) == [MOVES[move]]


def test_the_view_that_stands_in_is_code_beside_a_revision(tmp_path: Path) -> None:
    files = _revisions(f"op.execute({before()!r})", "op.rename_table('transactions', 'Full Name')")
    found = checked(project(tmp_path, files), "migrations")
    shown = "op.execute('CREATE VIEW transactions AS SELECT * FROM \"Full Name\"')"
    assert _pasted(_instead(found, "breaks-reader")) == [shown]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_to_be_touched_reads_back_as_the_names_that_are_meant(name: str) -> None:
    told = touches([f"schemaguard: touches {quote(name)}.{quote(name)}({quote(name)}, plain)"])
    assert told is not None
    assert told.objects == ((Name(name, name), (name, "plain")),)
