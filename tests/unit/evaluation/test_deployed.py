"""What only a deployment knows, as code asks for it: which name it gets, and which default is taken."""

import pytest

from schemaguard.history.deployment import Presumed, line_for, name_in, to_be_said
from tests.unit.evaluation.evaluating import evaluated, sent

SETTINGS = """
    from pydantic_settings import BaseSettings


    class S(BaseSettings):
        SCHEMA: str = "app"
        dim: int = 768
        pg_uri: str | None = None
        use: bool = False

        @property
        def uri(self):
            if self.pg_uri:
                return self.pg_uri
            return None


    s = S()
"""
SENT_BY = 'op.create_table("t", sa.Column("id", sa.Integer()), schema={})'


def up(body: str, imports: str = "") -> str:
    return f"import os\nfrom alembic import context\n{imports}\ndef upgrade():\n    {body}\n"


@pytest.mark.parametrize(
    ("imports", "expression", "name"),
    [
        ("from flask import current_app", "current_app.config['SCHEMA']", "current_app.config['SCHEMA']"),
        ("from flask import current_app", "current_app.config.get('SCHEMA')", "current_app.config.get('SCHEMA')"),
        ("from lib import settings", "settings.a.b.c", "settings.a.b.c"),
        ("from lib import settings as s", "s.a", "s.a"),
        ("import lib", "lib.settings.a", "lib.settings.a"),
        ("from lib import get", "get().a", "get().a"),
        ("from lib import Settings\nsettings = Settings(path='x')", "settings.a", "settings.a"),
        ("from lib import settings\nschema = settings.a", "schema", "settings.a"),
        ("from lib import settings", "settings.A if settings.USE else None", "settings.USE"),
        ("", "context.get_x_argument(as_dictionary=True)['tenant']", "x.tenant"),
        ("", "op.get_context().config.get_main_option('schema')", "option.schema"),
        ("", "context.config.get_section('alembic')['my-schema']", "option['my-schema']"),
        ("", "os.environ['A'].lower()", "env.A"),
    ],
)
def test_a_value_is_called_as_it_stands_in_the_code(imports: str, expression: str, name: str) -> None:
    (line,) = sent(up(SENT_BY.format(expression), imports))
    assert line.startswith("! not all of the statement is known: ")
    assert name_in(line) == name


@pytest.mark.parametrize(
    ("imports", "expression", "name"),
    [
        ("", "os.getenv('S', 'app')", "env.S"),
        ("from conf import s", "s.SCHEMA", "s.SCHEMA"),
        ("from conf import s\nfrom sqlalchemy import MetaData\nm = MetaData(schema=s.SCHEMA)", "m.schema", "s.SCHEMA"),
        ("class C:\n    S = os.environ.get('S') or 'app'", "C.S", "env.S"),
    ],
)
def test_a_plain_default_is_presumed_and_remembered(imports: str, expression: str, name: str) -> None:
    run = evaluated(up(SENT_BY.format(expression), imports), files={"app/conf.py": SETTINGS})
    assert [str(table) for table in run.after.tables] == ["app.t"]
    assert run.presumed == (Presumed(name, "app"),)


def test_a_number_is_presumed_as_the_size_of_a_vector() -> None:
    body = "op.create_table('t', sa.Column('a', Vector(s.dim)), sa.Column('b', Vector(int(os.getenv('D', '3')))))"
    imports = "from pgvector.sqlalchemy import Vector\nfrom conf import s"
    assert sent(up(body, imports), files={"app/conf.py": SETTINGS}) == ["CREATE TABLE t ( a VECTOR(768), b VECTOR(3) )"]


@pytest.mark.parametrize(
    "condition",
    [
        "not s.uri",
        "s.use",
        "s.SCHEMA == 'app'",
        "s.SCHEMA.startswith('a')",
        "os.getenv('SKIP', '1') == '1'",
        "s.dim > 3",
    ],
)
def test_no_default_decides_whether_a_statement_runs(condition: str) -> None:
    body = f"if {condition}:\n        return\n    op.drop_table('x')"
    assert sent(up(body, "from conf import s"), files={"app/conf.py": SETTINGS}, before="create table x ()") == [
        "? DROP TABLE x"
    ]


def test_what_is_asked_of_the_database_is_asked_with_the_default_that_statements_have() -> None:
    body = (
        "if sa.inspect(op.get_bind()).has_table('x', schema=s.SCHEMA):\n        op.drop_table('x', schema=s.SCHEMA)\n"
        "    if sa.inspect(op.get_bind()).has_table('y', schema=s.SCHEMA):\n        op.drop_table('y')"
    )
    before = "create schema app; create table app.x (); create table app.y (); drop table app.y"
    assert sent(up(body, "from conf import s"), files={"app/conf.py": SETTINGS}, before=before) == [
        'DROP TABLE "app".x'
    ]


def test_a_type_that_is_not_known_is_nothing_that_could_be_said() -> None:
    body = "op.add_column('t', sa.Column('c', MyType()))\n    op.add_column('t', sa.Column('d', MyType))"
    lines = sent(up(body, "from lib import MyType"), before="create table t ()")
    assert [name_in(line) for line in lines] == [None, None]


def test_what_a_query_finds_is_nothing_that_a_deployment_knows() -> None:
    body = "name = op.get_bind().execute(sa.text('select 1')).scalar()\n    op.drop_table(name)"
    assert [name_in(line) for line in sent(up(body))] == [None, None]


def test_a_revision_that_env_hands_op_to_is_read() -> None:
    """As Quay's: `context.run_migrations(op=…, tables=…)`."""
    assert sent("def upgrade(op, tables, tester):\n    op.create_table('t', sa.Column('a', sa.Date()))\n") == [
        "CREATE TABLE t ( a DATE )"
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("settings.DB.SCHEMA", 'settings.DB.SCHEMA = "…"'),
        ("env.X", 'env.X = "…"'),
        ("get().x", '"get().x" = "…"'),
        ("a['b']", '"a[\'b\']" = "…"'),
        ("option['my-schema']", '"option[\'my-schema\']" = "…"'),
    ],
)
def test_the_line_to_add_is_toml_for_the_name(name: str, line: str) -> None:
    import tomllib

    from schemaguard.config import _assumptions

    assert line_for(name) == line
    assert dict(_assumptions(tomllib.loads(line), "here")) == {name: "…"}


def test_a_reason_keeps_its_name_however_it_is_handed_on() -> None:
    reason = to_be_said("x isn't known", "get().a")
    assert name_in(reason) == "get().a"
    assert name_in(f"t can't be made: {reason}, and it is given the connection") == "get().a"
    assert to_be_said(reason, "other") == reason
    assert name_in("a (b) c") is None
