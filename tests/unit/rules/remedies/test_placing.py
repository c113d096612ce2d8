"""A fix is put into its file where the statement has a place of its own, and left out elsewhere."""

from textwrap import dedent

import pytest

from schemaguard.finding import Finding, Fix, LineEdit, Place
from schemaguard.rules.remedies.placing import placed
from tests.unit.rules.findings import finding

BLOCK = (
    "with op.get_context().autocommit_block():",
    '    op.create_index("i", "t", ["a"], postgresql_concurrently=True)',
)
CALL = 'op.create_index("i", "t", ["a"])'


def _found(file: str, text: str, statement: str, whole: tuple[str, ...], imports: tuple[str, ...] = ()) -> Finding:
    at = text.index(statement)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    fix = Fix("so", True, whole, whole=whole, imports=imports)
    return finding("index-not-concurrent", place=Place(file, line, column), statement=statement, fix=fix)


def _edits(file: str, text: str, statement: str, whole: tuple[str, ...], *imports: str) -> tuple[LineEdit, ...]:
    done = placed(_found(file, text, statement, whole, imports), text)
    assert done.fix is not None
    return done.fix.edits


def _applied(text: str, edits: tuple[LineEdit, ...]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda one: -one.first):
        assert tuple(lines[edit.first - 1 : edit.last]) == edit.old
        lines[edit.first - 1 : edit.last] = edit.new
    return "\n".join(lines)


def _revision(body: str) -> str:
    return f"from alembic import op\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"


def test_a_call_is_replaced_with_its_indentation_and_the_comment_behind_it() -> None:
    text = _revision(f"    if True:\n        {CALL}  # fast\n    op.f('x')")
    done = _applied(text, _edits("a.py", text, CALL, BLOCK))
    assert done == _revision(f"    if True:\n        {BLOCK[0]}\n        {BLOCK[1]}  # fast\n    op.f('x')")


def test_missing_imports_are_added_behind_the_last_one() -> None:
    text = _revision(f"    {CALL}")
    done = _applied(text, _edits("a.py", text, CALL, BLOCK, "import sqlalchemy as sa", "from alembic import op"))
    assert done.startswith("from alembic import op\nimport sqlalchemy as sa\n\n")


def test_what_is_alone_in_its_block_leaves_pass_behind() -> None:
    text = _revision(f"    {CALL}")
    assert _applied(text, _edits("a.py", text, CALL, ())) == _revision("    pass")


@pytest.mark.parametrize(
    "body",
    [
        f"    for a in b:\n        {CALL}",
        f"    made = {CALL}",
        f"    with op.batch_alter_table('t') as batch:\n        {CALL}",
        f"    {CALL}; op.f('x')",
        f"    op.f('x'); {CALL}",
        f"    def inner():\n        {CALL}",
    ],
)
def test_a_call_that_does_not_stand_alone_is_left_as_it_is(body: str) -> None:
    text = _revision(body)
    assert _edits("a.py", text, CALL, BLOCK) == ()


SQL = "create index i on t (a)"
CONCURRENTLY = ("CREATE INDEX CONCURRENTLY i ON t (a);",)


def test_a_statement_of_sql_is_replaced_with_its_semicolon() -> None:
    text = f"select 1;\n{SQL} ; -- why\nselect 2;\n"
    done = _applied(text, _edits("a.sql", text, SQL, CONCURRENTLY))
    assert done == f"select 1;\n{CONCURRENTLY[0]} -- why\nselect 2;\n"


def test_a_last_statement_without_a_semicolon_gets_none() -> None:
    assert _applied(SQL, _edits("a.sql", SQL, SQL, CONCURRENTLY)) == CONCURRENTLY[0].removesuffix(";")


def test_a_statement_that_moves_away_leaves_its_neighbours() -> None:
    text = f"select 1; {SQL}; select 2;"
    assert _applied(text, _edits("a.sql", text, SQL, ())) == "select 1; select 2;"
    alone = dedent(f"""\
        select 1;
        {SQL};
        select 2;
        """)
    assert _applied(alone, _edits("a.sql", alone, SQL, ())) == "select 1;\nselect 2;\n"
