"""Questions to the database are answered from the catalog that was built so far."""

import pytest

from tests.unit.evaluation.evaluating import sent

TABLE = """
create table t (id int primary key, a text not null, b varchar(20) unique, c int references t (id));
create index t_a_idx on t (a);
create table was ();
drop table was;
create type state as enum ('x', 'y');
"""


@pytest.mark.parametrize(
    "question",
    [
        "'t' in sa.inspect(bind).get_table_names()",
        "sa.inspect(bind).has_table('t')",
        "bind.dialect.has_table(bind, 't')",
        "sa.inspect(bind.engine).has_table('t')",
        "sa.engine.reflection.Inspector.from_engine(bind).has_table('t')",
        "not sa.inspect(bind).has_table('was')",
        "'a' in [c['name'] for c in sa.inspect(bind).get_columns('t')]",
        "{c['name'] for c in sa.inspect(bind).get_columns('t')} >= {'a', 'b'}",
        "isinstance({c['name']: c for c in sa.inspect(bind).get_columns('t')}['a']['type'], sa.Text)",
        "next(c for c in sa.inspect(bind).get_columns('t') if c['name'] == 'b')['type'].length == 20",
        "not next(c for c in sa.inspect(bind).get_columns('t') if c['name'] == 'a')['nullable']",
        "any(i['name'] == 't_a_idx' for i in sa.inspect(bind).get_indexes('t'))",
        "sa.inspect(bind).get_unique_constraints('t')[0]['name'] == 't_b_key'",
        "sa.inspect(bind).get_foreign_keys('t')[0]['name'] == 't_c_fkey'",
        "sa.inspect(bind).get_pk_constraint('t')['constrained_columns'] == ['id']",
        "sa.inspect(bind).get_enums()[0]['labels'] == ['x', 'y']",
        "'b' in sa.Table('t', sa.MetaData(), autoload_with=bind).c",
        "bind.dialect.name == 'postgresql' and bind.engine.name == 'postgresql'",
        "isinstance(bind.dialect, postgresql.dialect)",
        "op.get_context().dialect.name.startswith('postgres')",
        "context.get_context().impl.__dialect__ == 'postgresql' and not context.is_offline_mode()",
        "bind.dialect.server_version_info >= (12,)",
    ],
)
def test_what_the_inspector_says_is_known(question: str) -> None:
    source = f"""
        from alembic import context
        from sqlalchemy.dialects import postgresql
        def upgrade():
            bind = op.get_bind()
            if {question}:
                op.execute("SELECT 'yes'")
            else:
                op.execute("SELECT 'no'")
    """
    assert sent(source, before=TABLE) == ["SELECT 'yes'"]


@pytest.mark.parametrize(
    "question", ["sa.inspect(bind).has_table('u')", "bind.dialect.has_table(bind, 'u', schema='public')"]
)
def test_a_table_that_no_revision_makes_may_have_been_made_elsewhere(question: str) -> None:
    source = f"""
        def upgrade():
            bind = op.get_bind()
            if {question}:
                op.drop_column("u", "a")
            else:
                op.create_table("u", sa.Column("a", sa.Text()))
    """
    dropped, made = sent(source, before=TABLE)
    assert dropped == "? ALTER TABLE u DROP COLUMN a"
    assert made.startswith("? CREATE TABLE u")


def test_what_the_revision_has_sent_counts() -> None:
    assert sent(
        """
        def has_column(table, column):
            return column in {c["name"] for c in sa.inspect(op.get_bind()).get_columns(table)}

        def upgrade():
            if not has_column("t", "d"):
                op.add_column("t", sa.Column("d", sa.Date))
            if not has_column("t", "d"):
                op.execute("SELECT 'never'")
            op.drop_constraint(sa.inspect(op.get_bind()).get_unique_constraints("t")[0]["name"], "t")
        """,
        before=TABLE,
    ) == ["ALTER TABLE t ADD COLUMN d DATE", "ALTER TABLE t DROP CONSTRAINT t_b_key"]


def test_inside_a_try_what_the_server_would_refuse_is_refused() -> None:
    assert sent(
        """
        from contextlib import suppress
        def upgrade():
            try:
                op.drop_constraint("nothing_of_that_name", "t")
            except sa.exc.ProgrammingError:
                op.execute("SELECT 'refused'")
            with suppress(Exception):
                op.drop_column("t", "nothing_of_that_name")
            try:
                op.drop_column("t", "a")
            except Exception:
                op.execute("SELECT 'never'")
        """,
        before=TABLE,
    ) == ["SELECT 'refused'", "ALTER TABLE t DROP COLUMN a"]


def test_outside_of_a_try_a_refusal_is_said_and_the_revision_goes_on() -> None:
    assert sent('def upgrade():\n    op.drop_column("t", "zz")\n    op.drop_column("t", "a")\n', before=TABLE) == [
        '! the server would refuse: column "zz" of relation "t" does not exist (42703)',
        "ALTER TABLE t DROP COLUMN a",
    ]
