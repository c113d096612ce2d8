"""From a query and a catalog to the promises of a contract, and to a file that says just them."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import parse_type
from schemaguard.contracts import odcs
from schemaguard.contracts.contract import ContractTable, Promise, ReadsThrough
from schemaguard.contracts.drafting import ContractDraft, render
from schemaguard.contracts.inference import FeatureQuery, infer_reads, infer_writes
from schemaguard.contracts.interface import interface
from schemaguard.errors import ContractError
from schemaguard.sql.reading.written import Written, read_written
from tests.postgres.catalog.servers import fold_script

SCRIPT = """
create type risk as enum ('low', 'high', 'dire');
create domain share as numeric(5,4) not null check (value >= 0 and value < 1);
create domain narrow as share check (value > 0.5);
create schema app;
create table shops (id bigint primary key, name text, code text unique, risk risk not null, risks risk[]);
create table sales (
    id bigint generated always as identity primary key, shop bigint not null, amount numeric(12,2) not null,
    kind text check (kind in ('web', 'pos')), share share, narrow narrow, "Odd Name" integer, tags text[], doc jsonb,
    at timestamptz default now(), day date check (day > '2000-01-01'),
    constraint amount_range check (amount >= 0 and amount < 1000000),
    constraint odd check ("Odd Name" between 1 and 9));
alter table sales add constraint later check (shop > 10) not valid;
create table app."my.table" (id integer not null, "x" real);
create table lone (id integer);
create view by_shop as
    select s.shop, s.amount, p.name from sales s left join shops p on p.id = s.shop where kind = 'web';
"""
CATALOG = fold_script(SCRIPT)


def reads(query: str, reads_through: ReadsThrough = "table") -> dict[str, ContractTable]:
    found = infer_reads([FeatureQuery(query, "f.sql")], CATALOG, reads_through)
    return {str(table.table): table for table in found.tables}


def column(query: str, table: str, name: str) -> Promise:
    promise = reads(query)[table].promise(name)
    assert promise is not None
    return promise


def columns(query: str, reads_through: ReadsThrough = "table") -> dict[str, list[str]]:
    return {name: [p.column for p in table.promises] for name, table in reads(query, reads_through).items()}


def test_columns_that_only_decide_which_rows_there_are_are_read_too() -> None:
    query = "select amount from sales join shops on shops.id = shop where kind = 'web' order by at"
    assert columns(query) == {"sales": ["shop", "amount", "kind", "at"], "shops": ["id"]}


def test_a_view_is_listed_and_followed_to_its_base_columns() -> None:
    assert columns("select amount from by_shop") == {
        "by_shop": ["amount"],
        "sales": ["shop", "amount", "kind"],
        "shops": ["id"],
    }


def test_what_is_read_through_contract_views_is_only_what_the_query_names() -> None:
    assert columns("select amount from by_shop", "view") == {"by_shop": ["amount"]}


def test_a_table_that_is_only_counted_is_read_without_a_column() -> None:
    assert columns("select count(*) from lone") == {"lone": []}


def test_several_queries_read_all_that_each_of_them_reads() -> None:
    queries = [FeatureQuery(text, "f.sql") for text in ("select amount from sales", "select kind, amount from sales")]
    (table,) = infer_reads(queries, CATALOG, "table").tables
    assert [promise.column for promise in table.promises] == ["amount", "kind"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", Promise("id", None, required=True, unique=True)),
        ("shop", Promise("shop", None, required=True)),
        ("amount", Promise("amount", None, required=True, minimum=0, exclusive_maximum=1_000_000)),
        ("kind", Promise("kind", None, enum=("pos", "web"))),
        ("share", Promise("share", None, required=True, minimum=0, exclusive_maximum=1)),
        ("narrow", Promise("narrow", None, required=True, exclusive_minimum=0.5, exclusive_maximum=1)),
        ("Odd Name", Promise("Odd Name", None, minimum=1, maximum=9)),
        ("day", Promise("day", None)),
        ("at", Promise("at", None)),
    ],
)
def test_what_the_catalog_keeps_to_is_promised(name: str, expected: Promise) -> None:
    found = column(f'select "{name}" from sales', "sales", name)
    assert (found.required, found.unique, found.enum) == (expected.required, expected.unique, expected.enum)
    assert (found.minimum, found.maximum) == (expected.minimum, expected.maximum)
    assert (found.exclusive_minimum, found.exclusive_maximum) == (
        expected.exclusive_minimum,
        expected.exclusive_maximum,
    )


def test_an_enum_promises_its_labels_in_their_order_and_an_array_of_it_none() -> None:
    assert column("select risk from shops", "shops", "risk").enum == ("low", "high", "dire")
    assert column("select risks from shops", "shops", "risks").enum is None


def test_a_join_inside_a_view_may_repeat_rows_and_make_nulls() -> None:
    assert not column("select name from by_shop", "by_shop", "name").required
    assert column("select code from shops", "shops", "code").unique


def test_a_writer_has_to_keep_to_checks_that_old_rows_need_not() -> None:
    (table,) = infer_writes([read_written("sales(shop, amount, kind)")], CATALOG)
    assert [(p.column, p.required, p.exclusive_minimum) for p in table.promises] == [
        ("shop", True, 10), ("amount", True, None), ("kind", False, None),
    ]  # fmt: skip
    assert column("select shop from sales", "sales", "shop").exclusive_minimum is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t(a)", Written(Name("t"), ("a",))),
        ('App."My.Table" ( "A b" , C )', Written(Name("My.Table", "app"), ("A b", "c"))),
        ("t(a, b) on conflict (a)", Written(Name("t"), ("a", "b"), ("a",))),
    ],
)
def test_what_is_written_reads_as_sql_does(text: str, expected: Written) -> None:
    assert read_written(text) == expected


@pytest.mark.parametrize(
    "text", ["", "t", "t()", "t(a", "t(a) b", "t(a); drop table t", "t(1)", "t(a) on conflict", "(a)"]
)
def test_what_does_not_read_so_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_written(text)


@pytest.mark.parametrize(
    ("query", "at", "what"),
    [
        ("select id\nfrom sales, nowhere", "f.sql:2:13", "the relation nowhere isn't known"),
        ("select amount,\n       nothing from sales", "f.sql:2:8", "the column nothing isn't known"),
        ("select id from sales, shops", "f.sql:1:8", "the column id is ambiguous"),
        ("select 1; select 2", "f.sql:1:1", "the text isn't one query"),
        ("update sales set amount = 1", "f.sql:1:1", "the text isn't one query"),
        ("", "f.sql:1:1", "the text isn't one query"),
        ("select * from f(1)", "f.sql:1:1", "aren't known"),
    ],
)
def test_what_a_query_reads_is_told_or_refused_with_its_place(query: str, at: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        reads(query)
    assert caught.value.at == at
    assert what in caught.value.what
    assert caught.value.next


def test_a_function_that_is_not_postgresqls_own_is_said_not_to_be_looked_into() -> None:
    found = infer_reads([FeatureQuery("select score(amount), lower(kind) from sales", "f.sql")], CATALOG, "table")
    assert found.notes == ("f.sql calls score(): schemaguard doesn't look into that function",)


ODD = [
    "a b",
    "A",
    "x.y",
    '"quoted"',
    "it's",
    "#no comment",
    "yes",
    "1",
    "a: b",
    "é\u202e",
    "[x]",
    "{",
    "- x",
    "null",
    "\t",
]
NAMES = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


TYPES = st.sampled_from([column.type for table in CATALOG.tables.values() for column in table.columns])
VALUES = st.none() | st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    return Promise(draw(NAMES), draw(TYPES), draw(st.booleans()), draw(st.booleans()), enum=draw(VALUES))


@st.composite
def tables(draw: st.DrawFn) -> ContractTable:
    schema = draw(st.none() | NAMES.filter(lambda name: name != "public"))
    found = draw(st.lists(promises(), max_size=4, unique_by=lambda promise: promise.column))
    return ContractTable(Name(draw(NAMES), schema), draw(st.sampled_from(["read", "write"])), tuple(found))


@settings(max_examples=100, deadline=None)
@given(st.lists(tables(), min_size=1, max_size=3, unique_by=lambda t: (str(t.table), t.access)), NAMES, NAMES, NAMES)
def test_a_drafted_file_is_read_as_just_what_was_drafted(
    drawn: list[ContractTable], model: str, version: str, note: str
) -> None:
    draft = ContractDraft(model, (version, "8"), tuple(drawn), notes=(note,), source=note)
    contract = odcs.parse(render(draft, Catalog()), "x.odcs.yaml")
    assert (contract.model, contract.model_versions, contract.status) == (model, (version, "8"), "draft")
    assert interface(contract.tables, "table", None) == interface(drawn, "table", None)


def test_limits_are_read_as_they_were_drafted() -> None:
    limits = [0.0, -1.0, 0.1, 1e22, -1e-7, 12345678901.5, 2.0**53]
    for limit in limits:
        table = ContractTable(
            Name("t"), "read", (Promise("a", parse_type("numeric"), minimum=limit, exclusive_maximum=limit),)
        )
        assert interface(
            odcs.parse(render(ContractDraft("m", ("1",), (table,)), Catalog()), "x").tables, "table", None
        ) == interface((table,), "table", None)


def test_a_draft_goes_through_the_standards_own_library_and_comes_back_the_same() -> None:
    from open_data_contract_standard.model import OpenDataContractStandard

    found = infer_reads([FeatureQuery("select * from sales, by_shop", "f.sql")], CATALOG, "table")
    text = render(ContractDraft("m", ("1",), found.tables, query_file="f.sql"), CATALOG)
    read = OpenDataContractStandard.from_string(text)
    again = read.to_yaml()
    assert yaml.safe_load(again) == yaml.safe_load(text)
    assert OpenDataContractStandard.from_string(again) == read
    assert odcs.parse(again, "x").tables[0].promises[0].type == odcs.parse(text, "x").tables[0].promises[0].type


def test_interfaces_are_equal_whatever_their_order_and_differ_by_every_promise() -> None:
    one, two = Promise("a", None, enum=("x", "y")), Promise("b", None)
    base = interface([ContractTable(Name("t"), "read", (one, two))], "table", None)
    assert base == interface(
        [ContractTable(Name("t"), "read", (two, Promise("a", None, enum=("y", "x"))))], "table", None
    )
    for other in (
        Promise("a", None, enum=("x",)),
        Promise("a", None, enum=("x", "y"), required=True),
        Promise("c", None),
    ):
        assert base != interface([ContractTable(Name("t"), "read", (other, two))], "table", None)
    assert base != interface([ContractTable(Name("t"), "write", (one, two))], "table", None)
