"""Operations that other packages add to Alembic's: the statements that they send, as the packages were heard to do."""

import pytest

from tests.unit.evaluation.evaluating import sent

TABLES = """
    CREATE TYPE state AS ENUM ('on', 'of');
    CREATE TABLE t (id int, state state DEFAULT 'on', states state[]);
"""


def test_an_enum_gets_other_labels_with_all_that_has_its_type() -> None:
    assert sent(
        """
        from alembic_postgresql_enum import ColumnType, TableReference
        from alembic_postgresql_enum.sql_commands.indexes import TableIndex

        def upgrade():
            op.sync_enum_values(
                enum_schema="public",
                enum_name="state",
                new_values=["on", "off"],
                affected_columns=[
                    TableReference(
                        table_schema="public", table_name="t", column_name="state",
                        existing_server_default="'on'::state",
                    ),
                    TableReference("t", "states", column_type=ColumnType.ARRAY),
                ],
                enum_values_to_rename=[("of", "off")],
                indexes_to_recreate=[
                    TableIndex(
                        name="public.i", definition="CREATE INDEX i ON public.t (id) WHERE (state = 'of'::public.state)"
                    )
                ],
            )
            op.sync_enum_values("public", "state", ["on", "off", "out"], [("t", "states")])
        """,
        before=TABLES + "CREATE INDEX i ON t (id) WHERE state = 'of';",
    )[:16] == [
        'ALTER TYPE "public"."state" RENAME TO "state_old"',
        "CREATE TYPE \"public\".\"state\" AS ENUM('on', 'off')",
        (
            'CREATE FUNCTION "public".new_old_not_equals( new_enum_val "public"."state",'
            ' old_enum_val "public"."state_old" )'
            " RETURNS boolean AS $$ SELECT new_enum_val::text != CASE WHEN old_enum_val::text = 'of' THEN 'off'"
            " ELSE old_enum_val::text END; $$ LANGUAGE SQL IMMUTABLE"
        ),
        (
            'CREATE OPERATOR "public".!= ( leftarg = "public"."state", rightarg = "public"."state_old",'
            ' procedure = "public".new_old_not_equals )'
        ),
        (
            'CREATE FUNCTION "public".new_old_equals( new_enum_val "public"."state",'
            ' old_enum_val "public"."state_old" )'
            " RETURNS boolean AS $$ SELECT new_enum_val::text = CASE WHEN old_enum_val::text = 'of' THEN 'off'"
            " ELSE old_enum_val::text END; $$ LANGUAGE SQL IMMUTABLE"
        ),
        (
            'CREATE OPERATOR "public".= ( leftarg = "public"."state", rightarg = "public"."state_old",'
            ' procedure = "public".new_old_equals )'
        ),
        'DROP INDEX IF EXISTS "public"."i"',
        'ALTER TABLE "public"."t" ALTER COLUMN "state" DROP DEFAULT',
        (
            'ALTER TABLE "public"."t" ALTER COLUMN "state" TYPE "public"."state" USING CASE'
            ' WHEN "state"::text = \'of\' THEN \'off\'::"public"."state" ELSE "state"::text::"public"."state" END'
        ),
        'ALTER TABLE "public"."t" ALTER COLUMN "state" SET DEFAULT \'on\'::public.state',
        (
            'ALTER TABLE "public"."t" ALTER COLUMN "states" TYPE "public"."state"[]'
            ' USING array_replace("states"::text[], \'of\', \'off\')::"public"."state"[]'
        ),
        'DROP OPERATOR IF EXISTS "public".!= ( "public"."state", "public"."state_old" )',
        'DROP FUNCTION "public".new_old_not_equals( new_enum_val "public"."state", old_enum_val "public"."state_old" )',
        'DROP OPERATOR IF EXISTS "public".= ( "public"."state", "public"."state_old" )',
        'DROP FUNCTION "public".new_old_equals( new_enum_val "public"."state", old_enum_val "public"."state_old" )',
        'DROP TYPE "public"."state_old"',
    ]


def test_a_default_that_the_call_leaves_out_is_the_catalogs() -> None:
    assert [
        line
        for line in sent(
            """
            def upgrade():
                op.sync_enum_values("public", "state", ["on", "off"], [("t", "state")], [("of", "off")])
            """,
            before="CREATE TYPE state AS ENUM ('on', 'of'); CREATE TABLE t (state state DEFAULT 'of');",
        )
        if "DEFAULT" in line
    ] == [
        'ALTER TABLE "public"."t" ALTER COLUMN "state" DROP DEFAULT',
        'ALTER TABLE "public"."t" ALTER COLUMN "state" SET DEFAULT \'off\'::public.state',
    ]


def test_a_label_is_added() -> None:
    assert sent(
        """
        def upgrade():
            op.add_enum_value("public", "state", new_value="out", before_value="on")
        """,
        before=TABLES,
    ) == ["ALTER TYPE \"public\".\"state\" ADD VALUE 'out' AFTER 'on'"]


def test_labels_that_are_not_known_are_said() -> None:
    assert sent(
        """
        def upgrade():
            rows = op.get_bind().execute(sa.text("SELECT label FROM labels"))
            op.sync_enum_values("public", "state", [row[0] for row in rows], [])
        """,
        before=TABLES,
    )[-1].startswith("! op.sync_enum_values(): ")


@pytest.mark.parametrize(
    ("made", "create", "replace", "drop"),
    [
        (
            (
                'PGFunction(schema="public", signature="twice(n int DEFAULT 1)", definition="returns int as '
                '$$ begin n := n; return 2 * n::int; end $$ language plpgsql;")'
            ),
            (
                'CREATE FUNCTION "public"."twice"(n int DEFAULT 1) returns int as'
                " $$ begin n := n; return 2 * n::int; end $$ language plpgsql"
            ),
            [
                (
                    'CREATE OR REPLACE FUNCTION "public"."twice"(n int DEFAULT 1) returns int as'
                    " $$ begin n := n; return 2 * n::int; end $$ language plpgsql"
                )
            ],
            'DROP FUNCTION "public"."twice"(n int)',
        ),
        (
            'PGView(schema="public", signature="v", definition="SELECT id FROM t;")',
            'CREATE VIEW "public"."v" AS SELECT id FROM t;',
            None,
            'DROP VIEW "public"."v"',
        ),
        (
            'PGMaterializedView("public", "m", "SELECT id FROM t", with_data=False)',
            'CREATE MATERIALIZED VIEW "public"."m" AS SELECT id FROM t WITH NO DATA;',
            [
                'DROP MATERIALIZED VIEW IF EXISTS "public"."m";',
                'CREATE MATERIALIZED VIEW "public"."m" AS SELECT id FROM t WITH NO DATA',
            ],
            'DROP MATERIALIZED VIEW "public"."m"',
        ),
        (
            'PGExtension(schema="public", signature="citext")',
            'CREATE EXTENSION "citext" WITH SCHEMA "public";',
            None,
            'DROP EXTENSION "citext"',
        ),
        (
            'PGPolicy("public", "own", "for all to public using (id = 1)", on_entity="t")',
            "CREATE POLICY own on public.t for all to public using (id = 1)",
            [
                "DROP POLICY IF EXISTS own on public.t;",
                "CREATE POLICY own on public.t for all to public using (id = 1);",
            ],
            "DROP POLICY own on public.t",
        ),
        (
            'PGGrantTable(schema="public", table="t", role="reader", grant=PGGrantTableChoice.SELECT, columns=["id"])',
            'GRANT SELECT ( id ) ON "public"."t" TO "reader"',
            [
                'REVOKE SELECT ON "public"."t" FROM "reader"',
                'GRANT SELECT ( id ) ON "public"."t" TO "reader"',
            ],
            'REVOKE SELECT ON "public"."t" FROM "reader"',
        ),
    ],
)
def test_an_entity_is_made_replaced_and_dropped(made: str, create: str, replace: list[str] | None, drop: str) -> None:
    lines = sent(
        f"""
        from alembic_utils.pg_function import PGFunction
        from alembic_utils.pg_view import PGView
        from alembic_utils.pg_materialized_view import PGMaterializedView
        from alembic_utils.pg_extension import PGExtension
        from alembic_utils.pg_policy import PGPolicy
        from alembic_utils.pg_grant_table import PGGrantTable, PGGrantTableChoice

        ENTITY = {made}

        def upgrade():
            op.create_entity(ENTITY)
            {"op.replace_entity(ENTITY)" if replace else "pass"}
            op.drop_entity(ENTITY)
        """,
        before="CREATE TABLE t (id int)",
    )
    assert lines == [create, *(replace or []), drop]


def test_a_trigger_is_put_in_anothers_place() -> None:
    assert sent(
        """
        from alembic_utils.pg_trigger import PGTrigger

        def upgrade():
            trigger = PGTrigger(
                schema="public",
                signature="touched",
                on_entity="public.t",
                is_constraint=False,
                definition="BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION touch()",
            )
            op.replace_entity(trigger)
            op.drop_entity(trigger)
        """,
        before="CREATE TABLE t (id int); CREATE FUNCTION touch() RETURNS trigger AS '' LANGUAGE plpgsql",
    ) == [
        'DROP TRIGGER IF EXISTS "touched" ON public.t;',
        'CREATE TRIGGER "touched" BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION touch()',
        'DROP TRIGGER "touched" ON public.t',
    ]


def test_an_entity_whose_definition_is_not_known_is_said() -> None:
    assert sent(
        """
        import os
        from alembic_utils.pg_view import PGView

        def upgrade():
            op.create_entity(PGView("public", "v", os.environ["DEFINITION"]))
        """
    )[0].startswith("! op.create_entity(): ")
