"""A history in chapters, each change possible on what the ones before it left, with given names in it.

It goes through every operation of Alembic's that the pen writes, every type that SQLAlchemy has a word for, and every
other kind of change that needs no second role, extension or file.
"""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import (
    Check,
    Column,
    CompositeType,
    Domain,
    EnumType,
    Exclusion,
    ForeignKey,
    Grant,
    Index,
    IndexKey,
    Name,
    Policy,
    PrimaryKey,
    Sequence,
    Table,
    Unique,
    View,
)
from schemaguard.catalog.types import Type, parse_type

INTEGER, BIGINT, TEXT = Type("integer"), Type("bigint"), Type("text")
SPELLED = (
    "smallint", "integer", "bigint", "numeric", "numeric(12)", "numeric(12,2)", "real", "double precision", "boolean",
    "text", "character varying", "character varying(20)", "character(3)", "bytea", "date", "json", "jsonb", "uuid",
    "timestamp without time zone", "timestamp with time zone", "timestamp(3) without time zone",
    "timestamp(0) with time zone", "time without time zone", "time with time zone", "time(3) without time zone",
    "interval", "interval(3)", "interval year to month", "interval second(3)", "bit(1)", "bit(8)", "bit varying",
    "bit varying(8)", "inet", "cidr", "macaddr", "macaddr8", "money", "oid", "regclass", "tsvector", "tsquery", "xml",
    "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange", "datemultirange",
    "text[]", "numeric(12,2)[]", "timestamp with time zone[]", "character varying(20)[]", "point", '"char"', "name",
)  # fmt: skip


def story(a: str, b: str) -> list[list[c.Change]]:
    """Chapters of changes; `a` and `b` are different names, neither of them `public`, and none that stands below."""
    return [
        _made(a, b),
        _columns(a, b),
        _constraints(a, b),
        _indexes(a, b),
        _others(a, b),
        _moved(a, b),
        _dropped(a, b),
    ]


def _sql(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _made(a: str, b: str) -> list[c.Change]:
    own = (
        Column("id", BIGINT, not_null=True),
        Column(a, TEXT, not_null=True, default="':x%\\'::text"),
        Column(b, parse_type("numeric(12,2)"), default="0"),
        Column("at", parse_type("timestamp with time zone"), not_null=True, default="now()"),
        Column("n", INTEGER, generated=f"length({_sql(a)})"),
        Column("k", INTEGER, not_null=True),
    )
    rules = (
        PrimaryKey(None, ("id",)),
        Unique(b, (a, "k"), deferrable=True, initially_deferred=True),
        Check(None, f"{_sql(a)} <> '%:y'", (a,)),
    )
    key = ForeignKey(None, (a,), Name(a), ("id",), on_delete="CASCADE", on_update="SET NULL", deferrable=True)
    counted = Column("id", INTEGER, not_null=True)
    ranged = Table(Name("ranged"), (Column(a, INTEGER),), partition_by=f"RANGE ({_sql(a)})", partition_key=(a,))
    part = Table(Name("part"), partition_of=Name("ranged"), partition_bound="FOR VALUES FROM (1) TO (2)")
    return [
        c.CreateSchema(a),
        c.CreateTable(Table(Name(a), own, rules)),
        c.CreateTable(Table(Name(a, a), (counted, Column(a, BIGINT)), (PrimaryKey(b, ("id",)), key)), serials=("id",)),
        c.CreateTable(Table(Name("plain"), (Column("id", INTEGER, not_null=True), Column("g", INTEGER)),
            (PrimaryKey(None, ("id",)), Unique(None, ("g",)), ForeignKey("self", ("g",), Name("plain"), ("id",))))),
        c.CreateTable(Table(Name("counted"), (Column("id", INTEGER), Column("n", INTEGER, True))), serials=("n",)),
        c.CreateTable(Table(Name("identified"), (Column(a, INTEGER, not_null=True, identity="always"),))),
        c.CreateTable(Table(Name("unlogged"), (Column(a, TEXT, collation='"C"'),), persistence="unlogged")),
        c.CreateTable(Table(Name("plain"), (Column("zz", INTEGER),)), if_not_exists=True),
        c.CreateTable(Table(Name("child"), inherits=(Name("plain"),))),
        c.CreateTable(Table(Name("like"), persistence="permanent"), like=((Name(a), frozenset({"ALL"})),)),
        c.CreateTable(Table(Name("empty"))),
        c.CreateTable(ranged),
        c.CreateTable(part),
    ]  # fmt: skip


def _columns(a: str, b: str) -> list[c.Change]:
    t = Name(a)
    typed = [c.AddColumn(t, Column(f"c{at}", parse_type(text))) for at, text in enumerate(SPELLED)]
    keyed = (ForeignKey(None, ("k1",), Name(a, a), ("id",)), Check("k1_check", "k1 > 0", ("k1",)))
    return [
        *typed,
        c.AddColumn(t, Column("k1", INTEGER), keyed),
        c.AddColumn(t, Column("k2", INTEGER), (Unique(None, ("k2",)),)),
        c.AddColumn(t, Column("k2", INTEGER), if_not_exists=True),
        c.AddColumn(t, Column("k3", INTEGER, not_null=True), serial=True),
        c.AddColumn(t, Column("k4", INTEGER, not_null=True, identity="by default")),
        c.AddColumn(t, Column("k5", INTEGER, generated='"id"::integer + 1')),
        c.AddColumn(t, Column("k6", parse_type("varchar(9)"), default="'{\"a\": 1}'", collation='"C"')),
        c.AddColumn(Name(a, a), Column("other\nline", TEXT, not_null=True, default="':xy:'")),
        c.RenameColumn(t, b, "aside"),
        c.RenameColumn(t, "aside", b),
        c.RetypeColumn(t, b, parse_type("numeric(20,4)")),
        c.RetypeColumn(t, "c9", INTEGER, "nullif(c9, ':%')::integer"),
        c.RetypeColumn(t, "c10", TEXT, collation='"C"'),
        c.SetNotNull(t, b),
        c.DropNotNull(t, "k"),
        c.SetDefault(t, b, "1.5"),
        c.SetDefault(t, a, "'a:b :c \\:d'"),
        c.DropDefault(t, b),
        c.SetIdentity(t, "k4", "always"),
        c.SetIdentity(t, "k4", None),
        c.SetIdentity(t, "k4", "by default", is_new=True),
        c.SetGenerated(t, "k5", None),
        c.SetColumnOption(t, a, "set storage external"),
        c.SetTableOption(t, "set (fillfactor = 70)"),
        c.SetReplicaIdentity(t, "FULL"),
        c.RewriteTable(Name("unlogged"), "SET LOGGED"),
    ]


def _constraints(a: str, b: str) -> list[c.Change]:
    t = Name(a)
    return [
        c.AddConstraint(t, Check("checked", f"{_sql(a)} <> ':z'", (a,), valid=False)),
        c.ValidateConstraint(t, "checked"),
        c.AddConstraint(t, Check(None, "id > 0", ("id",))),
        c.AddConstraint(t, Check("alone", "id > 1", ("id",), no_inherit=True)),
        c.AddConstraint(Name(a, a), ForeignKey(a, (a,), t, ("id",), "RESTRICT", valid=False)),
        c.AddConstraint(Name("plain"), ForeignKey(None, ("g",), Name(a, a))),
        c.AlterConstraint(Name(a, a), a, deferrable=True, initially_deferred=True),
        c.AddConstraint(t, Unique("u", (a, b), nulls_distinct=False)),
        c.AddConstraint(t, Unique(None, ("k",), include=(a,))),
        c.AddConstraint(Name("empty"), Check(None, "true")),
        c.AddConstraint(Name("identified"), PrimaryKey("p", (a,))),
        c.AddConstraint(t, Exclusion("x", ((_sql(b), "="),), "btree")),
        c.RenameConstraint(t, "u", "v"),
        c.DropConstraint(t, "v"),
        c.DropConstraint(t, "v", if_exists=True),
        c.DropConstraint(Name("plain"), "self", cascade=True),
    ]


def _indexes(a: str, b: str) -> list[c.Change]:
    t = Name(a)
    keys = (
        IndexKey(column=a, opclass="text_pattern_ops"),
        IndexKey(column="id", descending=True),
        IndexKey(expression=f"lower({_sql(a)})", columns=(a,)),
    )
    full = Index(Name("full"), t, keys, predicate=f"{_sql(b)} > 0", predicate_columns=(b,), include=(b,))
    one = Index(Name("one"), t, (IndexKey(column=a),), unique=True, nulls_distinct=False)
    hashed = Index(Name("hashed"), Name(a, a), (IndexKey(column=a),), method="hash")
    collated = Index(Name("collated"), t, (IndexKey(column=a, collation='"C"'),))
    unnamed = Index(Name(""), t, (IndexKey(column=b),))
    free = Index(Name("free"), t, (IndexKey(column="k"),), unique=True)
    return [
        c.CreateIndex(full, full.name),
        c.CreateIndex(one, one.name, concurrently=True),
        c.CreateIndex(one, one.name, if_not_exists=True),
        c.CreateIndex(hashed, hashed.name),
        c.CreateIndex(collated, collated.name),
        c.CreateIndex(unnamed, None),
        c.CreateIndex(free, free.name),
        c.AddConstraint(t, Unique("taken", ()), using_index="free"),
        c.RenameObject("index", Name("full"), "whole"),
        c.Reindex("index", Name("whole")),
        c.DropIndex(Name("one"), concurrently=True),
        c.DropIndex(Name("one"), if_exists=True),
        c.DropIndex(Name("hashed", a)),
    ]


def _others(a: str, b: str) -> list[c.Change]:
    t, mood, checked = Name(a), Name("mood", a), Check(b, "VALUE <> ''", ("value",))
    query = f"SELECT {_sql(a)},\n       {_sql(b)}\nFROM {_sql(a)} -- ':seen'\nWHERE {_sql(a)} <> ':w:%'"
    shown = (Column("first", TEXT), Column(a, TEXT))
    read = frozenset({(t, None)})
    return [
        c.CreateEnum(EnumType(mood, (a, "it's :x"))),
        c.AddEnumValue(mood, b, before=a),
        c.RenameEnumValue(mood, "it's :x", "%\\"),
        c.CreateDomain(Domain(Name(b, a), TEXT, default="'x'", checks=(checked,))),
        c.AlterDomain(Name(b, a), "set not null"),
        c.AlterDomain(Name(b, a), "rename constraint", constraint=b, default="renamed"),
        c.CreateComposite(CompositeType(Name("pair"), (Column(a, INTEGER), Column(b, Type("mood", a))))),
        c.AlterComposite(Name("pair"), "add", "third", Column("third", TEXT)),
        c.AlterComposite(Name("pair"), "rename", a, "fourth"),
        c.CreateTable(Table(Name("typed"), (Column("m", Type("mood", a)), Column("d", Type(b, a, (), 1))))),
        c.CreateView(View(Name("v"), query, reads=read)),
        c.CreateView(View(Name("v2", a), query, shown, security_invoker=False, reads=read)),
        c.CreateView(View(Name("mv"), query, materialized=True, reads=read)),
        c.RefreshView(Name("mv")),
        c.CreateSequence(Sequence(Name("s", a), BIGINT)),
        c.AlterSequence(Name("s", a), owned_by=(Name(a, a), a)),
        c.SetComment("table", t, None, '100 % of :x, it\'s \\ "so"'),
        c.SetComment("column", t, b, "two\nlines"),
        c.SetComment("column", t, b, None),
        c.SetComment("view", Name("v"), None, ":x:"),
        c.CreatePolicy(t, Policy(a, "SELECT", using=f"{_sql(a)} = ':u'")),
        c.SetRowSecurity(t, enabled=True),
        c.SetRowSecurity(t, forced=True),
        c.GrantAccess("table", t, (Grant("public", "SELECT"), Grant("public", "UPDATE", (a,)))),
        c.RevokeAccess("table", t, (Grant("public", "SELECT"),)),
        c.InsertRows(Name("empty"), ()),
        c.TruncateTable(Name("empty"), restarts_identity=True),
        c.LockTable(Name("empty"), "SHARE"),
        c.SetSetting("lock_timeout", "5s", local=True),
    ]


def _moved(a: str, b: str) -> list[c.Change]:
    return [
        c.DetachPartition(Name("ranged"), Name("part")),
        c.AttachPartition(Name("ranged"), Name("part"), "FOR VALUES FROM (5) TO (6)"),
        c.SetInheritance(Name("child"), Name("plain"), inherits=False),
        c.RenameTable(Name("plain"), "renamed"),
        c.RenameTable(Name("renamed"), "plain"),
        c.RenameTable(Name(a, a), "moved"),
        c.MoveTable(Name("typed"), a),
        c.RenameObject("view", Name("v"), "w"),
        c.MoveObject("view", Name("w"), a),
        c.RenameObject("type", Name("pair"), "couple"),
    ]


def _dropped(a: str, b: str) -> list[c.Change]:
    return [
        c.DropColumn(Name(a), "k1"),
        c.DropColumn(Name(a), "k1", if_exists=True),
        c.DropColumn(Name(a), b, cascade=True),
        c.DropTable(Name("empty")),
        c.DropTable(Name("empty"), if_exists=True),
        c.DropTable(Name("plain"), cascade=True),
        c.DropObject("materialized view", Name("mv"), if_exists=True),
        c.DropObject("policy", Name(a), on=Name(a)),
        c.DropObject("type", Name("couple"), cascade=True),
        c.DropTable(Name("typed", a)),
        c.DropObject("domain", Name(b, a)),
        c.DropObject("type", Name("mood", a), cascade=True),
    ]
