"""The pen's code for a revision does what its SQL does, whatever the names are."""

import ast
from textwrap import dedent

import pytest

from schemaguard.catalog import changes as c
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog, Check, Column, ForeignKey, Index, IndexKey, Name
from schemaguard.catalog.types import Type
from schemaguard.evaluation import Evaluator, Settings
from schemaguard.history.folding import fold
from schemaguard.history.revision import Revision
from schemaguard.history.sources import MemoryFiles
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.code import Code, as_text, quoted
from schemaguard.sql.writing.identifiers import written
from schemaguard.sql.writing.operations import executed, operation
from schemaguard.sql.writing.statements import render
from tests.unit.sql.writing.every_change import HOSTILE, every_change, told_by_their_statement
from tests.unit.sql.writing.story import story

FILE = "v/r.py"


def revision_of(codes: list[Code]) -> str:
    """A revision whose upgrade() is the given code."""
    imports = sorted({line for code in codes for line in code.imports})
    body = "\n".join(f"    {line}" for code in codes for line in code.lines)
    return "\n".join((*imports, "", "", "def upgrade():", body, ""))


def _evaluated(source: str) -> Catalog:
    run = Evaluator(MemoryFiles({FILE: source}), (".",), Settings(), None).run(
        Revision("r", (), FILE), "upgrade", Catalog()
    ).run  # fmt: skip
    for step in run.steps:
        assert not any(isinstance(one, Opaque | Unreadable) for one in step.changes), (step.statement.sql, step.changes)
    return run.after


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "public"])
def test_a_revision_leaves_the_catalog_that_the_sql_leaves(name: str) -> None:
    codes: list[Code] = []
    catalog = Catalog()
    for chapter in story(name, "userName" if name != "userName" else "Order"):
        for change in chapter:
            code, sql = operation(change), render(change, written)
            assert code is not None
            assert sql is not None
            codes.append(code)
            changes, catalog = fold(translate(sql), catalog)
            assert not any(isinstance(one, Opaque | Unreadable) for one in changes), (sql, changes)
    assert _evaluated(revision_of(codes)) == catalog


@pytest.mark.parametrize("name", HOSTILE)
def test_every_change_becomes_valid_python_of_one_operation(name: str) -> None:
    for change in every_change(name, "plain", name):
        code = operation(change)
        assert code is not None
        call = ast.parse("\n".join(code.lines)).body[0]
        while isinstance(call, ast.With):
            call = call.body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        assert ast.unparse(call.value.func).startswith("op.")


@pytest.mark.parametrize("change", told_by_their_statement("a", "b"), ids=lambda change: type(change).__name__)
def test_what_a_change_does_not_hold_whole_is_its_authors_statement(change: c.Change) -> None:
    assert operation(change) is None
    assert executed(change, "UPDATE t SET a = ':b';").lines == ("op.execute(\"UPDATE t SET a = '\\\\:b'\")",)


@pytest.mark.parametrize(
    ("sql", "escaped"),
    [
        ("a::text", "a::text"),
        ("'12:30'", "'12:30'"),
        ("x = ':y'", "x = '\\:y'"),
        (":a :b", "\\:a \\:b"),
        ("':xy:'", None),
        ("'\\:y'", None),
        ("100 %", "100 %"),
    ],
)
def test_a_colon_that_would_be_a_parameter_is_escaped_or_said_to_be_impossible(sql: str, escaped: str | None) -> None:
    assert as_text(sql) == escaped


@pytest.mark.parametrize("text", ["plain", "it's", 'say "so"', "both ' and \"", "back\\slash", "two\nlines", "ü{x}%s"])
def test_a_literal_is_the_text(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert "\n" not in quoted(text)


T, SHOP = Name("t"), Name("Order", "my shop")
_PLAIN = Index(Name("i"), T, (IndexKey(column="a"),))


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            c.AddColumn(T, Column("c", Type("text"))),
            'op.add_column("t", sa.Column("c", sa.Text(), nullable=True))',
        ),
        (
            c.AddColumn(SHOP, Column("n", Type("numeric", None, (12, 2)), not_null=True, default="0")),
            """\
            op.add_column(
                "Order",
                sa.Column("n", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
                schema="my shop",
            )""",
        ),
        (c.DropColumn(SHOP, "userName"), 'op.drop_column("Order", "userName", schema="my shop")'),
        (
            c.DropColumn(T, "c", cascade=True),
            'op.execute("ALTER TABLE t DROP COLUMN c CASCADE")',
        ),
        (c.RenameColumn(T, "a", "b"), 'op.alter_column("t", "a", new_column_name="b")'),
        (c.DropNotNull(T, "a"), 'op.alter_column("t", "a", nullable=True)'),
        (
            c.RetypeColumn(T, "a", Type("integer"), "a::integer"),
            'op.alter_column("t", "a", type_=sa.Integer(), postgresql_using="a::integer")',
        ),
        (c.RenameTable(T, "u"), 'op.rename_table("t", "u")'),
        (
            c.CreateIndex(_PLAIN, _PLAIN.name, concurrently=True),
            """\
            with op.get_context().autocommit_block():
                op.create_index("i", "t", ["a"], postgresql_concurrently=True)""",
        ),
        (
            c.AddConstraint(T, Check("k", "a > 0", ("a",), valid=False)),
            'op.create_check_constraint("k", "t", "a > 0", postgresql_not_valid=True)',
        ),
        (
            c.AddConstraint(T, ForeignKey("k", ("a",), SHOP, ("id",), "CASCADE", valid=False)),
            """\
            op.create_foreign_key(
                "k",
                "t",
                "Order",
                ["a"],
                ["id"],
                referent_schema="my shop",
                ondelete="CASCADE",
                postgresql_not_valid=True,
            )""",
        ),
        (c.ValidateConstraint(T, "k"), 'op.execute("ALTER TABLE t VALIDATE CONSTRAINT k")'),
        (c.RenameConstraint(T, "k", "L"), "op.execute('ALTER TABLE t RENAME CONSTRAINT k TO \"L\"')"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_code_is_what_a_colleague_would_have_written(change: c.Change, lines: str) -> None:
    code = operation(change)
    assert code is not None
    assert "\n".join(code.lines) == dedent(lines)


def test_code_says_which_imports_it_needs() -> None:
    json = operation(c.AddColumn(T, Column("c", Type("jsonb"))))
    assert json is not None
    assert json.imports == (
        "from alembic import op",
        "from sqlalchemy.dialects import postgresql",
        "import sqlalchemy as sa",
    )
    dropped = operation(c.DropColumn(T, "sa"))
    assert dropped is not None
    assert dropped.imports == ("from alembic import op",)
