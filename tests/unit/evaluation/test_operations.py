"""Alembic's operations, SQLAlchemy's constructs and the project's types, as they are sent."""

import pytest

from tests.unit.evaluation.evaluating import FILE, evaluated, sent

TABLE = "create table t (id int primary key, a text not null, b varchar(20), s int);"


@pytest.mark.parametrize(
    ("column", "spelled"),
    [
        ("sa.String(length=20)", "VARCHAR(20)"),
        ("sa.Numeric(12, 2)", "NUMERIC(12, 2)"),
        ("sa.DateTime(timezone=True)", "TIMESTAMP WITH TIME ZONE"),
        ("postgresql.JSONB(astext_type=sa.Text())", "JSONB"),
        ("postgresql.ARRAY(sa.String(length=5))", "VARCHAR(5)[]"),
        ("postgresql.UUID(as_uuid=True)", "UUID"),
        ("sa.Text().with_variant(sa.String(9), 'postgresql')", "VARCHAR(9)"),
        ("sa.String(9).with_variant(mysql.MEDIUMTEXT(), 'mysql')", "VARCHAR(9)"),
        ("sa.JSON().with_variant(postgresql.JSONB, 'postgresql')", "JSONB"),
        ("Money()", "NUMERIC(10, 2)"),
        ("Guid", "UUID"),
        ("Code(7)", "VARCHAR(7)"),
        ("Spelled()", "int4range"),
        ("Stamp()", "TIMESTAMP WITH TIME ZONE"),
        ("MutableDict.as_mutable(sa.JSON())", "JSON"),
        ("sqlmodel.sql.sqltypes.AutoString(length=8)", "VARCHAR(8)"),
        ("Vector(3)", "VECTOR(3)"),
        ("Geometry('POINT', srid=4326)", "geometry(POINT,4326)"),
        ("sqlalchemy_utils.types.uuid.UUIDType(binary=False)", "UUID"),
        ("sa.Enum('a', 'b', name='e', native_enum=False)", "VARCHAR(1)"),
        ("postgresql.ENUM('a', name='e', create_type=False)", "e"),
        ("sa.types.LargeBinary", "BYTEA"),
    ],
)
def test_types_are_spelled_as_postgresql_spells_them(column: str, spelled: str) -> None:
    source = f"""
        import sqlmodel, sqlalchemy_utils
        from geoalchemy2 import Geometry
        from pgvector.sqlalchemy import Vector
        from sqlalchemy.dialects import postgresql, mysql
        from sqlalchemy.ext.mutable import MutableDict
        from types_of_the_app import *

        def upgrade():
            op.add_column("t", sa.Column("c", {column}))
    """
    files = {
        "app/types_of_the_app.py": """
            import sqlalchemy as sa
            from sqlalchemy.dialects import postgresql
            from sqlalchemy.types import TypeDecorator, UserDefinedType

            class Money(TypeDecorator):
                impl = sa.Numeric(10, 2)

            class Guid(TypeDecorator):
                impl = sa.CHAR
                def load_dialect_impl(self, dialect):
                    if dialect.name == "postgresql":
                        return dialect.type_descriptor(postgresql.UUID())
                    return dialect.type_descriptor(sa.CHAR(32))

            class Code(TypeDecorator):
                impl = sa.String
                def __init__(self, length, *args, **kwargs):
                    super().__init__(length=length, *args, **kwargs)
                def process_bind_param(self, value, dialect):
                    raise SystemExit

            class Spelled(UserDefinedType):
                def get_col_spec(self, **kw):
                    return "int4range"

            class Stamp(sa.TIMESTAMP):
                def __init__(self, *args, timezone=True, **kwargs):
                    super().__init__(*args, timezone=timezone, **kwargs)
        """
    }
    assert sent(source, files=files) == [f"ALTER TABLE t ADD COLUMN c {spelled}"]


def test_a_table_with_all_that_belongs_to_it() -> None:
    assert sent("""
        from sqlalchemy.dialects import postgresql
        def upgrade():
            op.create_table(
                "orders",
                sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
                sa.Column("state", sa.Enum("new", "old", name="order_state"), server_default="new", nullable=False),
                sa.Column("who", sa.Integer, sa.ForeignKey("people.id", ondelete="CASCADE"), index=True),
                sa.Column("total", sa.Integer, sa.Computed("id * 2", persisted=True)),
                sa.Column("at", sa.DateTime, server_default=sa.func.now(), default=lambda: 1),
                sa.CheckConstraint("total > 0", name="positive"),
                sa.UniqueConstraint("state", "who"),
                comment="all of them",
            )
            where = sa.text("id > 1")
            op.create_index(op.f("ix"), "orders", [sa.text("lower(state)")], unique=True, postgresql_where=where)
            op.create_index("gin", "orders", ["state"], postgresql_using="gin", postgresql_concurrently=True)
    """) == [
        "CREATE TYPE order_state AS ENUM ('new', 'old')",
        (
            "CREATE TABLE orders ( id BIGINT GENERATED ALWAYS AS IDENTITY, state order_state DEFAULT 'new' NOT NULL, "
            "who INTEGER, total INTEGER GENERATED ALWAYS AS (id * 2) STORED, at TIMESTAMP WITHOUT TIME ZONE DEFAULT "
            "now(), PRIMARY KEY (id), CONSTRAINT positive CHECK (total > 0), UNIQUE (state, who), "
            "FOREIGN KEY(who) REFERENCES people (id) ON DELETE CASCADE )"
        ),
        "CREATE INDEX ix_orders_who ON orders (who)",
        "COMMENT ON TABLE orders IS 'all of them'",
        "CREATE UNIQUE INDEX ix ON orders (lower(state)) WHERE id > 1",
        "CREATE INDEX CONCURRENTLY gin ON orders USING gin (state)",
    ]


def test_a_batch_is_sent_from_the_lines_that_wrote_it() -> None:
    run = evaluated(
        """
        def upgrade():
            with op.batch_alter_table("t", naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}) as batch:
                batch.add_column(sa.Column("c", sa.Integer))
                batch.alter_column("a", new_column_name="z", nullable=True,
                                   existing_type=sa.Text())
                batch.create_unique_constraint(None, ["c"])
                batch.drop_column("b")
        """,
        before=TABLE,
    )
    assert [(step.statement.place.line, " ".join(step.statement.sql.split())) for step in run.steps] == [
        (6, "ALTER TABLE t ADD COLUMN c INTEGER"),
        (7, "ALTER TABLE t ALTER COLUMN a DROP NOT NULL"),
        (7, "ALTER TABLE t RENAME a TO z"),
        (9, "ALTER TABLE t ADD UNIQUE (c)"),
        (10, "ALTER TABLE t DROP COLUMN b"),
    ]
    assert run.steps[0].statement.source == 'batch.add_column(sa.Column("c", sa.Integer))'
    assert run.steps[0].statement.place.file == FILE


def test_names_come_from_the_convention_of_env_py() -> None:
    assert sent(
        """
        def upgrade():
            op.create_foreign_key(None, "t", "u", ["s"], ["id"])
            op.create_unique_constraint(None, "t", ["a"])
            op.create_check_constraint("positive", "t", "s > 0")
        """,
        env_file="app/migrations/env.py",
        files={
            "app/migrations/env.py": """
                from alembic import context
                from app.base import Base
                target_metadata = Base.metadata
                context.configure(target_metadata=target_metadata)
            """,
            "app/base.py": """
                import sqlalchemy as sa
                from sqlalchemy.orm import DeclarativeBase
                from unknown import setting
                class Base(DeclarativeBase):
                    metadata = sa.MetaData(schema=None, info=setting, naming_convention={
                        "fk": "fk_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
                        "ck": "ck_%(table_name)s_%(constraint_name)s",
                    })
            """,
        },
    ) == [
        "ALTER TABLE t ADD CONSTRAINT fk_t_s FOREIGN KEY(s) REFERENCES u (id)",
        "ALTER TABLE t ADD CONSTRAINT uq_t_a UNIQUE (a)",
        "ALTER TABLE t ADD CONSTRAINT ck_t_positive CHECK (s > 0)",
    ]


def test_statements_by_every_way_of_sending_them() -> None:
    assert sent("""
        from sqlalchemy import orm, select, table, column
        from sqlalchemy.orm import sessionmaker
        T = table("t", column("id", sa.Integer), column("a", sa.String))
        def upgrade():
            bind = op.get_bind()
            op.execute("UPDATE t SET a = '100%' WHERE b LIKE ':c'".replace(":c", "c"))
            op.execute(T.update().where(T.c.id == op.inline_literal(1)).values(a="x"))
            bind.execute(sa.text("UPDATE t SET a = :a"), {"a": "y"})
            bind.exec_driver_sql("UPDATE t SET a = %(a)s", {"a": "z"})
            bind.execute(T.insert().values([{"id": 1, "a": "q"}]))
            op.bulk_insert(T, [{"id": 1, "a": "b"}, {"id": 2, "a": "c"}])
            orm.Session(bind=bind).execute(sa.delete(T).where(T.c.a.in_(["m", "n"])))
            session = sessionmaker(bind=bind)()
            session.execute(sa.text("UPDATE t SET a = 'session'"))
            session.commit()
            with bind.begin_nested():
                bind.execute(sa.schema.CreateSequence(sa.Sequence("numbers")))
            sa.Enum("a", name="kind").create(bind, checkfirst=True)
            sa.Enum("a", name="kind").create(bind, checkfirst=True)
            sa.Enum(name="kind").drop(bind)
    """) == [
        "UPDATE t SET a = '100%' WHERE b LIKE 'c'",
        "UPDATE t SET a=%(a)s::VARCHAR WHERE t.id = 1",
        "UPDATE t SET a = %(a)s",
        "UPDATE t SET a = %(a)s",
        "INSERT INTO t (id, a) VALUES (%(id_m0)s::INTEGER, %(a_m0)s::VARCHAR)",
        "INSERT INTO t (id, a) VALUES (%(id)s::INTEGER, %(a)s::VARCHAR)",
        "DELETE FROM t WHERE t.a IN (%(a_1_1)s::VARCHAR, %(a_1_2)s::VARCHAR)",
        "UPDATE t SET a = 'session'",
        "CREATE SEQUENCE numbers",
        "CREATE TYPE kind AS ENUM ('a')",
        "DROP TYPE kind",
    ]


def test_what_runs_outside_of_a_transaction_is_its_own_commit_point() -> None:
    run = evaluated("""
        def upgrade():
            op.execute("UPDATE t SET a = 1")
            with op.get_context().autocommit_block():
                op.execute("CREATE INDEX CONCURRENTLY i ON t (a)")
                op.execute("CREATE INDEX CONCURRENTLY j ON t (a)")
            op.execute("UPDATE t SET a = 2")
            op.execute("COMMIT")
            op.execute("UPDATE t SET a = 3")
    """)
    assert [(step.transaction, step.autocommit) for step in run.steps] == [
        (0, False), (1, True), (2, True), (3, False), (3, False), (4, False)
    ]  # fmt: skip


def test_mapped_classes_are_tables() -> None:
    assert sent("""
        from sqlalchemy.orm import declarative_base, relationship, Session
        Base = declarative_base()
        class Stamped:
            at = sa.Column(sa.DateTime)
        class User(Stamped, Base):
            __tablename__ = "users"
            __table_args__ = (sa.UniqueConstraint("name"), {"schema": "s"})
            id = sa.Column(sa.Integer, primary_key=True)
            name = sa.Column("name", sa.String(9))
            posts = relationship("Post", primaryjoin="__import__('os').abort()")
        def upgrade():
            bind = op.get_bind()
            User.__table__.create(bind)
            bind.execute(sa.update(User).where(User.id == 1).values(name="x"))
            Session(bind=bind).query(User).filter(User.name.is_(None)).delete()
            Base.metadata.create_all(bind, tables=[User.__table__])
            Base.metadata.create_all(bind)
    """) == [
        (
            "CREATE TABLE s.users ( id SERIAL NOT NULL, name VARCHAR(9), at TIMESTAMP WITHOUT TIME ZONE, "
            "PRIMARY KEY (id), UNIQUE (name) )"
        ),
        "UPDATE s.users SET name=%(name)s::VARCHAR WHERE s.users.id = %(id_1)s::INTEGER",
        "DELETE FROM s.users WHERE s.users.name IS NULL",
    ]


def test_the_way_back_is_evaluated_from_where_it_starts() -> None:
    source = """
        def upgrade():
            op.add_column("t", sa.Column("c", sa.Integer))
        def downgrade():
            op.drop_column("t", "c")
    """
    assert sent(source, direction="downgrade") == ["ALTER TABLE t DROP COLUMN c"]
    assert sent("def upgrade():\n    pass\n", direction="downgrade") == []


def test_comments_beside_a_call_come_with_its_statement() -> None:
    run = evaluated("""
        def _drop(name):
            op.drop_table(name)

        def upgrade():
            # schemaguard: ignore drop-table -- it was never used
            _drop("t")
            op.drop_table("u")  # schemaguard: touches v(a)
            op.drop_table("w")
    """)
    assert [step.comments for step in run.steps] == [
        ("schemaguard: ignore drop-table -- it was never used",),
        ("schemaguard: touches v(a)",),
        (),
    ]


def test_a_schema_that_is_no_text_hides_no_statement() -> None:
    assert (
        sent("""
        def upgrade():
            with op.batch_alter_table("t", schema={"a": 1}) as batch:
                batch.drop_column(undefined)
            op.execute("SELECT 1")
    """)[-1]
        == "SELECT 1"
    )


@pytest.mark.parametrize("owner", ["sa.table('t', sa.column('a'))", "sa.select(sa.column('a'))"])
@pytest.mark.parametrize("collection", ["c", "columns", "selected_columns", "exported_columns"])
def test_columns_that_are_called_are_an_error_of_the_code(owner: str, collection: str) -> None:
    assert (
        sent(f"""
        def upgrade():
            {owner}.{collection}([1])
            op.execute("SELECT 1")
    """)[-1]
        == "SELECT 1"
    )


def test_clauses_that_statements_took_themselves_are_sent_as_before() -> None:
    """As SQLAlchemy 1.3 took them: a condition, values, and where a select reads from, as arguments."""
    assert sent(
        """
        def upgrade():
            bind = op.get_bind()
            t = sa.table("t", sa.column("id", sa.Integer), sa.column("a", sa.String))
            bind.execute(t.insert(values={"a": "x"}))
            bind.execute(t.insert({"a": "x"}))
            bind.execute(t.update(t.c.id == 1, {"a": "x"}))
            bind.execute(t.update(whereclause=t.c.id == 1, values={"a": "x"}))
            bind.execute(t.delete(t.c.id == 1))
            bind.execute(sa.delete(t, t.c.id == 1))
            bind.execute(t.insert().from_select(["a"], sa.select([t.c.a], t.c.id == 1, order_by=[t.c.id])))
            bind.execute(t.insert().from_select(["a"], sa.select(columns=[t.c.a], from_obj=[t])))
        """,
        before=TABLE,
    ) == [
        "INSERT INTO t (a) VALUES (%(a)s::VARCHAR)",
        "INSERT INTO t (a) VALUES (%(a)s::VARCHAR)",
        "UPDATE t SET a=%(a)s::VARCHAR WHERE t.id = %(id_1)s::INTEGER",
        "UPDATE t SET a=%(a)s::VARCHAR WHERE t.id = %(id_1)s::INTEGER",
        "DELETE FROM t WHERE t.id = %(id_1)s::INTEGER",
        "DELETE FROM t WHERE t.id = %(id_1)s::INTEGER",
        "INSERT INTO t (a) SELECT t.a FROM t WHERE t.id = %(id_1)s::INTEGER ORDER BY t.id",
        "INSERT INTO t (a) SELECT t.a FROM t",
    ]


def test_the_constraint_of_a_reflected_foreign_key_is_known() -> None:
    assert sent(
        """
        def upgrade():
            meta = sa.MetaData()
            meta.reflect(bind=op.get_bind())
            for key in meta.tables["t"].foreign_keys:
                op.drop_constraint(key.constraint.name, "t", type_="foreignkey")
        """,
        before="CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p_id int REFERENCES p)",
    ) == ["ALTER TABLE t DROP CONSTRAINT t_p_id_fkey"]


def test_messages_of_alembic_send_nothing() -> None:
    assert sent(
        """
        from alembic import util
        from alembic.util import msg

        def upgrade():
            util.msg("about to")
            util.warn("careful")
            msg("done")
            op.drop_table("t")
        """,
        before=TABLE,
    ) == ["DROP TABLE t"]


@pytest.mark.parametrize(
    ("decorator", "told"),
    [
        ("compiler.compiles(sa.ForeignKeyConstraint, 'postgresql')", "sa.ForeignKeyConstraint"),
        ("compiler.compiles(sa.schema.CreateColumn)", "sa.schema.CreateColumn"),
        ("compiles(sa.BigInteger, DIALECT)", "sa.BigInteger"),
        ("compiles(sa.BigInteger, 'sqlite')", None),
        ("compiles(Refresh)", None),
    ],
)
def test_a_compiler_of_the_project_for_a_construct_of_sqlalchemy_is_said(decorator: str, told: str | None) -> None:
    said = [] if told is None else [f"! {told} is compiled by code of the project, which isn't followed"]
    source = f"""
        from sqlalchemy.ext import compiler
        from sqlalchemy.ext.compiler import compiles
        from sqlalchemy.schema import DDLElement

        DIALECT = "postgresql"

        class Refresh(DDLElement):
            pass

        @{decorator}
        def _compiled(element, compiler, **kw):
            return ""

        def upgrade():
            op.drop_table("t")
    """
    assert sent(source, before=TABLE) == [*said, "DROP TABLE t"]


def test_a_compiler_in_a_module_that_a_revision_uses_is_said_and_a_broken_one_stops_nothing() -> None:
    shared = """
        import sqlalchemy as sa
        from sqlalchemy.ext.compiler import compiles

        NAME = "t"

        @compiles(sa.BigInteger, "postgresql")
        def _big(element, compiler, **kw):
            return "int8"

        @compiles(nowhere)
        def _nothing(element, compiler, **kw):
            return ""
        """
    assert sent(
        """
        from shared import NAME

        def upgrade():
            op.drop_table(NAME)
        """,
        before=TABLE,
        files={"shared.py": shared},
    ) == ["DROP TABLE t", "! sa.BigInteger is compiled by code of the project, which isn't followed"]
