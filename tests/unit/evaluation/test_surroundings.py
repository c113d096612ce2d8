"""What revisions find around them: packages without `__init__.py`, libraries, tables that were reflected."""

from tests.unit.evaluation.evaluating import sent


def test_the_columns_of_a_reflected_table_are_gone_over() -> None:
    assert sent(
        """
        def upgrade():
            meta = sa.MetaData()
            meta.reflect(bind=op.get_bind())
            for column in sa.Table("t", meta, autoload_with=op.get_bind()).columns:
                op.add_column("shadow", sa.Column(column.name, column.type))
        """,
        before="CREATE TABLE t (id int, name varchar(3)); CREATE TABLE shadow ()",
    ) == ["ALTER TABLE shadow ADD COLUMN id INTEGER", "ALTER TABLE shadow ADD COLUMN name VARCHAR(3)"]


def test_a_package_without_an_init_is_found_from_within() -> None:
    source = """
        from app.migrations.columns import NAME

        def upgrade():
            op.drop_column("t", NAME)
        """
    for files in (
        {"app/migrations/columns.py": 'NAME = "c"\n'},
        {"app/migrations/columns/__init__.py": 'NAME = "c"\n'},
    ):
        assert sent(source, before="CREATE TABLE t (id int, c int)", files=files) == ["ALTER TABLE t DROP COLUMN c"]


def test_a_module_that_needs_what_is_not_installed_is_unknown_and_no_fault() -> None:
    assert sent(
        """
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        def upgrade():
            op.drop_table("t")
        """,
        before="CREATE TABLE t (id int)",
    ) == ["DROP TABLE t"]


def test_decorators_that_only_export_leave_the_function() -> None:
    assert sent(
        """
        from public import public

        @public
        def is_sqlite(bind):
            return bind.dialect.name == "sqlite"

        def upgrade():
            if not is_sqlite(op.get_bind()):
                op.drop_table("t")
        """,
        before="CREATE TABLE t (id int)",
    ) == ["DROP TABLE t"]


def test_a_key_that_the_client_fills_is_no_serial() -> None:
    """Checked against SQLAlchemy: a default of the client's, computed or not, takes the place of the sequence."""
    assert sent(
        """
        def next_number():
            return 3

        def upgrade():
            op.create_table("a", sa.Column("id", sa.Integer, primary_key=True, default=next_number))
            op.create_table("b", sa.Column("id", sa.Integer, primary_key=True, default=None))
        """
    ) == [
        "CREATE TABLE a ( id INTEGER NOT NULL, PRIMARY KEY (id) )",
        "CREATE TABLE b ( id SERIAL NOT NULL, PRIMARY KEY (id) )",
    ]


def test_what_the_client_fills_is_in_inserts_and_updates() -> None:
    assert sent(
        """
        from datetime import datetime

        def upgrade():
            t = sa.table("t", sa.Column("id", sa.Integer), sa.Column("kind", sa.String, default="x"),
                         sa.Column("changed", sa.DateTime, onupdate=datetime.utcnow))
            op.get_bind().execute(sa.insert(t).values(id=1))
            op.get_bind().execute(sa.update(t).values(id=2))
        """,
        before="CREATE TABLE t (id int, kind text, changed timestamp)",
    ) == [
        "INSERT INTO t (id, kind) VALUES (%(id)s::INTEGER, %(kind)s::VARCHAR)",
        "UPDATE t SET id=%(id)s::INTEGER, changed=%(changed)s::TIMESTAMP WITHOUT TIME ZONE",
    ]


def test_a_function_of_the_project_may_make_a_variant() -> None:
    assert sent(
        """
        from app.types import BigInteger, Integer

        def upgrade():
            op.add_column("t", sa.Column("c", BigInteger().with_variant(Integer, "sqlite")))
            op.add_column("t", sa.Column("d", BigInteger().with_variant(Integer, "postgresql")))
        """,
        before="CREATE TABLE t (id int)",
        files={
            "app/types.py": """
            import sqlalchemy as sa

            def Integer():
                return sa.Integer()

            def BigInteger():
                return sa.BigInteger()
            """
        },
    ) == ["ALTER TABLE t ADD COLUMN c BIGINT", "ALTER TABLE t ADD COLUMN d INTEGER"]


MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class A(Base):
    __tablename__ = "a"
    id = sa.Column(sa.Integer, primary_key=True)

b = sa.Table("b", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


def test_all_tables_of_a_module_are_in_its_metadata() -> None:
    made = [f"CREATE TABLE {name} ( id SERIAL NOT NULL, PRIMARY KEY (id) )" for name in "ab"]
    for way in (
        "for table in Base.metadata.tables.values(): table.create(bind=op.get_bind(), checkfirst=True)",
        "for table in Base.metadata.sorted_tables: table.create(bind=op.get_bind())",
        "Base.metadata.create_all(op.get_bind())",
    ):
        source = f"from app.models import Base\n\ndef upgrade():\n    {way}\n"
        assert sorted(sent(source, files={"app/models.py": MODELS})) == made


def test_tables_that_may_be_in_other_modules_are_not_all_known() -> None:
    base = "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"
    models = (
        "import sqlalchemy as sa\nfrom app.base import Base\n\n" + MODELS.partition("Base = declarative_base()\n")[2]
    )
    for way in (
        "Base.metadata.create_all(op.get_bind())",
        "[t.create(op.get_bind()) for t in Base.metadata.sorted_tables]",
    ):
        source = f"from app.base import Base\n\ndef upgrade():\n    {way}\n"
        (line,) = sent(source, files={"app/base.py": base, "app/models.py": models})
        assert line.startswith("! ")
        assert "known" in line


def test_a_table_that_is_known_is_found_in_a_metadata_that_may_have_more() -> None:
    base = "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"
    models = (
        "import sqlalchemy as sa\nfrom app.base import Base\n\n" + MODELS.partition("Base = declarative_base()\n")[2]
    )
    source = """
        from app.models import A, Base

        def upgrade():
            assert A.__table__ is not None
            op.get_bind().execute(Base.metadata.tables["a"].delete())
            for table in Base.metadata.tables.values():
                table.drop(op.get_bind())
        """
    lines = sent(source, before="CREATE TABLE a (id int)", files={"app/base.py": base, "app/models.py": models})
    assert lines == [
        "DELETE FROM a",
        "? ! it depends on `Base.metadata.tables.values()`, which isn't known, and it is given the connection",
    ]


def test_a_query_that_is_narrowed_by_names_sends_what_it_changes() -> None:
    assert sent(
        """
        from sqlalchemy.orm import declarative_base, Session
        Base = declarative_base()
        class Quota(Base):
            __tablename__ = "quota"
            id = sa.Column(sa.Integer, primary_key=True)
            kind = sa.Column(sa.String)

        def upgrade():
            session = Session(bind=op.get_bind())
            session.query(Quota).filter_by(kind="x").order_by(Quota.id).update({"kind": "y"})
            session.query(Quota).filter_by(kind=None).delete()
        """,
        before="CREATE TABLE quota (id int, kind text)",
    ) == [
        "UPDATE quota SET kind=%(kind)s::VARCHAR WHERE quota.kind = %(kind_1)s::VARCHAR",
        "DELETE FROM quota WHERE quota.kind IS NULL",
    ]


def test_types_of_well_known_packages_are_spelled_as_they_are_sent() -> None:
    assert sent(
        """
        import sqlalchemy_jsonfield
        from oslo_db.sqlalchemy import types as db_types

        def upgrade():
            op.add_column("t", sa.Column("a", db_types.JsonEncodedDict()))
            op.add_column("t", sa.Column("b", db_types.JsonEncodedDict(mysql_as_long=True).impl))
            op.add_column("t", sa.Column("c", sqlalchemy_jsonfield.JSONField(json=None)))
        """,
        before="CREATE TABLE t (id int)",
    ) == [
        "ALTER TABLE t ADD COLUMN a TEXT",
        "ALTER TABLE t ADD COLUMN b TEXT",
        "ALTER TABLE t ADD COLUMN c JSON",
    ]
