"""Attacks on marked values: what a revision says, and what may be retired at most."""

from dataclasses import dataclass

ANYTHING = None
NOTHING: frozenset[str] = frozenset()
LONG = "l" * 70


@dataclass(frozen=True)
class Attack:
    """`lines` are SQL, or Python where they call `op` or open a block; `retired` is what alone may be (None: anything)."""

    name: str
    lines: tuple[str, ...]
    retired: frozenset[str] | None = ANYTHING
    is_about_rows: bool = False
    """It changes or deletes rows, which is free where no contract names the table."""

    @property
    def is_sql(self) -> bool:
        return not any(line.startswith(("op.", "with ", "m ", " ", "m.")) for line in self.lines)


def _drop(name: str, *lines: str, retired: str | None = None) -> Attack:
    return Attack(name, lines, frozenset({retired}) if retired else (ANYTHING if retired is None else NOTHING))


def _rows(name: str, *lines: str) -> Attack:
    return Attack(name, lines, is_about_rows=True)


DROPS = (
    _drop("op.drop_column", 'op.drop_column("t", "n")', retired="public.t.n"),
    _drop("op.drop_column below a view", 'op.drop_column("t", "a")'),
    _drop("op.drop_table with an inbound key", 'op.drop_table("t")'),
    _drop("no COLUMN", "ALTER TABLE t DROP n", retired="public.t.n"),
    _drop("hidden by comments", "ALTER/**/TABLE/* x */ t DROP/*c*/COLUMN n -- hi", retired="public.t.n"),
    _drop("two statements at once", "ALTER TABLE t DROP COLUMN n; ALTER TABLE t DROP COLUMN big"),
    _drop("behind a SELECT", "SELECT 1; DROP TABLE u"),
    _drop("CASCADE", "DROP TABLE t CASCADE"),
    _drop("DROP SCHEMA CASCADE", "DROP SCHEMA s2 CASCADE"),
    _drop("DROP OWNED", "DROP OWNED BY CURRENT_USER"),
    _drop("SET SCHEMA, then drop", "ALTER TABLE u SET SCHEMA s2", "DROP TABLE s2.u"),
    _drop("rename, then drop", 'op.rename_table("u", "u_old")', 'op.drop_table("u_old")'),
    _drop("rename the column, then drop it", "ALTER TABLE t RENAME n TO n2", "ALTER TABLE t DROP COLUMN n2"),
    _drop("in an autocommit block", "with op.get_context().autocommit_block():", "    op.drop_column('t', 'n')"),
    _drop("search_path", "SET LOCAL search_path = s2, public", "ALTER TABLE t DROP COLUMN a", retired="s2.t.a"),
    Attack("a temporary table of the same name", ("CREATE TEMP TABLE other (x int)", "DROP TABLE other"), NOTHING),
    Attack(
        "a column of a temporary table", ("CREATE TEMP TABLE t (a int, zz int)", "ALTER TABLE t DROP COLUMN a"), NOTHING
    ),
    Attack("pg_temp", ("CREATE TEMP TABLE other (x int)", "DROP TABLE pg_temp.other"), NOTHING),
    _drop("a partition", 'op.drop_table("pt1")'),
    _drop(
        "a partition that is made again",
        'op.drop_table("pt1")',
        "CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10)",
    ),
    _drop("an inherited column", 'op.drop_column("par", "a")'),
    _drop("ONLY the parent's column", "ALTER TABLE ONLY par DROP COLUMN a", retired="public.par.a"),
    _drop("DROP TYPE CASCADE", "DROP TYPE mood CASCADE"),
    _drop("DROP DOMAIN CASCADE", "DROP DOMAIN dom CASCADE"),
    _drop("DROP ATTRIBUTE", "ALTER TYPE comp DROP ATTRIBUTE x CASCADE"),
    _drop("DROP TYPE of a composite", "DROP TYPE comp CASCADE"),
    _drop("a materialized view", "DROP MATERIALIZED VIEW mv"),
    _drop("an umlaut that isn't quoted", "DROP TABLE Üb"),
    _drop("an umlaut", 'DROP TABLE "Üb"', retired="public.Üb"),
    _drop("U&", 'DROP TABLE U&"\\00dcb"'),
    _drop("a truncated name", f'DROP TABLE "{LONG}"'),
    _drop("a quoted name", 'DROP TABLE "a""b"', retired='public.a"b'),
    _drop("a quoted column", 'ALTER TABLE "a""b" DROP COLUMN "C d"', retired='public.a"b.C d'),
    _drop("in a DO block", "DO $$ BEGIN EXECUTE 'alter table public.' || 't drop column n'; END $$"),
    _drop(
        "in a DO block that does more",
        "DO $$ BEGIN CREATE TABLE made (i int); ALTER TABLE public.t DROP COLUMN n; INSERT INTO made VALUES (7); END $$",
    ),
    _drop("in a function", "SELECT dropping()"),
    _drop("in a function of a table", "CREATE TABLE ct AS SELECT dropping() x"),
    _drop("add and drop in one ALTER", "ALTER TABLE t ADD COLUMN q int, DROP COLUMN n", retired="public.t.n"),
    _drop(
        "drop, add again, fill", "ALTER TABLE t DROP COLUMN n", "ALTER TABLE t ADD COLUMN n int", "UPDATE t SET n = 1"
    ),
    _drop(
        "IF EXISTS, twice",
        "ALTER TABLE IF EXISTS ONLY public.t DROP COLUMN IF EXISTS n RESTRICT",
        "ALTER TABLE t DROP COLUMN IF EXISTS n",
        retired="public.t.n",
    ),
    _drop("metadata.drop_all", 'm = sa.MetaData(); m.reflect(op.get_bind(), only=["u"]); m.drop_all(op.get_bind())'),
    _drop(
        "search_path after a drop that found nothing",
        "DROP TABLE IF EXISTS nothere",
        "SET LOCAL search_path TO s2, public",
        "DROP TABLE only2",
        retired="s2.only2",
    ),
    _drop(
        "another table by search_path",
        "DROP TABLE IF EXISTS nothere",
        "SET LOCAL search_path TO s2, public",
        "ALTER TABLE t DROP COLUMN a",
        retired="s2.t.a",
    ),
    _drop("made from a temporary table", "CREATE TEMP TABLE other AS SELECT 1 x", 'op.drop_table("other")'),
    _drop(
        "a function's cascade on a generated column",
        "CREATE FUNCTION ff(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'select $1'",
        "ALTER TABLE t ADD COLUMN gen text GENERATED ALWAYS AS (ff(a)) STORED",
        "DROP FUNCTION ff CASCADE",
    ),
    _drop("a primary key's column", "ALTER TABLE u DROP COLUMN id"),
    _drop("the last column", "ALTER TABLE s2.t DROP COLUMN id", "ALTER TABLE s2.t DROP COLUMN a"),
    _drop(
        "what was just retired",
        "ALTER TABLE t DROP COLUMN n",
        "DO $$ DECLARE c text; BEGIN SELECT attname INTO c FROM pg_attribute WHERE attrelid = 't'::regclass AND attname LIKE '%\\_n'; EXECUTE format('alter table t drop column %I', c); END $$",
    ),
    _drop("replica role", "SET LOCAL session_replication_role = replica", "ALTER TABLE t DROP COLUMN n"),
    _drop("constraints immediate", "SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE t DROP COLUMN n"),
    _drop("in a savepoint", "SAVEPOINT mine", "ALTER TABLE t DROP COLUMN n", "RELEASE SAVEPOINT mine"),
    _drop("two tables in one DROP", "DROP TABLE u, other"),
    _drop("a table and a column of another", "DROP TABLE u; ALTER TABLE other DROP COLUMN a"),
    _drop("extension cascade", "DROP EXTENSION plpgsql CASCADE"),
    _drop(
        "attach to a table of its own and drop that",
        "CREATE TABLE box (LIKE pt1) PARTITION BY RANGE (k)",
        "ALTER TABLE pt DETACH PARTITION pt1",
        "ALTER TABLE box ATTACH PARTITION pt1 FOR VALUES FROM (0) TO (10)",
        "DROP TABLE box",
    ),
    _drop(
        "a swap with a table of the same name",
        "CREATE TABLE fresh AS SELECT * FROM other WHERE false",
        "DROP TABLE other",
        "ALTER TABLE fresh RENAME TO other",
    ),
)
RETYPES = tuple(
    Attack(f"retype: {line}", (line,))
    for line in (
        "ALTER TABLE t ALTER COLUMN b TYPE varchar(2) USING left(b, 2)",
        "ALTER TABLE t ALTER COLUMN b TYPE varchar(2) USING b::varchar(2)",
        "ALTER TABLE t ALTER COLUMN n TYPE bigint USING 0",
        "ALTER TABLE t ALTER COLUMN big TYPE int USING (big % 100)::int",
        "ALTER TABLE t ALTER COLUMN n TYPE text USING NULL",
        "ALTER TABLE t ALTER COLUMN b TYPE text USING NULL",
        "ALTER TABLE t ALTER COLUMN b TYPE text USING md5(b)",
        "ALTER TABLE t ALTER COLUMN b TYPE jsonb USING '{}'::jsonb",
        "ALTER TABLE t ALTER COLUMN n TYPE bigint USING (n / 100000)",
        "ALTER TABLE t ALTER n TYPE bigint USING -n::bigint",
        "ALTER TABLE js ALTER COLUMN ts TYPE timestamptz(0)",
        "ALTER TABLE js ALTER COLUMN ts TYPE date",
        "ALTER TABLE js ALTER COLUMN arr TYPE text USING arr[1]",
        "ALTER TABLE t ADD COLUMN q int, ALTER COLUMN n TYPE bigint USING 1",
        "DO $$ BEGIN ALTER TABLE public.t ALTER COLUMN n TYPE bigint USING 0; END $$",
        'op.alter_column("t", "n", type_=sa.SmallInteger(), postgresql_using="(n / 100000)::smallint")',
        'op.alter_column("t", "n", type_=sa.BigInteger(), postgresql_using="0")',
        'op.alter_column("t", "b", type_=sa.String(2), postgresql_using="left(b,2)")',
        'op.alter_column("t", "b", type_=sa.Integer(), postgresql_using="length(b)")',
        "ALTER TABLE pt ALTER COLUMN a TYPE varchar(1) USING left(a, 1)",
        "ALTER TABLE par ALTER COLUMN a TYPE varchar(1) USING left(a, 1)",
    )
)
ROWS = (
    _rows("truncate", "TRUNCATE t CASCADE"),
    _rows("truncate a partition", "TRUNCATE pt1"),
    _rows("truncate a child", "TRUNCATE kid"),
    _rows("truncate the parent", "TRUNCATE par"),
    _rows("delete", "DELETE FROM t"),
    _rows("delete from a partition", "DELETE FROM pt2"),
    _rows("delete through a view", "DELETE FROM v"),
    _rows(
        "insert with a delete",
        "WITH d AS (DELETE FROM u RETURNING *) INSERT INTO other SELECT id, 'x' FROM d WHERE id = 2",
    ),
    _rows("merge delete", "MERGE INTO u USING other o ON u.id = o.id WHEN MATCHED THEN DELETE"),
    _rows("merge update", "MERGE INTO u USING other o ON u.id = o.id WHEN MATCHED THEN UPDATE SET a = NULL"),
    _rows("copy a delete", "COPY (DELETE FROM u RETURNING *) TO '/dev/null'"),
    _rows("explain analyze", "EXPLAIN (ANALYZE 1) DELETE FROM u"),
    _rows("prepared", "PREPARE q AS DELETE FROM u", "EXPLAIN ANALYZE EXECUTE q"),
    _rows("execute", "PREPARE q2 AS DELETE FROM u", "EXECUTE q2"),
    _rows("call", "CALL wipe_p()"),
    _rows("a function", "SELECT wipe()"),
    _rows("a function over a table", "SELECT wipe() FROM other"),
    _rows("a function in WHERE", "SELECT * FROM other WHERE wipe() = 1"),
    _rows("a function in VALUES", "INSERT INTO other VALUES (99, wipe()::text)"),
    _rows("a function in INSERT … SELECT", "INSERT INTO other SELECT 98, wipe()::text"),
    _rows("CREATE TABLE AS", "CREATE TABLE ct AS SELECT wipe() x"),
    _rows("CREATE MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW mw AS SELECT wipe() x"),
    _rows("a view that calls it", "CREATE VIEW vw AS SELECT wipe() w", "SELECT * FROM vw"),
    _rows(
        "a trigger that deletes",
        "CREATE TRIGGER w AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION wipe_trg()",
        "INSERT INTO other VALUES (5, 'x')",
    ),
    _rows("update", "UPDATE t SET a = NULL"),
    _rows("update with a parameter", 'op.execute(sa.text("UPDATE t SET a = :x").bindparams(x="gone"))'),
    _rows(
        "a delete with many parameters",
        'op.get_bind().execute(sa.text("DELETE FROM u WHERE id = :i"), [{"i": 1}, {"i": 2}])',
    ),
    _rows("behind a dollar quote", "SELECT $q$ ; $q$; DELETE FROM u"),
    _rows("behind nested comments", "/* /* */ SELECT 1; */ DELETE FROM u"),
    _rows("upsert", "INSERT INTO other VALUES (1, 'gone') ON CONFLICT (id) DO UPDATE SET a = excluded.a"),
    _rows("a rule", "CREATE RULE r AS ON INSERT TO other DO ALSO DELETE FROM u", "INSERT INTO other VALUES (6, 'x')"),
    _rows("the cascade of a key", "DELETE FROM t WHERE id = 1"),
    _rows("replica role, then delete", "SET LOCAL session_replication_role = replica", "DELETE FROM u"),
    _rows("replica role, then truncate", "SET LOCAL session_replication_role = replica", "TRUNCATE u"),
    _rows(
        "a trigger that overwrites",
        "CREATE FUNCTION o() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := 'gone'; RETURN new; END $$",
        "CREATE TRIGGER o BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION o()",
        "ALTER TABLE other ADD COLUMN z int",
        "UPDATE other SET z = 1",
    ),
    _rows("update of the child through the parent", "UPDATE par SET a = 'gone'"),
    _rows("update of a partition", "UPDATE pt1 SET a = 'gone'"),
    _rows("DO with a delete", "DO $$ BEGIN DELETE FROM public.u; END $$"),
    _rows("disable the trigger, then delete", "ALTER TABLE u DISABLE TRIGGER USER", "DELETE FROM u"),
    _rows("drop the trigger, then delete", "DROP TRIGGER zz_schemaguard_rows ON u", "DELETE FROM u"),
    _rows("the setting taken back", "SELECT set_config('schemaguard.revision', '', false)", "DELETE FROM u"),
    _rows("the hatch", "SET LOCAL schemaguard.permit = 'x'", "DROP TABLE u"),
)
CONTROL = tuple(
    Attack(f"control: {lines[0]}", lines, NOTHING)
    for lines in (
        ("UPDATE schemaguard.pointer SET epoch = epoch + 1",),
        ("DELETE FROM schemaguard.applied_change",),
        ("TRUNCATE schemaguard.ledger",),
        ("DROP TABLE schemaguard.server_lease",),
        (
            "CREATE OR REPLACE FUNCTION schemaguard.refuse_held_revision() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$",
        ),
        ("DROP SCHEMA schemaguard CASCADE",),
        ("SELECT schemaguard.allow('t'::regclass, 0::int2, 'any')", "DROP TABLE t"),
        ("DROP EVENT TRIGGER schemaguard_drop", "DROP TABLE u"),
        ("ALTER EVENT TRIGGER schemaguard_drop DISABLE", "DROP TABLE u"),
    )
)
HIDING = (
    Attack("rename a column", ("ALTER TABLE t RENAME a TO a2",)),
    Attack("rename a table", ("ALTER TABLE u RENAME TO u2",)),
    Attack("rename a table as an index", ("ALTER INDEX u RENAME TO u2",)),
    Attack("rename a schema", ("ALTER SCHEMA s2 RENAME TO s3",)),
    Attack("move a table", ("ALTER TABLE u SET SCHEMA s2",)),
    Attack("detach a partition", ("ALTER TABLE pt DETACH PARTITION pt1",)),
    Attack(
        "swap two columns",
        ("ALTER TABLE t RENAME a TO tmp", "ALTER TABLE t RENAME b TO a", "ALTER TABLE t RENAME tmp TO b"),
    ),
    Attack("rename and put an empty one in its place", ("ALTER TABLE u RENAME TO u2", "CREATE TABLE u (LIKE u2)")),
    Attack("no inherit", ("ALTER TABLE kid NO INHERIT par",)),
    Attack("rename an enum's label", ("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",)),
    Attack("rename in a DO block", ("DO $$ BEGIN EXECUTE 'alter table public.u rename to u2'; END $$",)),
)
"""What a version that serves reads goes out of its sight: refused under its contract, and free without one."""
ORDINARY = (
    ('op.add_column("t", sa.Column("z", sa.Text()))',),
    ('op.add_column("t", sa.Column("z", sa.Integer(), nullable=False, server_default="0"))',),
    (
        'op.create_table("fresh", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("x", sa.Text(), unique=True))',
    ),
    ('op.create_index("ix", "t", ["n"])',),
    (
        "with op.get_context().autocommit_block():",
        "    op.create_index('ix', 't', ['n'], postgresql_concurrently=True)",
    ),
    ('op.create_unique_constraint("uq", "t", ["n"])',),
    ('op.alter_column("t", "n", nullable=False)',),
    ('op.alter_column("t", "b", server_default=None)',),
    ('op.alter_column("t", "n", type_=sa.BigInteger())',),
    ('op.alter_column("u", "a", new_column_name="a2")',),
    ('op.rename_table("u", "u2")',),
    ("CREATE VIEW w AS SELECT id, n FROM t",),
    ("CREATE TYPE color AS ENUM ('red', 'blue')",),
    (
        'op.bulk_insert(sa.table("other", sa.column("id", sa.Integer()), sa.column("a", sa.Text())), [{"id": 8, "a": "x"}, {"id": 9, "a": "y"}])',
    ),
    ('op.add_column("t", sa.Column("z", sa.Text()))', "UPDATE t SET z = 'filled' WHERE z IS NULL"),
    ("CREATE SEQUENCE sq START 100",),
    ("ANALYZE t",),
    ("CREATE FUNCTION plus(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$",),
    ("ALTER TABLE t ALTER COLUMN a SET STATISTICS 200",),
    ('op.drop_table("other")',),
    ("CREATE TEMP TABLE z ON COMMIT DROP AS SELECT 1 a",),
    ("ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y', ADD CONSTRAINT ck CHECK (n > 0) NOT VALID",),
    ("CREATE MATERIALIZED VIEW mw AS SELECT count(*) AS n, now() AS at FROM t",),
    ("ALTER TABLE t ADD COLUMN q int, DROP COLUMN n",),
    ("DO $$ BEGIN CREATE TABLE made (i int); ALTER TABLE public.t DROP COLUMN n; INSERT INTO made VALUES (7); END $$",),
    ("DROP VIEW v", "CREATE VIEW v AS SELECT id, a, b FROM t"),
    ("CREATE TABLE scratch (i int)", "DROP TABLE scratch"),
    ("ALTER TABLE t ALTER COLUMN n TYPE bigint USING n::bigint",),
    ("ALTER TABLE t DROP COLUMN n; ALTER TABLE t DROP COLUMN big",),
    ("ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE",),
    ('op.drop_index("t_a")',),
)
"""Ordinary revisions, after which the schema in sight is plain Alembic's."""
