"""Revisions as people write them with Alembic's operations and with SQL: what it is in words → the revision."""

REVISIONS: dict[str, str] = {
    "a batch renames": """
        def upgrade():
            with op.batch_alter_table("item", schema=None) as batch_op:
                batch_op.alter_column("note", new_column_name="remark", existing_type=sa.Text(), existing_nullable=True)
    """,
    "a batch drops": """
        def upgrade():
            with op.batch_alter_table("item") as b:
                b.drop_column("note")
    """,
    "a batch narrows a check": """
        def upgrade():
            with op.batch_alter_table("item") as b:
                b.drop_constraint(op.f("ck_item_status"), type_="check")
                b.create_check_constraint("ck_item_status", "status IN ('new')")
    """,
    "an f-string drops": """
        TABLE = "item"
        COL = "note"
        def upgrade():
            op.execute(f"ALTER TABLE {TABLE} DROP COLUMN {COL}")
    """,
    "a formatted text renames": """
        def upgrade():
            op.execute("ALTER TABLE %s RENAME COLUMN %s TO %s" % ("item", "qty", "quantity"))
    """,
    "several statements in one text": '''
        def upgrade():
            op.execute("""
                ALTER TABLE item ADD COLUMN total numeric;
                UPDATE item SET total = price * qty;
                ALTER TABLE item ALTER COLUMN total SET NOT NULL;
            """)
    ''',
    "a text with bound parameters": """
        def upgrade():
            op.execute(sa.text("UPDATE item SET status = :new WHERE status = :old").bindparams(new="done", old="new"))
    """,
    "parameters beside a text": """
        def upgrade():
            conn = op.get_bind()
            conn.execute(sa.text("UPDATE item SET note = :n WHERE id = :i"), {"n": "x", "i": 1})
    """,
    "rows that were selected are updated one by one": """
        def upgrade():
            conn = op.get_bind()
            rows = conn.execute(sa.text("SELECT id, price FROM item")).fetchall()
            for row in rows:
                conn.execute(sa.text("UPDATE item SET price = :p WHERE id = :i"), {"p": row.price * 2, "i": row.id})
    """,
    "the driver's own SQL": """
        def upgrade():
            op.get_bind().exec_driver_sql("UPDATE item SET note = %s WHERE id = %s", ("z", 1))
    """,
    "a helper of the project drops what is there": """
        from app.migrations.helpers import drop_if_there
        def upgrade():
            drop_if_there("item", "note")
    """,
    "a guard asks which tables there are": """
        def upgrade():
            insp = sa.inspect(op.get_bind())
            if "item" not in insp.get_table_names():
                op.create_table("item", sa.Column("id", sa.Integer, primary_key=True))
            else:
                op.add_column("item", sa.Column("must", sa.Integer(), nullable=False, server_default=sa.text("0")))
                op.alter_column("item", "must", server_default=None)
    """,
    "a loop renames in several tables": """
        def upgrade():
            for table in ("customer", "item"):
                op.alter_column(table, "id", new_column_name=f"{table}_id")
    """,
    "only another dialect drops": """
        def upgrade():
            if op.get_context().dialect.name == "mysql":
                op.drop_column("item", "note")
    """,
    "an exclusion": """
        from sqlalchemy.dialects.postgresql import ExcludeConstraint
        def upgrade():
            op.create_exclude_constraint("ex_item", "item", ("qty", "="), using="btree")
    """,
    "a computed column": """
        def upgrade():
            total = sa.Column("total", sa.Numeric(12, 2), sa.Computed("price * qty", persisted=True), nullable=True)
            op.add_column("item", total)
    """,
    "an identity column": """
        def upgrade():
            op.add_column("item", sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    """,
    "an enum of a new table": """
        def upgrade():
            kind = sa.Column("k", sa.Enum("a", "b", name="kind_enum"), nullable=False, server_default="a")
            op.create_table("kind", sa.Column("id", sa.Integer, primary_key=True), kind)
    """,
    "a required column whose default goes at once": """
        from sqlalchemy.dialects import postgresql
        def upgrade():
            e = postgresql.ENUM("x", "y", name="xy")
            e.create(op.get_bind())
            op.add_column("item", sa.Column("xy", e, nullable=False, server_default="x"))
            op.alter_column("item", "xy", server_default=None)
    """,
    "the schema is named": """
        def upgrade():
            op.add_column("item", sa.Column("note2", sa.Text()), schema="public")
            op.drop_column("item", "note", schema="public")
    """,
    "a foreign key is made again under another name": """
        def upgrade():
            op.drop_constraint(op.f("item_customer_id_fkey"), "item", type_="foreignkey")
            name = op.f("fk_item_customer_id_customer")
            op.create_foreign_key(name, "item", "customer", ["customer_id"], ["id"], ondelete="CASCADE")
    """,
    "comments with quotes": """
        def upgrade():
            op.create_table_comment("item", "All items: 'quoted' 100%", existing_comment=None)
            op.alter_column("item", "qty", comment="how many", existing_type=sa.Integer(), existing_nullable=False)
    """,
    "a view takes a table's place": """
        def upgrade():
            op.rename_table("item", "items")
            op.execute("CREATE VIEW item AS SELECT * FROM items")
            op.execute("GRANT SELECT, INSERT ON item TO sg_client")
    """,
    "a unique index": """
        def upgrade():
            op.create_index("uq_item_sku", "item", ["sku"], unique=True)
    """,
    "a column is filled and required": """
        def upgrade():
            op.execute("UPDATE item SET note = '' WHERE note IS NULL")
            op.alter_column("item", "note", nullable=False)
    """,
    "a block of PL/pgSQL renames": '''
        def upgrade():
            op.execute("""
            DO $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM information_schema.columns WHERE table_name = 'item' AND column_name = 'note'
                ) THEN
                    ALTER TABLE item RENAME COLUMN note TO remark;
                END IF;
            END $$;
            """)
    ''',
    "a block of PL/pgSQL makes a type": '''
        def upgrade():
            op.execute("""
            DO $$
            BEGIN
                CREATE TYPE color AS ENUM ('r', 'g');
            EXCEPTION WHEN duplicate_object THEN NULL;
            END $$;
            """)
    ''',
    "a trigger for a new column": '''
        def upgrade():
            op.add_column("item", sa.Column("updated_at", sa.DateTime()))
            op.execute("""
            CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger AS $$
            BEGIN
                NEW.updated_at = now();
                RETURN NEW;
            END;
            $$ LANGUAGE plpgsql;
            """)
            op.execute("CREATE TRIGGER trg BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION set_updated_at()")
    ''',
    "a trigger changes what is sent": """
        def upgrade():
            op.execute(
                "CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS"
                " $$BEGIN NEW.sku := upper(NEW.sku); RETURN NEW; END$$"
            )
            op.execute("CREATE TRIGGER trg BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION up()")
    """,
    "a batch on an ExitStack": """
        import contextlib
        def upgrade():
            with contextlib.ExitStack() as stack:
                b = stack.enter_context(op.batch_alter_table("item"))
                b.drop_column("note")
    """,
    "what operations are made of executes": """
        def upgrade():
            impl = op.get_context().impl
            impl.execute("ALTER TABLE item DROP COLUMN note")
    """,
    "what operations are made of drops a table": """
        def upgrade():
            op.get_context().impl.drop_table(sa.Table("item", sa.MetaData()))
    """,
    "an operation that is named by a text": """
        def upgrade():
            getattr(op, "drop_column")("item", "note")
    """,
    "an operation as an object": """
        from alembic.operations import ops
        def upgrade():
            op.invoke(ops.DropColumnOp("item", "note"))
    """,
    "a script is split": '''
        SQL = """
        ALTER TABLE item ADD COLUMN a int;
        ALTER TABLE item DROP COLUMN note;
        """
        def upgrade():
            for stmt in SQL.split(";"):
                if stmt.strip():
                    op.execute(stmt)
    ''',
    "a class gathers operations": """
        class Migrator:
            def __init__(self, table):
                self.table = table
            def drop(self, *names):
                for n in names:
                    op.drop_column(self.table, n)
                return self
        def upgrade():
            Migrator("item").drop("data", "note")
    """,
    "a decorated upgrade": """
        import functools
        def only_pg(f):
            @functools.wraps(f)
            def inner(*a, **k):
                if op.get_bind().dialect.name == "postgresql":
                    return f(*a, **k)
            return inner
        @only_pg
        def upgrade():
            op.drop_column("item", "note")
    """,
    "a generator gives the columns": """
        def cols():
            yield "tags"
            yield "note"
        def upgrade():
            for c in cols():
                op.drop_column("item", c)
    """,
    "a comprehension drops what nobody reads": """
        def upgrade():
            [op.drop_column("item", c) for c in ("tags", "data")]
    """,
    "a query guards a drop": """
        def upgrade():
            bind = op.get_bind()
            columns = "SELECT 1 FROM information_schema.columns WHERE table_name = 'item' AND column_name = 'note'"
            exists = bind.execute(sa.text(columns)).first()
            if exists:
                op.drop_column("item", "note")
    """,
    "a count guards an update": """
        def upgrade():
            n = op.get_bind().execute(sa.text("SELECT count(*) FROM item")).scalar()
            if n:
                op.execute("UPDATE item SET note = 'has rows'")
    """,
    "a view is dropped and made around a retype": """
        def upgrade():
            op.execute("DROP VIEW IF EXISTS v_item")
            op.alter_column("item", "price", type_=sa.Numeric(12, 2), existing_type=sa.Numeric(10, 2))
            op.execute("CREATE VIEW v_item AS SELECT id, price FROM item")
    """,
    "a text speaks of DROP TABLE": """
        def upgrade():
            op.execute('''UPDATE customer SET name = 'a; DROP TABLE item;' WHERE id = 1''')
    """,
    "a primary key is made again": """
        def upgrade():
            op.drop_constraint("item_pkey", "item", type_="primary")
            op.create_primary_key("item_pkey", "item", ["id"])
    """,
    "a default is dropped and set again": """
        def upgrade():
            op.alter_column("item", "qty", server_default=None)
            op.alter_column("item", "qty", server_default="1")
    """,
    "an identity takes a serial's place": """
        def upgrade():
            op.alter_column("item", "id", server_default=None)
            op.alter_column("item", "id", server_default=sa.Identity(always=True, start=3))
    """,
    "rows go in a WITH": """
        def upgrade():
            op.execute("WITH gone AS (DELETE FROM item WHERE qty > 2 RETURNING *) SELECT count(*) FROM gone")
    """,
}

BEFORE: dict[str, str] = {
    "a view is dropped and made around a retype": "create view v_item as select id, price from item;",
}
