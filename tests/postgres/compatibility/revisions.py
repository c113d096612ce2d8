"""Changes of cases as Alembic revisions write them: the case in words → the body of `upgrade()`."""

REVISIONS: dict[str, str] = {
    "a type of an extension gets another modifier": """
        op.alter_column("t", "a", type_=Vector(5), postgresql_using="(a::text || ',0,0')::vector")
    """,
    "a type of an extension loses its modifier": """
        op.execute(sa.text("ALTER TABLE t ALTER COLUMN a TYPE vector"))
    """,
    "a type of an extension gets the modifier that was promised": """
        op.alter_column("t", "a", type_=Vector(3))
    """,
    "USING changes the unit under the same type": """
        op.alter_column("t", "a", type_=sa.Numeric(12, 2), postgresql_using="a * 100")
    """,
    "USING changes the unit under a wider type": """
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", type_=sa.BigInteger(), postgresql_using="(a * 100)::bigint")
    """,
    "USING casts the column to its new type": """
        op.alter_column("t", "a", existing_type=sa.Integer(), type_=sa.BigInteger(), postgresql_using="a::bigint")
    """,
    "USING casts an enum through text to a wider one": """
        op.alter_column("t", "a", type_=sa.Enum(name="mood", create_type=False), postgresql_using="a::text::mood")
    """,
    "every row gets another value": """
        t = sa.table("t", sa.column("a", sa.Integer()))
        op.execute(t.update().values(a=t.c.a * 100))
    """,
    "rows that had no value get one": """
        t = sa.table("t", sa.column("a", sa.Integer()))
        op.execute(t.update().values(a=sa.func.coalesce(t.c.a, 1)))
    """,
    "a generated column loses its expression": """
        op.execute("ALTER TABLE t ALTER COLUMN a DROP EXPRESSION")
    """,
    "a generated column is made again with another expression": """
        op.drop_column("t", "a")
        op.add_column("t", sa.Column("a", sa.Integer(), sa.Computed("net * 3", persisted=True)))
    """,
    "a column that a generated one is made of is renamed, and no contract names it": """
        op.alter_column("t", "net", new_column_name="gross")
    """,
    "the function of a generated column is dropped with CASCADE": """
        op.execute("DROP FUNCTION norm(text) CASCADE")
    """,
    "the function of a view is dropped with CASCADE": """
        op.execute(sa.DDL("DROP FUNCTION IF EXISTS norm CASCADE"))
    """,
    "the function of a required column's default is dropped with CASCADE": """
        for name in ("fresh",):
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    """,
    "another function of the same name is dropped with CASCADE": """
        op.get_bind().execute(sa.text("DROP FUNCTION norm(text, text) CASCADE"))
    """,
    "the function in a default does otherwise": """
        op.execute("CREATE OR REPLACE FUNCTION fresh() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$")
    """,
    "a function is replaced by the same one in other lines": """
        op.execute('''
            CREATE OR REPLACE FUNCTION fresh() RETURNS int LANGUAGE sql AS
            $$
                select 1
            $$
        ''')
    """,
    "the function that the query calls is dropped": """
        op.execute("DROP FUNCTION twice(int)")
    """,
    "an attribute is dropped that the query takes out": """
        op.execute("ALTER TYPE pair DROP ATTRIBUTE x")
    """,
    "an attribute is dropped, and the query takes another one out": """
        op.execute("ALTER TYPE pair DROP ATTRIBUTE IF EXISTS y CASCADE")
    """,
    "a column of a table is dropped whose row type is under contract": """
        op.drop_column("pair", "x")
    """,
    "an attribute gets another name": """
        op.execute("ALTER TYPE pair RENAME ATTRIBUTE x TO z")
    """,
    "an attribute gets another name, and values are taken whole": """
        op.execute("ALTER TYPE pair RENAME ATTRIBUTE x TO z CASCADE")
    """,
    "a composite type has one more attribute": """
        op.execute("ALTER TYPE public.pair ADD ATTRIBUTE z integer")
    """,
    "a composite type has one more attribute, and the query takes one out": """
        op.execute("ALTER TYPE public.pair ADD ATTRIBUTE z integer")
    """,
    "a domain gets a check": """
        op.execute("ALTER DOMAIN pct ADD CONSTRAINT small CHECK (VALUE <= 2)")
    """,
    "a domain gets a check that the writer keeps anyway": """
        op.execute("ALTER DOMAIN pct ADD CHECK (VALUE <= 100)")
    """,
    "a domain loses the check that keeps a promised bound": """
        op.execute("ALTER DOMAIN public.pct DROP CONSTRAINT IF EXISTS pct_check")
    """,
    "a domain refuses NULL": """
        op.execute("ALTER DOMAIN pct SET NOT NULL")
    """,
    "a domain's constraint gets another name": """
        op.execute("ALTER DOMAIN pct RENAME CONSTRAINT pct_check TO at_most_100")
    """,
    "the view leaves out some rows": """
        op.execute("CREATE OR REPLACE VIEW t AS SELECT shop::bigint AS id, sum(amount) AS total"
                   " FROM sale WHERE kind <> 'refund' GROUP BY shop")
    """,
    "a view in between leaves out some rows": """
        op.execute("CREATE OR REPLACE VIEW sold AS SELECT shop, amount FROM sale WHERE kind = 'sold'")
    """,
    "the values below a view are converted": """
        body = "SELECT shop::bigint AS id, sum(amount) AS total FROM sale GROUP BY shop"
        op.execute("DROP VIEW t")
        op.alter_column("sale", "amount", type_=sa.Integer(), postgresql_using="amount * 100")
        op.execute(f"CREATE VIEW t AS {body}")
        op.execute("GRANT SELECT ON t TO sg_client")
    """,
    "the view is replaced by the same query in another spelling": """
        op.execute(sa.text("CREATE OR REPLACE VIEW public.t AS"
                           " SELECT shop::bigint AS id, sum(amount) AS total FROM sale GROUP BY sale.shop"))
    """,
    "the view gets one more column": """
        op.execute("CREATE OR REPLACE VIEW t AS SELECT id, amount::bigint AS total, kind FROM sale")
    """,
    "a column below the view is renamed, and the view replaced with the new name": """
        op.alter_column("sale", "amount", new_column_name="cents")
        op.execute("CREATE OR REPLACE VIEW t AS"
                   " SELECT shop::bigint AS id, sum(cents) AS total FROM sale GROUP BY shop")
    """,
    "a materialized view is made again without data": """
        op.execute("DROP MATERIALIZED VIEW t")
        op.execute("CREATE MATERIALIZED VIEW t AS SELECT id, amount::bigint AS total FROM sale WITH NO DATA")
        op.execute("GRANT SELECT ON t TO sg_client")
    """,
    "a materialized view is emptied": """
        op.execute("REFRESH MATERIALIZED VIEW t WITH NO DATA")
    """,
    "a materialized view is emptied on which a view stands": """
        op.execute("REFRESH MATERIALIZED VIEW held WITH NO DATA")
    """,
    "a materialized view is emptied and filled": """
        op.execute("REFRESH MATERIALIZED VIEW t WITH NO DATA")
        op.execute("REFRESH MATERIALIZED VIEW t")
    """,
    "row security is on below a view that asks for the reader's own rights": """
        op.execute("ALTER TABLE base ENABLE ROW LEVEL SECURITY")
    """,
    "row security is on below a view of its owner": """
        op.execute("ALTER TABLE base ENABLE ROW LEVEL SECURITY")
    """,
    "a view asks for the reader's own rights where row security is on": """
        op.execute("ALTER VIEW t SET (security_invoker = true)")
    """,
    "a view asks for the reader's own rights, and a policy shows them all": """
        op.execute("ALTER VIEW t SET (security_invoker = true)")
    """,
    "a view is replaced by one that asks for the reader's own rights": """
        op.execute("CREATE OR REPLACE VIEW t WITH (security_invoker = on) AS SELECT id, tenant FROM base")
    """,
}
