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
}
