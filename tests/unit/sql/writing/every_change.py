"""A change of every kind, in every form that its statement has, with given names wherever a name stands."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import (
    Check,
    Column,
    CompositeType,
    Domain,
    EnumType,
    Exclusion,
    ForeignKey,
    Function,
    Grant,
    Index,
    IndexKey,
    Name,
    Policy,
    PrimaryKey,
    Sequence,
    Symbol,
    Table,
    Trigger,
    Unique,
    View,
)
from schemaguard.catalog.types import Type, parse_type
from schemaguard.sql.reading.grammar.tables import UNKNOWN

HOSTILE = (
    "Order", "userName", 'a"b', "Full Name", "select", "ünïcode", "n" * 63, "ü" * 31, "%", "%s", "%(a)s", "it's",
    "a\\b", "{x}", "two\nlines", ":name", "$1", "a--b", "a/*b", "public", "table", "9lives", ".", "a.b", "tablesample",
    "user", "integer", "json_table", "a;b", "E'", "\t", "-", "nul", "current_user", "serial", "xmlparse", "collation",
)  # fmt: skip
"""Names that need care: in capitals, quoted, of 63 bytes, words of PostgreSQL, of Python and of format strings."""

INTEGER, TEXT = Type("integer"), Type("text")


def every_change(a: str, b: str, d: str) -> list[c.Change]:
    """Changes that hold all that their statements say; `a` and `b` are different names, `d` any text."""
    families = (tables, columns, constraints, indexes, views_and_objects, types, access, rows_and_sessions)
    return [change for family in families for change in family(a, b, d)]


def _sql(name: str) -> str:
    """A name in a text of SQL, always in quotes."""
    return '"' + name.replace('"', '""') + '"'


def tables(a: str, b: str, d: str) -> list[c.Change]:
    full = Table(
        Name(a, b),
        (
            Column(a, INTEGER, not_null=True, identity="by default"),
            Column(b, parse_type("numeric(12,2)"), default="0", collation=None),
            Column("c", TEXT, not_null=True, default="'x'::text", collation='"C"'),
            Column("d", INTEGER, generated=f"{_sql(b)} + 1"),
            Column("e", Type(a, b)),
            Column("f", Type(a, b, (3,), 1)),
        ),
        (
            PrimaryKey(a, (a, b), deferrable=True, initially_deferred=True),
            Unique(None, (b,), include=(a,), nulls_distinct=False),
            ForeignKey(b, (a,), Name(b, a), (b,), "CASCADE", "SET NULL", match_full=True, deferrable=True),
            ForeignKey(None, (b,), Name(b)),
            Check(a, f"{_sql(b)} > 0", (b,), no_inherit=True),
            Check(None, "true"),
            Exclusion(b, ((_sql(a), "="),), "gist", f"{_sql(b)} > 0"),
        ),
    )
    part = Table(Name(a), partition_of=Name(b), partition_bound="FOR VALUES IN (1)")
    ranged = Table(Name(a), (Column(b, INTEGER),), partition_by=f"RANGE ({_sql(b)})", partition_key=(b,))
    return [
        c.CreateTable(full),
        c.CreateTable(Table(Name(a), (Column(b, INTEGER, not_null=True),)), if_not_exists=True, serials=(b,)),
        c.CreateTable(Table(Name(a))),
        c.CreateTable(Table(Name(a), persistence="unlogged", inherits=(Name(b), Name(b, a)))),
        c.CreateTable(Table(Name(a), persistence="temporary"), like=((Name(b), frozenset({"ALL"})),)),
        c.CreateTable(part),
        c.CreateTable(ranged),
        c.CreateTable(Table(Name(a), (Column(b, UNKNOWN),), open=True), as_query="SELECT 1"),
        c.CreateTable(Table(Name(a), (Column("c", INTEGER),), access_method=b)),
        c.DropTable(Name(a, b)),
        c.DropTable(Name(a), cascade=True, if_exists=True),
        c.RenameTable(Name(a), b),
        c.RenameTable(Name(a, b), b, if_exists=True),
        c.MoveTable(Name(a), b),
        c.RewriteTable(Name(a), "VACUUM FULL"),
        c.RewriteTable(None, "VACUUM FULL"),
        c.RewriteTable(Name(a), "CLUSTER"),
        c.RewriteTable(Name(a), "CLUSTER USING i"),
        c.RewriteTable(Name(a), "SET LOGGED"),
        c.RewriteTable(Name(a), "SET TABLESPACE fast"),
        c.RewriteTable(Name(a), "SET ACCESS METHOD heap"),
        c.SetTableOption(Name(a), "set (fillfactor = 70)"),
        c.SetTableOption(Name(a), "reset (fillfactor)"),
        c.SetTableOption(Name(a), "alter column 1 set statistics 100"),
        c.SetReplicaIdentity(Name(a), "FULL"),
        c.SetReplicaIdentity(Name(a), f"USING INDEX {b}"),
        c.AttachPartition(Name(a), Name(b, a), "FOR VALUES FROM (1) TO (2)"),
        c.DetachPartition(Name(a), Name(b)),
        c.DetachPartition(Name(a), Name(b), concurrently=True),
        c.SetInheritance(Name(a), Name(b)),
        c.SetInheritance(Name(a), Name(b), inherits=False),
    ]


def columns(a: str, b: str, d: str) -> list[c.Change]:
    t, typed = Name(a, b), Type(b, a, (), 1)
    foreign = ForeignKey(a, (b,), Name(b, a), (a,), on_delete="SET NULL", valid=True)
    return [
        c.AddColumn(t, Column(b, TEXT)),
        c.AddColumn(Name(a), Column(b, typed, not_null=True, default="'{}'"), if_not_exists=True),
        c.AddColumn(t, Column(b, INTEGER, not_null=True), serial=True),
        c.AddColumn(t, Column(b, INTEGER, not_null=True), (PrimaryKey(a, (b,)), foreign, Check(a, "true"))),
        c.AddColumn(t, Column(b, INTEGER), (Unique(None, (b,), nulls_distinct=False, deferrable=True),)),
        c.AddColumn(t, Column(b, INTEGER, not_null=True, identity="always")),
        c.AddColumn(t, Column(b, INTEGER, generated=f"length({_sql(a)})")),
        c.AddColumn(t, Column(b, TEXT, collation='"C"')),
        c.DropColumn(t, b),
        c.DropColumn(Name(a), b, cascade=True, if_exists=True),
        c.RenameColumn(t, b, a),
        c.RetypeColumn(t, b, parse_type("timestamp(3) with time zone")),
        c.RetypeColumn(t, b, typed, f"{_sql(b)}::text", '"C"'),
        c.SetNotNull(t, b),
        c.SetNotNull(t, b, a, valid=False),
        c.DropNotNull(t, b),
        c.SetDefault(t, b, "now()"),
        c.DropDefault(t, b),
        c.SetIdentity(t, b, "always", is_new=True),
        c.SetIdentity(t, b, "by default"),
        c.SetIdentity(t, b, None, if_exists=True),
        c.SetGenerated(t, b, "1 + 1"),
        c.SetGenerated(t, b, None, if_exists=True),
        c.SetColumnOption(t, b, "set storage external"),
        c.SetColumnOption(t, b, "set (n_distinct = 5)"),
        c.SetColumnOption(t, b, "reset (n_distinct)"),
        c.SetColumnOption(t, b, "restart with 5"),
    ]


def constraints(a: str, b: str, d: str) -> list[c.Change]:
    t = Name(a, b)
    return [
        c.AddConstraint(t, Check(b, f"{_sql(a)} <> ''", (a,), valid=False)),
        c.AddConstraint(t, Check(None, "true")),
        c.AddConstraint(t, ForeignKey(a, (b, a), Name(b), (a, b), "CASCADE", "RESTRICT", valid=False)),
        c.AddConstraint(Name(a), ForeignKey(None, (b,), Name(b, a)), only=True),
        c.AddConstraint(t, PrimaryKey(b, (a,), include=(b,))),
        c.AddConstraint(t, PrimaryKey(b, (), deferrable=True), using_index=a),
        c.AddConstraint(t, Unique(None, ()), using_index=a),
        c.AddConstraint(t, Unique(b, (a, b), nulls_distinct=False, deferrable=True, initially_deferred=True)),
        c.AddConstraint(t, Exclusion(b, ((_sql(a), "="), ("c", "&&")), "gist", "true")),
        c.DropConstraint(t, b),
        c.DropConstraint(t, b, cascade=True, if_exists=True),
        c.ValidateConstraint(t, b),
        c.RenameConstraint(t, b, a),
        c.AlterConstraint(t, b),
        c.AlterConstraint(t, b, deferrable=True, initially_deferred=True),
    ]


def indexes(a: str, b: str, d: str) -> list[c.Change]:
    keys = (
        IndexKey(column=a),
        IndexKey(column=b, descending=True, opclass="text_pattern_ops", collation='"C"'),
        IndexKey(expression=f"lower({_sql(a)})", columns=(a,)),
    )
    full = Index(
        Name(b), Name(a, b), keys, unique=True, method="gin", predicate=f"{_sql(a)} > 0", predicate_columns=(a,),
        include=(b,), nulls_distinct=False,
    )  # fmt: skip
    plain = Index(Name(b), Name(a), (IndexKey(column=b),))
    unnamed = Index(Name(""), Name(a), (IndexKey(column=b),))
    return [
        c.CreateIndex(full, Name(b)),
        c.CreateIndex(plain, Name(b), concurrently=True, if_not_exists=True),
        c.CreateIndex(unnamed, None, only=True),
        c.DropIndex(Name(a, b)),
        c.DropIndex(Name(a), concurrently=True, if_exists=True),
        c.DropIndex(Name(a), cascade=True),
        c.AttachIndex(Name(a, b), Name(b)),
        c.Reindex("index", Name(a, b)),
        c.Reindex("table", Name(a), concurrently=True),
        c.Reindex("schema", Name(a)),
        c.Reindex("database", None),
    ]


def views_and_objects(a: str, b: str, d: str) -> list[c.Change]:
    shown = (Column(a, UNKNOWN), Column(b, UNKNOWN))
    reads = frozenset({(Name("t"), None)})
    return [
        c.CreateView(View(Name(a, b), "SELECT 1 FROM t", reads=reads)),
        c.CreateView(View(Name(a), "SELECT 1, 2", shown, security_invoker=True), or_replace=True),
        c.CreateView(View(Name(a), "SELECT 1, 2", shown, materialized=True), if_not_exists=True),
        c.RefreshView(Name(a, b)),
        c.RefreshView(Name(a), concurrently=True),
        c.CreateSequence(Sequence(Name(a, b), Type("bigint"), (Name(a, b), a)), if_not_exists=True),
        c.CreateSequence(Sequence(Name(a))),
        c.AlterSequence(Name(a), owned_by=(Name(b), a)),
        c.AlterSequence(Name(a), owned_by_none=True, restarts=True),
        c.AlterFunction(Name(a, b), ("integer",), strict=True, search_path=""),
        c.AlterFunction(Name(a), strict=False, search_path="pg_catalog, public"),
        c.EnableTrigger(Name(a), b, enabled=True),
        c.EnableTrigger(Name(a), "ALL", enabled=False),
        c.CreateSchema(a),
        c.CreateSchema(a, if_not_exists=True),
        c.CreateExtension(a, if_not_exists=True),
        *(c.DropObject(kind, Name(a, b)) for kind in ("view", "materialized view", "sequence", "type", "domain")),
        *(c.DropObject(kind, Name(a), cascade=True, if_exists=True) for kind in ("schema", "extension")),
        *(c.DropObject(kind, Name(a)) for kind in ("role", "database")),
        *(c.DropObject(kind, Name(a), if_exists=True, on=Name(b, a)) for kind in ("trigger", "policy", "rule")),
        c.DropObject("function", Name(a, b), arguments=("integer", "text")),
        c.DropObject("procedure", Name(a), arguments=()),
        c.DropObject("aggregate", Name(a), arguments=("integer",)),
        c.DropObject("aggregate", Name(a), arguments=()),
        *(c.RenameObject(kind, Name(a, b), b) for kind in ("view", "materialized view", "index", "sequence", "type")),
        *(c.RenameObject(kind, Name(a, b), b) for kind in ("domain", "function", "procedure")),
        c.RenameObject("schema", Name(a), b),
        *(c.RenameObject(kind, Name(a), b, on=Name(b)) for kind in ("trigger", "policy", "rule")),
        *(c.MoveObject(kind, Name(a, b), b) for kind in ("view", "materialized view", "sequence", "type", "domain")),
        c.MoveObject("function", Name(a), b),
    ]


def types(a: str, b: str, d: str) -> list[c.Change]:
    t = Name(a, b)
    check = Check(b, "VALUE > 0", ("value",))
    return [
        c.CreateEnum(EnumType(t, (d, "other"))),
        c.CreateEnum(EnumType(t, ())),
        c.AddEnumValue(t, d),
        c.AddEnumValue(Name(a), d, before="x", if_not_exists=True),
        c.AddEnumValue(Name(a), "x", after=d),
        c.RenameEnumValue(t, d, d + "2"),
        c.CreateDomain(Domain(t, Type(b, a), not_null=True, default="'x'", checks=(check,), collation='"C"')),
        c.AlterDomain(t, "set not null"),
        c.AlterDomain(t, "drop not null"),
        c.AlterDomain(t, "set not null", constraint=b),
        c.AlterDomain(t, "set default", default="1"),
        c.AlterDomain(t, "drop default"),
        c.AlterDomain(t, "add constraint", Check(b, "VALUE > 0", ("value",), valid=False), b),
        c.AlterDomain(t, "add constraint", Check(None, "true")),
        c.AlterDomain(t, "drop constraint", constraint=b),
        c.AlterDomain(t, "validate constraint", constraint=b),
        c.AlterDomain(t, "rename constraint", constraint=b, default=a),
        c.CreateComposite(
            CompositeType(t, (Column(a, INTEGER), Column(b, Type(a, b)), Column("c", TEXT, collation='"C"')))
        ),
        c.AlterComposite(t, "add", b, Column(b, TEXT)),
        c.AlterComposite(t, "drop", b),
        c.AlterComposite(t, "drop if exists", b),
        c.AlterComposite(t, "alter", b, Column(b, Type(b, a))),
        c.AlterComposite(t, "rename", b, a),
    ]


def access(a: str, b: str, d: str) -> list[c.Change]:
    t = Name(a, b)
    two = (Grant(a, "SELECT"), Grant(a, "UPDATE", (a, b)), Grant(b, "SELECT"), Grant(b, "UPDATE", (a, b)))
    return [
        c.CreatePolicy(t, Policy(b, "UPDATE", permissive=False, roles=(a, "public"), using="true", check="false")),
        c.CreatePolicy(t, Policy(b, using=f"{_sql(a)} = 1")),
        c.CreatePolicy(t, Policy(b, "ALL", True, (), check="true"), is_alter=True),
        c.CreatePolicy(t, Policy(b, "ALL", True, (a,)), is_alter=True),
        c.SetRowSecurity(t, enabled=True),
        c.SetRowSecurity(t, enabled=False),
        c.SetRowSecurity(t, forced=True),
        c.SetRowSecurity(t, forced=False),
        c.GrantAccess("table", t, two),
        c.GrantAccess("table", t, (Grant(b, "SELECT", grantable=True),)),
        c.GrantAccess("table", Name(a), (Grant("public", "SELECT"),), all_in_schema=True),
        *(c.GrantAccess(kind, Name(a), (Grant(b, "USAGE"),)) for kind in ("sequence", "schema", "type", "domain")),
        *(c.GrantAccess(kind, Name(a), (Grant(b, "EXECUTE"),)) for kind in ("function", "procedure")),
        c.GrantAccess("database", Name(a), (Grant("current_user", "CONNECT"),)),
        c.RevokeAccess("table", t, two, cascade=True),
        c.RevokeAccess("sequence", Name(a), (Grant(b, "USAGE"),), all_in_schema=True),
        *(c.ChangeOwner(kind, t, b) for kind in ("table", "view", "materialized view", "sequence", "type", "domain")),
        *(c.ChangeOwner(kind, t, b) for kind in ("index", "function", "procedure")),
        c.ChangeOwner("schema", Name(a), "session_user"),
        c.SetComment("table", t, None, d),
        c.SetComment("column", t, b, d),
        c.SetComment("column", Name(a), b, None),
        c.SetComment("materialized view", Name(a), None, d),
        c.SetComment("schema", Name(a), None, d),
        c.SetComment("function", t, None, None),
    ]


def rows_and_sessions(a: str, b: str, d: str) -> list[c.Change]:
    t = Name(a, b)
    return [
        c.InsertRows(t, ()),
        c.DeleteRows(t, has_where=False),
        c.TruncateTable(t),
        c.TruncateTable(Name(a), cascade=True, restarts_identity=True),
        c.LockTable(t, "SHARE ROW EXCLUSIVE"),
        c.SetSetting("search_path", f"{_sql('A b')}, public", local=True),
        c.SetSetting("lock_timeout", "50"),
        c.SetSetting("lock_timeout", "50ms", local=True),
        c.SetSetting("my.setting", d),
        c.SetSetting("lock_timeout", None),
        c.SetSetting("lock_timeout", None, local=True),
        c.SetSetting("all", None),
        *(c.ControlTransaction(action) for action in ("BEGIN", "COMMIT", "ROLLBACK")),
        *(c.ControlTransaction(action, a) for action in ("SAVEPOINT", "RELEASE", "ROLLBACK TO")),
    ]


def told_by_their_statement(a: str, b: str) -> list[c.Change]:
    """Changes that don't hold all that their statements say: rows, bodies, conditions, and kinds nobody models."""
    t = Name(a, b)
    return [
        c.InsertRows(t, (a,)),
        c.InsertRows(t, None, is_copy=True),
        c.InsertRows(t, (), conflict_columns=(a,)),
        c.UpdateRows(t, (a,), has_where=True),
        c.DeleteRows(t, has_where=True),
        c.ControlTransaction("PREPARE TRANSACTION"),
        c.ControlTransaction("COMMIT PREPARED"),
        c.CreateFunction(Function(t, ("integer",), "integer", body="select 1")),
        c.CreateTrigger(t, Trigger(a, Name(b), "BEFORE", ("INSERT",))),
        c.CreateComposite(CompositeType(t, kind="range")),
        c.CreateTable(Table(t, open=True)),
        c.RewriteTable(None, "SET TABLESPACE"),
        c.AlterSequence(t),
        c.AlterFunction(t),
        c.SetSetting("search_path", "public", of="role x"),
        c.AlterDomain(t, "something new"),
        c.AlterComposite(t, "something new", a),
        c.SetRowSecurity(t),
        c.SetComment("constraint", t, None, "x"),
        c.GrantAccess("other", t, (Grant(a, "USAGE"),)),
        c.DropObject("other", t),
        c.RenameObject("other", t, a),
        c.MoveObject("other", t, a),
        c.ChangeOwner("other", t, a),
        c.NoEffect("SELECT"),
        c.ChangeSymbol(Symbol("collation", Name(a)), None),
        c.Opaque("a DO block"),
        c.Unreadable("a name is expected"),
    ]
