"""Attacks, and healthy changes like them, as Alembic revisions write them: the case in words → `upgrade()`."""

ATTACKS: dict[str, str] = {
    "a row is put in that is out of the promised bounds": """
        t = sa.table("t", sa.column("id", sa.BigInteger()), sa.column("a", sa.Integer()))
        op.bulk_insert(t, [{"id": 6, "a": 50}, {"id": 7, "a": 500}])
    """,
    "a value is put in that was promised never to arrive": """
        op.get_bind().execute(sa.text("insert into t (id, b) values (:id, :b)"), [{"id": 7, "b": "z"}])
    """,
    "a value is written that was promised never to arrive": """
        t = sa.table("t", sa.column("id"), sa.column("b", sa.Text()))
        op.execute(t.update().values(b="z").where(t.c.id == 1))
    """,
    "a number is written that is out of the promised bounds": """
        op.execute(sa.text("update t set a = :a").bindparams(a=500))
    """,
    "a partition with rows is attached": """
        op.execute("ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (10) TO (20)")
    """,
    "rows below a materialised view change, and it is filled": """
        base = sa.table("base", sa.column("a", sa.Integer()))
        op.execute(base.update().values(a=0))
        op.execute("REFRESH MATERIALIZED VIEW public.t")
    """,
    "an operator is dropped that the query uses": """
        op.execute(sa.text("DROP OPERATOR IF EXISTS public.=== (integer, integer)"))
    """,
    "the function of an operator does otherwise": """
        op.execute('''
            CREATE OR REPLACE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS $f$ SELECT $1 * 3 $f$
        ''')
    """,
    "a serial becomes an identity that begins at one": """
        op.alter_column("t", "id", server_default=None)
        op.execute("DROP SEQUENCE t_id_seq")
        op.alter_column("t", "id", server_default=sa.Identity(always=False))
    """,
    "a foreign key is made again after two tables have changed their names": """
        op.drop_constraint("t_a_fkey", "t", type_="foreignkey")
        op.rename_table("o", "o2")
        op.rename_table("p", "o")
        op.execute(sa.insert(sa.table("o", sa.column("id"))).values(id=5))
        op.create_foreign_key("t_a_fkey", "t", "o", ["a"], ["id"])
    """,
    "the right to call the query's function is revoked": """
        op.execute("REVOKE EXECUTE ON FUNCTION twice(integer) FROM PUBLIC")
    """,
    "the right to write what a trigger writes is revoked": """
        op.execute(sa.DDL("REVOKE INSERT ON TABLE logs FROM {client}"))
    """,
    "the right of a view's owner is revoked": """
        for relation in ("base",):
            op.execute(f"REVOKE SELECT ON {relation} FROM {views}")
    """.replace("{views}", "schemaguard_views"),
}
HEALTHY: dict[str, str] = {
    "a row is put in that is within the promised bounds": """
        t = sa.table("t", sa.column("id", sa.BigInteger()), sa.column("a", sa.Integer()), sa.column("b", sa.Text()))
        op.bulk_insert(t, [{"id": 7, "a": 50, "b": "x"}, {"id": 8, "a": 0, "b": None}])
    """,
    "a listed value is put in": """
        op.get_bind().exec_driver_sql("INSERT INTO t (id, b) VALUES (%s, %s)", (7, "y"))
    """,
    "a column changes that a materialised view doesn't show, and it is filled": """
        op.execute(sa.update(sa.table("base", sa.column("c", sa.Integer()))).values(c=0))
        op.execute("REFRESH MATERIALIZED VIEW t")
    """,
    "an operator is dropped and made again as it was": """
        op.execute("DROP OPERATOR === (int, int)")
        op.execute("CREATE OPERATOR === (leftarg = int, rightarg = int, function = alike)")
    """,
    "an identity is made again and goes on behind the rows": """
        op.alter_column("t", "id", server_default=None, existing_server_default=sa.Identity(always=False))
        op.alter_column("t", "id", server_default=sa.Identity(always=False))
        op.execute("SELECT setval(pg_get_serial_sequence('t', 'id'), max(id)) FROM t")
    """,
    "a foreign key is made again to the same table": """
        with op.batch_alter_table("t") as batch:
            batch.drop_constraint("t_a_fkey", type_="foreignkey")
            batch.create_foreign_key("t_a_fkey", "o", ["a"], ["id"])
    """,
}
