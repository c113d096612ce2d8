"""Habits of applications: metadata that env.py hands on in a function, types that others derive from, old spellings."""

import pytest

from tests.unit.evaluation.evaluating import evaluated, sent

ENV = "app/migrations/env.py"
CONVENTION = '{"uq": "uq_%(table_name)s_%(column_0_name)s"}'
UNIQUE = """
    def upgrade():
        op.create_unique_constraint(None, "t", ["a"])
"""


@pytest.mark.parametrize(
    "env",
    [
        f"""
        from sqlmodel import SQLModel
        target_metadata = SQLModel.metadata
        target_metadata.naming_convention = {CONVENTION}
        """,
        f"""
        import sqlalchemy as sa
        from alembic import context

        def metadata():
            return sa.MetaData(naming_convention={CONVENTION})

        def run_migrations_online():
            target_metadata = metadata()
            context.configure(connection=None, target_metadata=target_metadata)
        """,
        f"""
        import sqlalchemy as sa
        from alembic import context
        from unknown import settings
        target_metadata = settings.metadata

        async def run():
            context.configure(target_metadata=sa.MetaData(naming_convention={CONVENTION}))
        """,
    ],
)
def test_the_naming_convention_is_found_where_env_py_hands_it_on(env: str) -> None:
    assert sent(UNIQUE, before="CREATE TABLE t (a int)", env_file=ENV, files={ENV: env}) == [
        "ALTER TABLE t ADD CONSTRAINT uq_t_a UNIQUE (a)"
    ]


def test_what_sqlmodel_knows_of_tables_is_not_all_known() -> None:
    (line,) = sent("""
        from sqlmodel import SQLModel

        def upgrade():
            SQLModel.metadata.create_all(op.get_bind())
    """)
    assert line.startswith("! ")


def test_types_of_packages_are_given_as_classes_and_built_on() -> None:
    assert sent("""
        import sqlalchemy_utils
        from fastapi_users_db_sqlalchemy.generics import GUID

        class Definition(sqlalchemy_utils.JSONType):
            def process_bind_param(self, value, dialect):
                return value.serialize()

        class Key(sa.TypeDecorator):
            impl = sqlalchemy_utils.UUIDType

        class Short(sqlalchemy_utils.EmailType):
            def __init__(self):
                super().__init__(length=80)

        def upgrade():
            op.create_table(
                "t", sa.Column("a", GUID), sa.Column("b", Definition()), sa.Column("c", Key), sa.Column("d", Short())
            )
    """) == ["CREATE TABLE t ( a UUID, b JSON, c UUID, d VARCHAR(80) )"]


def test_statements_take_conditions_and_values_as_they_once_did() -> None:
    assert sent(
        """
        t = sa.table("t", sa.column("a"), sa.column("b"))

        def upgrade():
            bind = op.get_bind()
            bind.execute(t.delete(t.c.a == None))
            bind.execute(t.update(whereclause=t.c.a == None, values={"b": None}))
            bind.execute(sa.update(t, t.c.b == None, {t.c.a: None}))
            bind.execute(t.insert({"a": None, "b": None}))
            bind.execute(sa.delete(t))
        """,
        before="CREATE TABLE t (a int, b int)",
    ) == [
        "DELETE FROM t WHERE t.a IS NULL",
        "UPDATE t SET b=%(b)s WHERE t.a IS NULL",
        "UPDATE t SET a=%(a)s WHERE t.b IS NULL",
        "INSERT INTO t (a, b) VALUES (%(a)s, %(b)s)",
        "DELETE FROM t",
    ]


def test_what_a_row_has_is_not_known_though_its_class_has_the_column() -> None:
    assert sent(
        """
        from unknown import db

        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            rank = sa.Column(sa.Integer)

        roles = sa.table("roles", sa.column("user_id", sa.Integer), sa.column("rank", sa.Integer))

        def upgrade():
            user = User(id=1)
            op.execute(roles.insert().values(user_id=user.id, rank=user.rank))
        """,
        before="CREATE TABLE roles (user_id int, rank int)",
    ) == ["INSERT INTO roles (user_id, rank) VALUES (%(user_id)s::INTEGER, %(rank)s::INTEGER)"]


def test_a_statement_that_listens_to_a_table_is_sent_with_it() -> None:
    assert sent(
        """
        from sqlalchemy import event

        def upgrade():
            table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer))
            ddl = sa.DDL("CREATE INDEX i ON t (id)").execute_if(dialect="postgresql")
            event.listen(table, "after_create", ddl)
            event.listen(table, "after_create", sa.DDL("PRAGMA foreign_keys = ON").execute_if(dialect="sqlite"))
            table.create(op.get_bind())
            op.get_bind().execute(ddl)
        """
    ) == [
        "CREATE TABLE t ( id INTEGER )",
        "CREATE INDEX i ON t (id)",
        '! the server would refuse: relation "i" already exists (42P07)',
    ]


def test_a_function_that_listens_to_a_table_is_said() -> None:
    (line, *_) = sent("""
        from sqlalchemy import event

        def filled(table, connection, **_):
            connection.execute(sa.text("INSERT INTO t VALUES (1)"))

        def upgrade():
            table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer))
            event.listen(table, "after_create", filled)
            table.create(op.get_bind())
    """)
    assert line == "! a function listens to an event, and what it does then isn't followed"


def test_what_env_py_hands_over_to_a_revision_is_not_known() -> None:
    assert sent(
        """
        def upgrade(config, schema="public"):
            op.add_column("t", sa.Column("a", sa.Integer), schema=schema)
            op.drop_table(config.get_main_option("table"))
        """,
        before="CREATE TABLE t ()",
    ) == [
        "ALTER TABLE public.t ADD COLUMN a INTEGER",
        "! not all of the statement is known: what env.py hands over to the revision isn't known",
    ]


def test_a_default_that_is_not_known_is_input_for_any_type() -> None:
    (step,) = evaluated(
        """
        import json
        from datetime import date

        def upgrade():
            today = json.dumps([date.today().isoformat()])
            op.add_column("t", sa.Column("a", sa.JSON, server_default=sa.text(f"'{today}'")))
        """,
        before="CREATE TABLE t ()",
    ).steps
    assert [type(change).__name__ for change in step.changes] == ["AddColumn"]
