"""Every spelling of a type is the type that PostgreSQL's grammar reads, and is printed as format_type() prints it."""

import pytest

from schemaguard.catalog.types import Type, parse_type, quote_identifier

SPELLINGS = {
    "int": "integer",
    "INT4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    " BigInt ": "bigint",
    "serial": "integer",
    "bigserial": "bigint",
    "smallserial": "smallint",
    "serial8": "bigint",
    "dec": "numeric",
    "decimal(5)": "numeric(5,0)",
    "numeric(12, 2)": "numeric(12,2)",
    "numeric(3,-2)": "numeric(3,-2)",
    "NUMERIC": "numeric",
    "float": "double precision",
    "float(24)": "real",
    "float(25)": "double precision",
    "float4": "real",
    "float8": "double precision",
    "double precision": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "varchar(20)": "character varying(20)",
    "character varying(3)": "character varying(3)",
    "char varying(3)": "character varying(3)",
    "national character varying(3)": "character varying(3)",
    "char": "character(1)",
    "character": "character(1)",
    "char(5)": "character(5)",
    "nchar(5)": "character(5)",
    "national char(2)": "character(2)",
    "bpchar": "bpchar",
    "bpchar(4)": "character(4)",
    '"char"': '"char"',
    "pg_catalog.char": '"char"',
    "bit": "bit(1)",
    "bit(8)": "bit(8)",
    '"bit"': '"bit"',
    "varbit(9)": "bit varying(9)",
    "bit varying": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamp(3)": "timestamp(3) without time zone",
    "timestamp(9) with time zone": "timestamp(6) with time zone",
    "timestamp without time zone": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timestamptz(0)": "timestamp(0) with time zone",
    "time": "time without time zone",
    "time(2) with time zone": "time(2) with time zone",
    "timetz": "time with time zone",
    "interval": "interval",
    "interval(3)": "interval(3)",
    "interval year to month": "interval year to month",
    "interval day to second(3)": "interval day to second(3)",
    "text[]": "text[]",
    "int[3][4]": "integer[]",
    "int array": "integer[]",
    "int array[4]": "integer[]",
    "varchar(5)[]": "character varying(5)[]",
    "timestamptz(3)[]": "timestamp(3) with time zone[]",
    "_text": "text[]",
    "pg_catalog.int4": "integer",
    "pg_catalog._int4": "integer[]",
    '"pg_catalog"."timestamptz"': "timestamp with time zone",
    "Mood": "mood",
    '"Mood"': '"Mood"',
    '"a""b"': '"a""b"',
    "public.mood": "mood",
    "side.mood": "side.mood",
    '"Side"."Mood"[]': '"Side"."Mood"[]',
    "geometry(Point,4326)": "geometry(Point,4326)",
    "public.vector(3)": "vector(3)",
    '"select"': '"select"',
}


@pytest.mark.parametrize(("written", "printed"), SPELLINGS.items())
def test_a_spelling_is_printed_as_the_server_prints_it(written: str, printed: str) -> None:
    assert str(parse_type(written)) == printed


@pytest.mark.parametrize("printed", sorted(set(SPELLINGS.values())))
def test_what_is_printed_means_the_same_type(printed: str) -> None:
    assert str(parse_type(printed)) == printed


@pytest.mark.parametrize(
    "text",
    ["", "   ", "double", "numeric(0)", "numeric(1001)", "numeric(5,2,1)", "varchar(0)", "text(3)", "float(54)",
     "float(0)", "int[", "int]", "int[a]", "a.b.c", "setof int", "interval day to year", "national text", "int int",
     "timestamp(-1)", "varchar(1,2)", "(int)", "1", "int array[2][3]"],
)  # fmt: skip
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no type: "):
        parse_type(text)


def test_a_type_outside_of_pg_catalog_is_not_built_in() -> None:
    assert parse_type("int").is_built_in
    assert parse_type('"char"').is_built_in
    assert not parse_type("side.int4").is_built_in
    assert not parse_type("mood").is_built_in


def test_the_element_of_an_array_keeps_its_modifiers() -> None:
    assert parse_type("numeric(5,2)[]").element == Type("numeric", None, (5, 2))
    assert parse_type("interval day to second(3)[]").element == parse_type("interval day to second(3)")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("plain", "plain"), ("with_1$", "with_1$"), ("Upper", '"Upper"'), ("two words", '"two words"'),
        ("1st", '"1st"'), ("table", '"table"'), ("name", "name"), ('a"b', '"a""b"'), ("ünï", '"ünï"'), ("", '""'),
    ],
)  # fmt: skip
def test_a_name_is_quoted_only_where_the_server_would_need_it(name: str, written: str) -> None:
    assert quote_identifier(name) == written
