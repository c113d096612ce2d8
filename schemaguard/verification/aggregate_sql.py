"""Checks on data as SQL of several servers: one aggregate a table, and the query that shows rows.

Written as sqlglot expressions, so that its generator quotes every name and value. Text is compared byte by byte, by
whatever collation the column has: what a nondeterministic collation takes for equal is two values to a reader.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, assert_never

from sqlglot import exp, parse

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass
from schemaguard.verification.checks import (
    NUMBERS,
    AskedCheck,
    Bound,
    Distinct,
    NoLonger,
    OneOf,
    Required,
    ValueKind,
    is_single,
    number,
)

Dialect = Literal["postgres", "duckdb", "spark", "trino", "snowflake", "bigquery"]
_OWN_SCAN: tuple[Dialect, ...] = ("postgres", "duckdb")
"""Where a query of their own counts duplicates. Elsewhere they are counted beside the rest: both see one sample."""
_SEED = 7
"""Both scans of an aggregate have to draw the same sample."""
_WHOLE_DIGITS, _FRACTION_DIGITS = 28, 10
_EXACT = f"numeric({_WHOLE_DIGITS + _FRACTION_DIGITS}, {_FRACTION_DIGITS})"
"""What a number without a limit is in DuckDB: its own `numeric` has three digits behind the point."""
_WHOLE, _WITH_FRACTION = ("smallint", "integer", "bigint"), "numeric(38, 18)"
_NAN = {ValueKind.SINGLE: "real", ValueKind.DOUBLE: "double precision", ValueKind.EXACT: "numeric"}
_NO_CONDITION = (exp.Alias, exp.Tuple, exp.Star)
_NEVER = (exp.Placeholder, exp.Parameter, exp.Command, exp.DML, exp.DDL, exp.Into)


@dataclass(frozen=True, slots=True)
class Since:
    """Only rows of that time or later; the type is the column's, as PostgreSQL spells it."""

    column: str
    type: str
    time: str


@dataclass(frozen=True, slots=True)
class Source:
    """Which rows of a table; a sample in percent of its pages."""

    dialect: Dialect
    table: Name
    where: str | None = None
    since: Since | None = None
    sample: float | None = None


def condition(text: str, dialect: Dialect) -> exp.Expr | None:
    """The one expression that a person's text is, None where it is anything else: a list, a statement, two of them."""
    if "\x00" in text:
        return None
    try:
        parsed = parse(f"select 1 where (\n{text}\n)", dialect=dialect)
    except Exception:
        # What its parser raises on odd texts isn't only its own errors.
        return None
    tree = parsed[0] if len(parsed) == 1 else None
    if not isinstance(tree, exp.Select) or {key for key, value in tree.args.items() if value} != {
        "expressions",
        "where",
    }:
        return None
    found = tree.args["where"].this
    # A text that closes the parenthesis isn't one expression inside of it.
    if not isinstance(found, exp.Paren) or found.this is None or isinstance(found.this, _NO_CONDITION):
        return None
    return found if found.find(*_NEVER) is None else None


def aggregate(source: Source, asked: Sequence[AskedCheck]) -> str:
    """One SELECT with one row: how many rows there are, then for each check how many break it."""
    counts = [_rows(), *(_count(each, source) for each in asked)]
    named = [exp.alias_(count, f"n{at}") for at, count in enumerate(counts)]
    return _sql(_from(exp.select(*named), source), source)


def example_columns(asked: AskedCheck, key: Sequence[str]) -> tuple[str, ...]:
    """What `examples` returns: the key and the column; for `Distinct` the column, and how many rows have that value."""
    if isinstance(asked.check, Distinct):
        return asked.check.column, "rows"
    return (*(name for name in key if name != asked.check.column), asked.check.column)


def examples(source: Source, asked: AskedCheck, key: Sequence[str], most: int) -> str:
    """A SELECT of at most that many rows that break the check, with the columns of `example_columns`."""
    column = asked.check.column
    if not isinstance(asked.check, Distinct):
        shown = map(_as_text, example_columns(asked, key))
        return _sql(_from(exp.select(*shown), source).where(_broken(asked, source.dialect)).limit(most), source)
    query = _from(exp.select(_as_text(column), exp.alias_(_rows(), "rows", quoted=True)), source)
    query = query.where(exp.Not(this=exp.Is(this=_present(asked, source.dialect), expression=exp.null())))
    query = query.group_by(_column(column)).having(exp.GT(this=_rows(), expression=exp.Literal.number(1)))
    return _sql(query.limit(most), source)


def file_columns(function: str, file: str) -> str:
    """DuckDB's description of a file: a row a column, with its name and type first."""
    return f"DESCRIBE {exp.select('*').from_(_file(function, file)).sql(dialect='duckdb')}"


def file_view(name: Name, function: str, file: str, types: Mapping[str, str]) -> str:
    """A view on a file, for DuckDB: columns in `types` are read as that type (as PostgreSQL spells it), NULL if not."""
    cast = [exp.alias_(_tried(column, type_), column, quoted=True) for column, type_ in types.items()]
    star = exp.Star(replace=cast) if cast else exp.Star()
    query = exp.select(star).from_(_file(function, file))
    return exp.Create(this=_table(name), kind="VIEW", expression=query).sql(dialect="duckdb")


def unreadable(function: str, file: str, types: Mapping[str, str]) -> str:
    """How many texts of each column in a file aren't of its type, for DuckDB."""
    counts = []
    for at, (column, type_) in enumerate(types.items()):
        is_text = exp.Not(this=exp.Is(this=_column(column), expression=exp.null()))
        fails = exp.and_(is_text, exp.Is(this=_tried(column, type_), expression=exp.null()))
        counts.append(exp.alias_(exp.Filter(this=_rows(), expression=exp.Where(this=fails)), f"n{at}"))
    return exp.select(*counts).from_(_file(function, file)).sql(dialect="duckdb")


def _tried(column: str, type_: str) -> exp.Expr:
    # As concat() gives it: DuckDB hands a bare cast down to its CSV reader, which fails where TRY_CAST doesn't.
    text = exp.Anonymous(this="concat", expressions=[_column(column), exp.Literal.string("")])
    found = _try_cast(text, _EXACT if type_ == "numeric" else type_)
    if type_ not in _WHOLE:
        return found
    # DuckDB rounds a fraction where PostgreSQL refuses it.
    is_whole = exp.EQ(this=found.copy(), expression=_try_cast(text.copy(), _WITH_FRACTION))
    return exp.Case(ifs=[exp.If(this=is_whole, true=found)])


def _try_cast(text: exp.Expr, type_: str) -> exp.Expr:
    return exp.TryCast(this=text, to=exp.DataType.build(type_, dialect="postgres"))


def _file(function: str, file: str) -> exp.Table:
    # A folder called `id=5` would stand in for the file's own column `id`.
    said = {"hive_partitioning": exp.false(), **({"all_varchar": exp.true()} if function == "read_csv" else {})}
    options = [exp.EQ(this=exp.to_identifier(name), expression=value) for name, value in said.items()]
    return exp.Table(this=exp.Anonymous(this=function, expressions=[exp.Literal.string(file), *options]))


def _from(query: exp.Select, source: Source) -> exp.Select:
    table = _table(source.table)
    if source.sample is not None:
        percent = exp.Literal.number(_plain(Decimal(repr(source.sample))))
        seed = exp.Literal.number(_SEED) if source.dialect in _OWN_SCAN else None
        table.set("sample", exp.TableSample(method=exp.var("SYSTEM"), percent=percent, seed=seed))
    query = query.from_(table)
    if source.where is not None:
        given = condition(source.where, source.dialect)
        assert given is not None, "the text was looked at before"
        query = query.where(given)
    if source.since is not None:
        time = exp.Literal.string(_spelled(source.since, source.dialect))
        since = exp.cast(time, source.since.type, dialect="postgres")
        query = query.where(exp.GTE(this=_column(source.since.column), expression=since))
    return query


def _spelled(since: Since, dialect: Dialect) -> str:
    """The time, which is in UTC. PostgreSQL, DuckDB and Spark pass over what a type has no place for; others don't."""
    if dialect in (*_OWN_SCAN, "spark") or since.type == "timestamp with time zone":
        return since.time
    day, _, clock = since.time.partition("T")
    return day if since.type == "date" else f"{day} {clock.partition('+')[0]}"


def _table(name: Name) -> exp.Table:
    return exp.table_(name.name, db=name.schema or "public", quoted=True)


def _count(asked: AskedCheck, source: Source) -> exp.Expr:
    if isinstance(asked.check, Distinct):
        # As a query of its own: beside count(DISTINCT …) PostgreSQL plans no parallel scan. Sorting for it beats GROUP
        # BY … HAVING, whose hash table spills to disk.
        value = _present(asked, source.dialect)
        if asked.kind is ValueKind.TEXT and source.dialect == "postgres":
            value = _bytewise(value)
        distinct = exp.Count(this=exp.Distinct(expressions=[value.copy()]))
        excess = exp.Sub(this=exp.Count(this=_present(asked, source.dialect)), expression=distinct)
        return exp.Subquery(this=_from(exp.select(excess), source)) if source.dialect in _OWN_SCAN else excess
    if source.dialect not in (*_OWN_SCAN, "spark"):
        # Not each of the others has FILTER.
        broken = exp.If(this=_broken(asked, source.dialect), true=exp.Literal.number(1))
        return exp.Count(this=exp.Case(ifs=[broken]))
    return exp.Filter(this=_rows(), expression=exp.Where(this=_broken(asked, source.dialect)))


def _broken(asked: AskedCheck, dialect: Dialect) -> exp.Expr:
    """What is true of a row that breaks the check."""
    check, kind = asked.check, asked.kind
    column = _column(check.column)
    match check:
        case Required():
            is_null = exp.Is(this=column, expression=exp.null())
            return exp.or_(is_null, _is_nan(column, kind, dialect)) if _may_be_nan(kind, dialect) else is_null
        case Bound():
            limit = _literal(check.limit_for(kind), kind, dialect)
            broken: exp.Expr = _BEYOND[check.sign](this=column, expression=limit)
            # NaN sorts above every number.
            if check.sign in ("≤", "<") and _may_be_nan(kind, dialect):
                return exp.and_(broken, exp.Not(this=_is_nan(column, kind, dialect)))
            return broken
        case OneOf():
            return _unlisted(check, kind, dialect)
        case NoLonger():
            text = exp.cast(column, "text") if kind is ValueKind.LABEL else column
            return exp.GT(this=exp.Length(this=text), expression=exp.Literal.number(check.characters))
        case Distinct():
            raise AssertionError("one row alone is not a duplicate")
        case _ as unknown:
            assert_never(unknown)


_BEYOND: dict[str, Any] = {"≥": exp.LT, ">": exp.LTE, "≤": exp.GT, "<": exp.GTE}


def _unlisted(check: OneOf, kind: ValueKind, dialect: Dialect) -> exp.Expr:
    column: exp.Expr = _column(check.column)
    listed: list[exp.Expr]
    if kind in NUMBERS:
        listed = [_literal(found, kind, dialect) for value in check.values if (found := number(value)) is not None]
    elif kind is ValueKind.BOOLEAN:
        listed = [exp.Boolean(this=value.lower() == "true") for value in check.values]
    else:
        listed = [exp.Literal.string(value) for value in check.values]
        if kind is ValueKind.LABEL:
            column = exp.cast(column, "text")
        elif dialect == "postgres":
            column = _bytewise(column)
    if dialect == "spark" and kind in (ValueKind.SINGLE, ValueKind.DOUBLE):
        # Its sets of floats tell -0.0 from 0.0.
        column = exp.Add(this=column, expression=_literal(Decimal(0), kind, dialect))
    if not listed:
        return exp.Not(this=exp.Is(this=column, expression=exp.null()))
    unlisted = exp.Not(this=exp.In(this=column, expressions=listed))
    if _may_be_nan(kind, dialect):
        return exp.and_(unlisted, exp.Not(this=_is_nan(_column(check.column), kind, dialect)))
    return unlisted


def _present(asked: AskedCheck, dialect: Dialect) -> exp.Expr:
    """The column, NULL where it is NaN."""
    column = _column(asked.check.column)
    if not _may_be_nan(asked.kind, dialect):
        return column
    is_number = exp.Not(this=_is_nan(column, asked.kind, dialect))
    return exp.Case(ifs=[exp.If(this=is_number, true=column)])


def _may_be_nan(kind: ValueKind, dialect: Dialect) -> bool:
    """PostgreSQL's numeric has a NaN; nobody else's decimal has one."""
    return kind in (ValueKind.SINGLE, ValueKind.DOUBLE) or (kind is ValueKind.EXACT and dialect == "postgres")


def _is_nan(column: exp.Expr, kind: ValueKind, dialect: Dialect) -> exp.Expr:
    if dialect not in ("postgres", "snowflake"):
        # Not by comparing: a condition is handed down to the Parquet reader, whose minimum and maximum pass over NaN.
        return exp.IsNan(this=column.copy())
    return exp.EQ(this=column.copy(), expression=_nan(kind))


def _nan(kind: ValueKind) -> exp.Expr:
    return exp.cast(exp.Literal.string("NaN"), _NAN[kind], dialect="postgres")


def _literal(value: Decimal, kind: ValueKind, dialect: Dialect) -> exp.Expr:
    """The number as the column's own type has it: one tenth of a `real` is the `real` next to 0.1."""
    literal = exp.Literal.number(_plain(value))
    is_beyond = dialect != "postgres" and not _is_decimal(value)
    if (kind is ValueKind.SINGLE and not is_single(value)) or (
        kind in (ValueKind.EXACT, ValueKind.INTEGER) and is_beyond
    ):
        kind = ValueKind.DOUBLE
    if kind not in (ValueKind.SINGLE, ValueKind.DOUBLE):
        return literal
    if dialect not in _OWN_SCAN:
        # A decimal of 300 digits is no literal there, and one that is goes through a double on its way to a float.
        literal = exp.Literal.string(f"{value:e}")
    return exp.cast(literal, _NAN[kind], dialect="postgres")


def _is_decimal(value: Decimal) -> bool:
    """Whether the number and one of a column fit into one DECIMAL, whose 38 digits they share in DuckDB and Spark."""
    return abs(value) < 10**_WHOLE_DIGITS and int(value.as_tuple().exponent) >= -_FRACTION_DIGITS


def _plain(value: Decimal) -> str:
    """All of its digits, without an exponent: that would make it a float."""
    return format(value, "f")


def _bytewise(column: exp.Expr) -> exp.Expr:
    return exp.Collate(this=column, expression=exp.to_identifier("C", quoted=True))


def _as_text(name: str) -> exp.Expr:
    """As the server writes it: a driver may have no value for what is there."""
    return exp.alias_(exp.cast(_column(name), "text"), name, quoted=True)


def _rows() -> exp.Expr:
    return exp.Count(this=exp.Star())


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _sql(query: exp.Expr, source: Source) -> str:
    return query.sql(dialect=source.dialect, comments=False)
