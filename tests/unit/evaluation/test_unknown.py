"""What can't be known is explored on both sides, joined, and said."""

from schemaguard.catalog.objects import Name
from tests.unit.evaluation.evaluating import evaluated, sent

TABLE = "create table t (id int primary key, a text, b text);"


def test_an_unknown_condition_explores_both_sides() -> None:
    assert sent("""
        import os
        def upgrade():
            if os.environ.get("FAST"):
                op.execute("UPDATE t SET a = 1")
            else:
                op.execute("UPDATE t SET a = 2")
            op.execute("UPDATE t SET a = 3")
    """) == ["? UPDATE t SET a = 1", "? UPDATE t SET a = 2", "UPDATE t SET a = 3"]


def test_three_thousand_unknown_conditions_in_a_row_stay_linear() -> None:
    branch = "    if conf():\n        x.append(1)\n        y = 1\n    else:\n        y = 2\n"
    source = "import app_conf\nconf = app_conf.get\ndef upgrade():\n    x = []\n" + branch * 3_000
    assert sent(source + "    op.execute('SELECT 1')\n") == ["SELECT 1"]


def test_what_both_sides_agree_on_stays_known() -> None:
    assert sent("""
        import conf
        def upgrade():
            names, table, other = ["a"], "t", {}
            if conf.x:
                names.append("b")
                other["k"] = 1
                same = "s"
            else:
                same = "s"
            op.drop_table(same)
            op.drop_table(table)
            op.drop_table(names[0])
            op.drop_table(names[1])
            op.drop_table(str(other.get("k")))
    """) == [
        "DROP TABLE s",
        "DROP TABLE t",
        "DROP TABLE a",
        "! not all of the statement is known: it depends on `conf.x`, which isn't known",
        "! not all of the statement is known: it depends on `conf.x`, which isn't known",
    ]


def test_after_an_unknown_return_all_that_follows_is_conditional() -> None:
    assert sent("""
        import conf
        def _helper():
            if conf.skip:
                return "skipped"
            op.execute("UPDATE t SET a = 1")
            return "done"
        def upgrade():
            op.execute(f"UPDATE t SET a = '{_helper()}'")
            op.execute("UPDATE t SET a = 2")
    """) == ["? UPDATE t SET a = 1", "UPDATE t SET a = '…'", "UPDATE t SET a = 2"]


def test_a_side_that_raises_is_left_aside() -> None:
    assert sent("""
        import conf
        def upgrade():
            if conf.wrong:
                raise RuntimeError("no")
            op.execute("UPDATE t SET a = 1")
    """) == ["UPDATE t SET a = 1"]


def test_loops_over_something_unknown_run_once_and_may_not() -> None:
    assert sent("""
        def upgrade():
            for row in op.get_bind().execute(sa.text("SELECT id FROM t")):
                op.execute(sa.text("UPDATE t SET a = :a").bindparams(a=row.id))
            while True:
                result = op.get_bind().execute(sa.text("DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 10)"))
                if result.rowcount == 0:
                    break
            op.execute("SELECT 1")
    """) == [
        "SELECT id FROM t",
        "? UPDATE t SET a = %(a)s::VARCHAR",
        "DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 10)",
        "SELECT 1",
    ]


def test_an_unknown_value_in_a_free_place_leaves_the_statement_certain() -> None:
    (step,) = evaluated(
        """
        import conf
        def upgrade():
            op.add_column("t", sa.Column("c", sa.Integer, server_default=conf.default, comment=conf.words))
        """,
        before=TABLE,
    ).steps[:1]
    column = step.after.tables[Name("t", "public")].column("c")
    assert column is not None
    assert (str(column.type), column.default is not None) == ("integer", True)
    assert "DEFAULT …" in step.statement.sql


def test_an_unknown_name_is_opaque_and_says_why() -> None:
    assert sent("""
        import conf
        def upgrade():
            op.drop_column("t", conf.column)
            op.drop_table(f"{conf.prefix}_users")
            op.create_table("x", *conf.columns)
            op.add_column("t", sa.Column("c", conf.type))
            op.execute(conf.statement)
            conf.migrate(op.get_bind())
            op.rename_everything("public", "state", ["a"])
            conf.do_something()
    """) == [
        "! not all of the statement is known: conf isn't part of the project (assume: conf.column)",
        "! not all of the statement is known: conf isn't part of the project (assume: conf.prefix)",
        "! op.create_table(): not all of its arguments are known",
        "! not all of the statement is known: conf isn't part of the project",
        "! a statement is sent that isn't known: conf isn't part of the project (assume: conf.statement)",
        "! conf isn't part of the project, and it is given the connection",
        "! op.rename_everything() runs, and op.rename_everything is an operation that isn't modelled",
        "! conf.do_something() runs, and conf isn't part of the project",
    ]


def test_a_statement_that_is_opaque_names_the_tables_that_are_known() -> None:
    run = evaluated(
        """
        import conf
        def upgrade():
            op.drop_column("t", conf.column)
        """,
        before=TABLE,
    )
    assert run.after.clouded == frozenset({Name("t", "public")})


def test_a_revision_that_raises_says_so_and_keeps_what_it_sent() -> None:
    assert sent("""
        def upgrade():
            op.execute("UPDATE t SET a = 1")
            raise NotImplementedError("by hand, please")
    """) == ["UPDATE t SET a = 1", "! the revision raises NotImplementedError: by hand, please"]


def test_a_recursion_that_only_something_unknown_ends_is_left() -> None:
    assert sent("""
        import conf
        def walk(value):
            if isinstance(value, dict):
                return {key: walk(one) for key, one in value.items()}
            return [walk(one) for one in value]
        def upgrade():
            op.execute(f"UPDATE t SET a = '{walk(conf.data)}'")
    """) == ["UPDATE t SET a = '…'"]
