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
