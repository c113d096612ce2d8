"""PostgreSQL 18's commands, one by one, and what each becomes: the table behind docs/commands.md and its tests.

The list is that of https://www.postgresql.org/docs/18/sql-commands.html.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command, an example of it, and the kinds of changes that the example becomes."""

    name: str
    example: str
    becomes: tuple[str, ...]
    note: str = ""

    @property
    def effect(self) -> str:
        """`change`, `no effect` (on what a catalog shows) or `opaque`."""
        if set(self.becomes) == {"NoEffect"}:
            return "no effect"
        return "opaque" if set(self.becomes) == {"Opaque"} else "change"


def _command(name: str, example: str, becomes: str, note: str = "") -> Command:
    return Command(name, example, tuple(becomes.split(", ")), note)


def _action(name: str, example: str, becomes: str, note: str = "") -> Command:
    return Command(name, f"ALTER TABLE t {example}", tuple(becomes.split(", ")), note)


COMMANDS = (
    _command("ABORT", "ABORT", "ControlTransaction"),
    _command("ALTER AGGREGATE", "ALTER AGGREGATE total(integer) RENAME TO sum_of", "RenameObject"),
    _command("ALTER COLLATION", "ALTER COLLATION german REFRESH VERSION", "NoEffect"),
    _command("ALTER CONVERSION", "ALTER CONVERSION c RENAME TO d", "NoEffect"),
    _command("ALTER DATABASE", "ALTER DATABASE app SET timezone = 'UTC'", "NoEffect", "it holds for later sessions"),
    _command(
        "ALTER DEFAULT PRIVILEGES",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader",
        "NoEffect",
        "it holds for objects made later",
    ),
    _command(
        "ALTER DOMAIN", "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID", "AlterDomain"
    ),
    _command("ALTER EVENT TRIGGER", "ALTER EVENT TRIGGER audit DISABLE", "NoEffect"),
    _command(
        "ALTER EXTENSION",
        "ALTER EXTENSION hstore UPDATE TO '1.8'",
        "NoEffect",
        "an update runs the extension's own script",
    ),
    _command("ALTER FOREIGN DATA WRAPPER", "ALTER FOREIGN DATA WRAPPER dbi OPTIONS (ADD foo '1')", "NoEffect"),
    _command(
        "ALTER FOREIGN TABLE",
        "ALTER FOREIGN TABLE remote ADD COLUMN a integer, OPTIONS (SET delimiter ';')",
        "AddColumn, SetTableOption",
    ),
    _command(
        "ALTER FUNCTION",
        "ALTER FUNCTION f(integer) SET SCHEMA app",
        "MoveObject",
        "of its options only STRICT and SET search_path count",
    ),
    _command("ALTER GROUP", "ALTER GROUP staff ADD USER ada", "NoEffect"),
    _command("ALTER INDEX", "ALTER INDEX i RENAME TO j", "RenameObject"),
    _command("ALTER LANGUAGE", "ALTER LANGUAGE plsample OWNER TO ada", "NoEffect"),
    _command("ALTER LARGE OBJECT", "ALTER LARGE OBJECT 12345 OWNER TO ada", "NoEffect"),
    _command("ALTER MATERIALIZED VIEW", "ALTER MATERIALIZED VIEW m RENAME COLUMN a TO b", "RenameColumn"),
    _command("ALTER OPERATOR", "ALTER OPERATOR @@ (text, text) OWNER TO ada", "NoEffect"),
    _command("ALTER OPERATOR CLASS", "ALTER OPERATOR CLASS c USING btree RENAME TO d", "NoEffect"),
    _command("ALTER OPERATOR FAMILY", "ALTER OPERATOR FAMILY f USING btree RENAME TO g", "NoEffect"),
    _command("ALTER POLICY", "ALTER POLICY own ON t USING (owner = current_user)", "CreatePolicy"),
    _command("ALTER PROCEDURE", "ALTER PROCEDURE p(integer) OWNER TO ada", "ChangeOwner"),
    _command("ALTER PUBLICATION", "ALTER PUBLICATION p ADD TABLE t", "NoEffect"),
    _command("ALTER ROLE", "ALTER ROLE ada SET search_path = app", "SetSetting", "it holds for later sessions"),
    _command("ALTER ROUTINE", "ALTER ROUTINE f(integer) RENAME TO g", "RenameObject"),
    _command("ALTER RULE", "ALTER RULE r ON t RENAME TO s", "RenameObject"),
    _command("ALTER SCHEMA", "ALTER SCHEMA a RENAME TO b", "RenameObject"),
    _command("ALTER SEQUENCE", "ALTER SEQUENCE s OWNED BY t.id RESTART WITH 1", "AlterSequence"),
    _command("ALTER SERVER", "ALTER SERVER s OPTIONS (SET host 'a')", "NoEffect"),
    _command("ALTER STATISTICS", "ALTER STATISTICS s SET STATISTICS 100", "NoEffect"),
    _command("ALTER SUBSCRIPTION", "ALTER SUBSCRIPTION s DISABLE", "NoEffect"),
    _command("ALTER SYSTEM", "ALTER SYSTEM SET wal_level = 'logical'", "NoEffect"),
    _command(
        "ALTER TABLE",
        "ALTER TABLE t DROP COLUMN a, VALIDATE CONSTRAINT c",
        "DropColumn, ValidateConstraint",
        "a change an action, see below",
    ),
    _command("ALTER TABLESPACE", "ALTER TABLESPACE fast RENAME TO faster", "NoEffect"),
    _command("ALTER TEXT SEARCH CONFIGURATION", "ALTER TEXT SEARCH CONFIGURATION c RENAME TO d", "ChangeSymbol"),
    _command("ALTER TEXT SEARCH DICTIONARY", "ALTER TEXT SEARCH DICTIONARY d (StopWords = 'x')", "ChangeSymbol"),
    _command("ALTER TEXT SEARCH PARSER", "ALTER TEXT SEARCH PARSER p RENAME TO q", "NoEffect"),
    _command("ALTER TEXT SEARCH TEMPLATE", "ALTER TEXT SEARCH TEMPLATE t RENAME TO u", "NoEffect"),
    _command("ALTER TRIGGER", "ALTER TRIGGER g ON t RENAME TO h", "RenameObject"),
    _command("ALTER TYPE", "ALTER TYPE status ADD VALUE IF NOT EXISTS 'held' BEFORE 'done'", "AddEnumValue"),
    _command("ALTER USER", "ALTER USER ada WITH PASSWORD 'x'", "NoEffect"),
    _command("ALTER USER MAPPING", "ALTER USER MAPPING FOR ada SERVER s OPTIONS (SET password 'x')", "NoEffect"),
    _command("ALTER VIEW", "ALTER VIEW v SET SCHEMA app", "MoveObject"),
    _command("ANALYZE", "ANALYZE t (a)", "NoEffect"),
    _command("BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE", "ControlTransaction"),
    _command("CALL", "CALL archive(1)", "Opaque", "a procedure can do anything"),
    _command("CHECKPOINT", "CHECKPOINT", "NoEffect"),
    _command("CLOSE", "CLOSE c", "NoEffect"),
    _command("CLUSTER", "CLUSTER t USING i", "RewriteTable"),
    _command("COMMENT", "COMMENT ON COLUMN t.a IS 'amount'", "SetComment"),
    _command("COMMIT", "COMMIT", "ControlTransaction"),
    _command("COMMIT PREPARED", "COMMIT PREPARED 'x'", "ControlTransaction"),
    _command("COPY", "COPY t (a, b) FROM STDIN", "InsertRows", "COPY … TO has no effect here"),
    _command("CREATE ACCESS METHOD", "CREATE ACCESS METHOD m TYPE INDEX HANDLER h", "NoEffect"),
    _command("CREATE AGGREGATE", "CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer)", "CreateFunction"),
    _command("CREATE CAST", "CREATE CAST (a AS b) WITHOUT FUNCTION", "ChangeSymbol"),
    _command("CREATE COLLATION", "CREATE COLLATION german (LOCALE = 'de_DE')", "ChangeSymbol"),
    _command("CREATE CONVERSION", "CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM f", "NoEffect"),
    _command("CREATE DATABASE", "CREATE DATABASE app", "NoEffect"),
    _command("CREATE DOMAIN", "CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%')", "CreateDomain"),
    _command(
        "CREATE EVENT TRIGGER", "CREATE EVENT TRIGGER audit ON ddl_command_start EXECUTE FUNCTION f()", "NoEffect"
    ),
    _command("CREATE EXTENSION", "CREATE EXTENSION IF NOT EXISTS pg_trgm", "CreateExtension"),
    _command("CREATE FOREIGN DATA WRAPPER", "CREATE FOREIGN DATA WRAPPER w", "NoEffect"),
    _command(
        "CREATE FOREIGN TABLE",
        "CREATE FOREIGN TABLE remote (a integer OPTIONS (n '1')) SERVER s OPTIONS (f 'x')",
        "CreateTable",
    ),
    _command(
        "CREATE FUNCTION",
        "CREATE FUNCTION f(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql RETURN a",
        "CreateFunction",
        "its body is kept and scanned for names",
    ),
    _command("CREATE GROUP", "CREATE GROUP staff", "NoEffect"),
    _command(
        "CREATE INDEX",
        "CREATE UNIQUE INDEX i ON ONLY t (lower(a) DESC) INCLUDE (b) NULLS NOT DISTINCT WHERE c > 0",
        "CreateIndex",
    ),
    _command("CREATE LANGUAGE", "CREATE TRUSTED LANGUAGE plsample HANDLER h", "NoEffect"),
    _command("CREATE MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA", "CreateView"),
    _command("CREATE OPERATOR", "CREATE OPERATOR === (LEFTARG = a, RIGHTARG = a, FUNCTION = f)", "ChangeSymbol"),
    _command("CREATE OPERATOR CLASS", "CREATE OPERATOR CLASS c FOR TYPE a USING gist AS OPERATOR 3 &&", "NoEffect"),
    _command("CREATE OPERATOR FAMILY", "CREATE OPERATOR FAMILY f USING btree", "NoEffect"),
    _command(
        "CREATE POLICY", "CREATE POLICY own ON t FOR SELECT TO reader USING (owner = current_user)", "CreatePolicy"
    ),
    _command(
        "CREATE PROCEDURE",
        "CREATE PROCEDURE p(a integer) BEGIN ATOMIC DELETE FROM t; DELETE FROM u; END",
        "CreateFunction",
    ),
    _command("CREATE PUBLICATION", "CREATE PUBLICATION p FOR TABLE t", "NoEffect"),
    _command("CREATE ROLE", "CREATE ROLE reader NOLOGIN", "NoEffect"),
    _command(
        "CREATE RULE",
        "CREATE RULE r AS ON INSERT TO t DO INSTEAD (INSERT INTO u VALUES (1); NOTIFY x)",
        "Opaque",
        "from then on statements on the table do something else; it names the table",
    ),
    _command(
        "CREATE SCHEMA",
        "CREATE SCHEMA app CREATE TABLE t (a integer)",
        "CreateSchema, CreateTable",
        "with the objects written inside it",
    ),
    _command("CREATE SEQUENCE", "CREATE SEQUENCE s AS integer INCREMENT BY 2 OWNED BY t.id", "CreateSequence"),
    _command("CREATE SERVER", "CREATE SERVER s FOREIGN DATA WRAPPER w", "NoEffect"),
    _command("CREATE STATISTICS", "CREATE STATISTICS s ON a, b FROM t", "NoEffect"),
    _command("CREATE SUBSCRIPTION", "CREATE SUBSCRIPTION s CONNECTION 'host=a' PUBLICATION p", "NoEffect"),
    _command(
        "CREATE TABLE",
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, LIKE u) PARTITION BY RANGE (id)",
        "CreateTable",
    ),
    _command(
        "CREATE TABLE AS",
        "CREATE TEMP TABLE t (a, b) ON COMMIT DROP AS SELECT 1, 2",
        "CreateTable",
        "its columns come from the query, over the catalog",
    ),
    _command("CREATE TABLESPACE", "CREATE TABLESPACE fast LOCATION '/ssd'", "NoEffect"),
    _command(
        "CREATE TEXT SEARCH CONFIGURATION", "CREATE TEXT SEARCH CONFIGURATION c (PARSER = default)", "ChangeSymbol"
    ),
    _command("CREATE TEXT SEARCH DICTIONARY", "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)", "ChangeSymbol"),
    _command(
        "CREATE TEXT SEARCH PARSER",
        "CREATE TEXT SEARCH PARSER p (START = a, GETTOKEN = b, END = c, LEXTYPES = d)",
        "NoEffect",
    ),
    _command("CREATE TEXT SEARCH TEMPLATE", "CREATE TEXT SEARCH TEMPLATE t (LEXIZE = f)", "NoEffect"),
    _command(
        "CREATE TRANSFORM",
        "CREATE TRANSFORM FOR hstore LANGUAGE plpython3u (FROM SQL WITH FUNCTION f(internal))",
        "NoEffect",
    ),
    _command(
        "CREATE TRIGGER",
        "CREATE TRIGGER g BEFORE INSERT OR UPDATE OF a, b ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION f()",
        "CreateTrigger",
    ),
    _command(
        "CREATE TYPE",
        "CREATE TYPE status AS ENUM ('new', 'done')",
        "CreateEnum",
        "composite, range and base types become CreateComposite",
    ),
    _command("CREATE USER", "CREATE USER ada", "NoEffect"),
    _command("CREATE USER MAPPING", "CREATE USER MAPPING FOR ada SERVER s", "NoEffect"),
    _command(
        "CREATE VIEW",
        "CREATE OR REPLACE VIEW v (a) WITH (security_invoker) AS SELECT a FROM t",
        "CreateView",
        "its columns come from the query, over the catalog",
    ),
    _command("DEALLOCATE", "DEALLOCATE ALL", "NoEffect"),
    _command("DECLARE", "DECLARE c CURSOR FOR SELECT 1", "NoEffect"),
    _command("DELETE", "DELETE FROM t USING u WHERE t.id = u.id", "DeleteRows"),
    _command("DISCARD", "DISCARD ALL", "SetSetting"),
    _command(
        "DO",
        "DO $$ BEGIN UPDATE t SET a = 1; END $$",
        "Opaque",
        "it names the relations that its text mentions, or says that they could be any",
    ),
    _command("DROP ACCESS METHOD", "DROP ACCESS METHOD m", "DropObject"),
    _command("DROP AGGREGATE", "DROP AGGREGATE total(integer), count_of(*)", "DropObject, DropObject"),
    _command("DROP CAST", "DROP CAST (a AS b)", "ChangeSymbol"),
    _command("DROP COLLATION", "DROP COLLATION german", "DropObject, ChangeSymbol"),
    _command("DROP CONVERSION", "DROP CONVERSION c", "DropObject"),
    _command("DROP DATABASE", "DROP DATABASE app WITH (FORCE)", "DropObject"),
    _command("DROP DOMAIN", "DROP DOMAIN email CASCADE", "DropObject"),
    _command("DROP EVENT TRIGGER", "DROP EVENT TRIGGER audit", "DropObject"),
    _command("DROP EXTENSION", "DROP EXTENSION hstore", "DropObject"),
    _command("DROP FOREIGN DATA WRAPPER", "DROP FOREIGN DATA WRAPPER w", "DropObject"),
    _command("DROP FOREIGN TABLE", "DROP FOREIGN TABLE remote", "DropTable"),
    _command("DROP FUNCTION", "DROP FUNCTION IF EXISTS f(integer, text), g", "DropObject, DropObject"),
    _command("DROP GROUP", "DROP GROUP staff", "DropObject"),
    _command("DROP INDEX", "DROP INDEX CONCURRENTLY IF EXISTS i", "DropIndex"),
    _command("DROP LANGUAGE", "DROP LANGUAGE plsample", "DropObject"),
    _command("DROP MATERIALIZED VIEW", "DROP MATERIALIZED VIEW m", "DropObject"),
    _command("DROP OPERATOR", "DROP OPERATOR === (a, a)", "ChangeSymbol"),
    _command("DROP OPERATOR CLASS", "DROP OPERATOR CLASS c USING btree", "NoEffect"),
    _command("DROP OPERATOR FAMILY", "DROP OPERATOR FAMILY f USING btree", "NoEffect"),
    _command("DROP OWNED", "DROP OWNED BY ada CASCADE", "Opaque", "what it owns isn't in the text"),
    _command("DROP POLICY", "DROP POLICY own ON t", "DropObject"),
    _command("DROP PROCEDURE", "DROP PROCEDURE p(integer)", "DropObject"),
    _command("DROP PUBLICATION", "DROP PUBLICATION p", "DropObject"),
    _command("DROP ROLE", "DROP ROLE reader", "DropObject"),
    _command("DROP ROUTINE", "DROP ROUTINE f(integer)", "DropObject"),
    _command("DROP RULE", "DROP RULE r ON t", "DropObject"),
    _command("DROP SCHEMA", "DROP SCHEMA IF EXISTS a, b CASCADE", "DropObject, DropObject"),
    _command("DROP SEQUENCE", "DROP SEQUENCE s", "DropObject"),
    _command("DROP SERVER", "DROP SERVER s", "DropObject"),
    _command("DROP STATISTICS", "DROP STATISTICS s", "DropObject"),
    _command("DROP SUBSCRIPTION", "DROP SUBSCRIPTION s", "DropObject"),
    _command("DROP TABLE", "DROP TABLE IF EXISTS a, app.b CASCADE", "DropTable, DropTable", "a change an object"),
    _command("DROP TABLESPACE", "DROP TABLESPACE fast", "DropObject"),
    _command("DROP TEXT SEARCH CONFIGURATION", "DROP TEXT SEARCH CONFIGURATION c", "DropObject, ChangeSymbol"),
    _command("DROP TEXT SEARCH DICTIONARY", "DROP TEXT SEARCH DICTIONARY d", "DropObject, ChangeSymbol"),
    _command("DROP TEXT SEARCH PARSER", "DROP TEXT SEARCH PARSER p", "DropObject"),
    _command("DROP TEXT SEARCH TEMPLATE", "DROP TEXT SEARCH TEMPLATE t", "DropObject"),
    _command("DROP TRANSFORM", "DROP TRANSFORM FOR hstore LANGUAGE plpython3u", "NoEffect"),
    _command("DROP TRIGGER", "DROP TRIGGER g ON t", "DropObject"),
    _command("DROP TYPE", "DROP TYPE status", "DropObject"),
    _command("DROP USER", "DROP USER ada", "DropObject"),
    _command("DROP USER MAPPING", "DROP USER MAPPING FOR ada SERVER s", "NoEffect"),
    _command("DROP VIEW", "DROP VIEW v, w", "DropObject, DropObject"),
    _command("END", "END", "ControlTransaction"),
    _command("EXECUTE", "EXECUTE q(1)", "Opaque", "another statement says what is run"),
    _command("EXPLAIN", "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t", "DeleteRows", "without ANALYZE no effect"),
    _command("FETCH", "FETCH NEXT FROM c", "NoEffect"),
    _command("GRANT", "GRANT SELECT (a), UPDATE ON t TO reader WITH GRANT OPTION", "GrantAccess"),
    _command(
        "IMPORT FOREIGN SCHEMA",
        "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b",
        "Opaque",
        "what the other server has isn't in the text",
    ),
    _command(
        "INSERT",
        "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
        "InsertRows, UpdateRows",
    ),
    _command("LISTEN", "LISTEN c", "NoEffect"),
    _command("LOAD", "LOAD 'auto_explain'", "NoEffect"),
    _command("LOCK", "LOCK TABLE t, u IN SHARE MODE NOWAIT", "LockTable, LockTable"),
    _command(
        "MERGE",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
        "DeleteRows, InsertRows",
    ),
    _command("MOVE", "MOVE NEXT FROM c", "NoEffect"),
    _command("NOTIFY", "NOTIFY c, 'x'", "NoEffect"),
    _command("PREPARE", "PREPARE q AS DELETE FROM t", "NoEffect", "nothing runs yet"),
    _command("PREPARE TRANSACTION", "PREPARE TRANSACTION 'x'", "ControlTransaction"),
    _command("REASSIGN OWNED", "REASSIGN OWNED BY ada TO bob", "Opaque", "what it owns isn't in the text"),
    _command("REFRESH MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW CONCURRENTLY m", "RefreshView"),
    _command("REINDEX", "REINDEX (CONCURRENTLY) INDEX i", "Reindex"),
    _command("RELEASE SAVEPOINT", "RELEASE SAVEPOINT s", "ControlTransaction"),
    _command("RESET", "RESET search_path", "SetSetting"),
    _command("REVOKE", "REVOKE ALL ON ALL TABLES IN SCHEMA app FROM reader CASCADE", "RevokeAccess"),
    _command("ROLLBACK", "ROLLBACK", "ControlTransaction"),
    _command("ROLLBACK PREPARED", "ROLLBACK PREPARED 'x'", "ControlTransaction"),
    _command("ROLLBACK TO SAVEPOINT", "ROLLBACK TO SAVEPOINT s", "ControlTransaction"),
    _command("SAVEPOINT", "SAVEPOINT s", "ControlTransaction"),
    _command("SECURITY LABEL", "SECURITY LABEL ON TABLE t IS 'x'", "NoEffect"),
    _command(
        "SELECT",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "DeleteRows",
        "what its WITH queries change, else no effect; opaque where it reads nothing and calls an unknown function",
    ),
    _command("SELECT INTO", "SELECT a INTO TEMP u FROM t", "CreateTable"),
    _command("SET", 'SET LOCAL search_path TO app, "$user"', "SetSetting"),
    _command("SET CONSTRAINTS", "SET CONSTRAINTS ALL DEFERRED", "NoEffect"),
    _command("SET ROLE", "SET ROLE ada", "SetSetting"),
    _command("SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION ada", "SetSetting"),
    _command("SET TRANSACTION", "SET TRANSACTION READ ONLY", "NoEffect"),
    _command("SHOW", "SHOW search_path", "NoEffect"),
    _command("START TRANSACTION", "START TRANSACTION READ ONLY", "ControlTransaction"),
    _command("TRUNCATE", "TRUNCATE t, u RESTART IDENTITY CASCADE", "TruncateTable, TruncateTable"),
    _command("UNLISTEN", "UNLISTEN *", "NoEffect"),
    _command("UPDATE", "UPDATE ONLY t AS x SET (a, b) = (1, 2), c = DEFAULT WHERE x.id = 1", "UpdateRows"),
    _command("VACUUM", "VACUUM (FULL, ANALYZE) t", "RewriteTable", "without FULL no effect"),
    _command("VALUES", "VALUES (1), (2)", "NoEffect"),
)
"""All commands of PostgreSQL 18, in the order of its manual."""


ACTIONS = (
    _action("ADD COLUMN", "ADD COLUMN IF NOT EXISTS a numeric(12,2) DEFAULT 0 NOT NULL CHECK (a >= 0)", "AddColumn"),
    _action(
        "ADD table constraint",
        "ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (b) ON DELETE CASCADE NOT VALID",
        "AddConstraint",
    ),
    _action("ADD key USING INDEX", "ADD CONSTRAINT k PRIMARY KEY USING INDEX i", "AddConstraint"),
    _action("ADD NOT NULL", "ADD CONSTRAINT n NOT NULL a NOT VALID", "SetNotNull", "PostgreSQL 18"),
    _action("DROP COLUMN", "DROP COLUMN IF EXISTS a CASCADE", "DropColumn"),
    _action("DROP CONSTRAINT", "DROP CONSTRAINT IF EXISTS k", "DropConstraint"),
    _action("ALTER COLUMN TYPE", 'ALTER COLUMN a SET DATA TYPE bigint COLLATE "C" USING a::bigint', "RetypeColumn"),
    _action("ALTER COLUMN SET DEFAULT", "ALTER COLUMN a SET DEFAULT now()", "SetDefault"),
    _action("ALTER COLUMN DROP DEFAULT", "ALTER a DROP DEFAULT", "DropDefault"),
    _action("ALTER COLUMN SET NOT NULL", "ALTER COLUMN a SET NOT NULL", "SetNotNull"),
    _action("ALTER COLUMN DROP NOT NULL", "ALTER COLUMN a DROP NOT NULL", "DropNotNull"),
    _action(
        "ALTER COLUMN ADD GENERATED", "ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY (START 5)", "SetIdentity"
    ),
    _action("ALTER COLUMN SET GENERATED", "ALTER COLUMN a SET GENERATED ALWAYS SET INCREMENT BY 2", "SetIdentity"),
    _action("ALTER COLUMN DROP IDENTITY", "ALTER COLUMN a DROP IDENTITY IF EXISTS", "SetIdentity"),
    _action("ALTER COLUMN SET EXPRESSION", "ALTER COLUMN a SET EXPRESSION AS (b * 2)", "SetGenerated"),
    _action("ALTER COLUMN DROP EXPRESSION", "ALTER COLUMN a DROP EXPRESSION", "SetGenerated"),
    _action(
        "ALTER COLUMN STATISTICS, STORAGE, COMPRESSION, options",
        "ALTER a SET STORAGE EXTERNAL, ALTER a SET STATISTICS -1, ALTER a RESET (n_distinct)",
        "SetColumnOption, SetColumnOption, SetColumnOption",
    ),
    _action("ALTER CONSTRAINT", "ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED", "AlterConstraint"),
    _action("VALIDATE CONSTRAINT", "VALIDATE CONSTRAINT k", "ValidateConstraint"),
    _action("RENAME", "RENAME TO u", "RenameTable"),
    _action("RENAME COLUMN", "RENAME a TO b", "RenameColumn"),
    _action("RENAME CONSTRAINT", "RENAME CONSTRAINT k TO l", "RenameConstraint"),
    _action("SET SCHEMA", "SET SCHEMA app", "MoveTable"),
    _action("OWNER TO", "OWNER TO ada", "ChangeOwner"),
    _action(
        "ENABLE and DISABLE TRIGGER", "DISABLE TRIGGER ALL, ENABLE REPLICA TRIGGER g", "EnableTrigger, EnableTrigger"
    ),
    _action("ENABLE and DISABLE RULE", "DISABLE RULE r", "Opaque", "what statements on the table do changes"),
    _action(
        "ROW LEVEL SECURITY", "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "SetRowSecurity, SetRowSecurity"
    ),
    _action("ATTACH PARTITION", "ATTACH PARTITION p FOR VALUES FROM (1) TO (MAXVALUE)", "AttachPartition"),
    _action("DETACH PARTITION", "DETACH PARTITION p CONCURRENTLY", "DetachPartition"),
    _action("INHERIT, NO INHERIT", "INHERIT u, NO INHERIT w", "SetInheritance, SetInheritance"),
    _action("REPLICA IDENTITY", "REPLICA IDENTITY USING INDEX i", "SetReplicaIdentity"),
    _action(
        "SET TABLESPACE, LOGGED, ACCESS METHOD",
        "SET TABLESPACE fast, SET UNLOGGED, SET ACCESS METHOD heap",
        "RewriteTable, RewriteTable, RewriteTable",
    ),
    _action(
        "CLUSTER ON, SET (…), RESET, OF",
        "CLUSTER ON i, SET (fillfactor = 70), RESET (fillfactor), NOT OF",
        "SetTableOption, SetTableOption, SetTableOption, SetTableOption",
    ),
)
"""The actions of ALTER TABLE."""


def page() -> str:
    """docs/commands.md."""
    return _PAGE.format(commands=_table(COMMANDS), actions=_table(ACTIONS))


def _table(commands: tuple[Command, ...]) -> str:
    lines = ["| command | effect | becomes | example | |", "|---|---|---|---|---|"]
    for command in commands:
        becomes = ", ".join(f"`{kind}`" for kind in dict.fromkeys(command.becomes))
        example = command.example.replace("|", "\\|")
        lines.append(f"| {command.name} | {command.effect} | {becomes} | `{example}` | {command.note} |")
    return "\n".join(lines)


_PAGE = """\
# PostgreSQL 18's commands

What `schemaguard` makes of each command. **change**: a typed change of the catalog, or of rows. **no effect**:
understood, and nothing that a catalog shows changes. **opaque**: what it does can't be known from its text; that is a
finding, never nothing.

{commands}

## The actions of ALTER TABLE

Each action is a change of its own; one that can't be read doesn't hide the others.

{actions}

## Besides

- A text that PostgreSQL's own parser would refuse is `Unreadable`, with what was expected and where. The statements
  after it are read all the same: reading goes on behind the semicolon, after an unterminated quote behind the next line
  that ends in one.
- psql's commands are statements of their own. `\\connect`, `\\i`, `\\ir`, `\\gexec`, `\\!` and `\\if` are opaque,
  `\\copy … from` is an `InsertRows`, all others have no effect. The data behind `COPY … FROM stdin` is passed over.
- A placeholder (`:name`, `$1`, `%(name)s`, `{{{{name}}}}`) in place of a name makes a statement opaque; in place of a
  value it doesn't matter.
- A statement of more than 1,000,000 characters is opaque.
"""
