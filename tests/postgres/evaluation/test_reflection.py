"""The Inspector says of our catalog what it says of the server that ran the same SQL, method by method."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.reflection import Inspector, ObjectKind, ObjectScope

from schemaguard.catalog.objects import Catalog
from schemaguard.evaluation.database.connection import RecordingConnection, SentStatement
from schemaguard.evaluation.database.dialect import catalog_dialect
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section
from tests.conftest import VERSIONS

SHAPES = Path(__file__).with_name("shapes.sql").read_text()
SCHEMAS = (None, "public", "app", "Odd Schema")
MULTI = (
    "get_multi_columns", "get_multi_pk_constraint", "get_multi_foreign_keys", "get_multi_indexes",
    "get_multi_unique_constraints", "get_multi_check_constraints", "get_multi_table_comment", "get_multi_table_options",
)  # fmt: skip
OF_ONE_TABLE = tuple(method.replace("multi_", "") for method in MULTI)

# The server keeps expressions parsed and prints them anew, with the casts that it put in; the catalog keeps them as
# written. (table, name of the object) → what the server prints.
DEPARSED = {
    ("people", "people_lower"): ("lower(mail)", "lower(mail::text)"),
    ("people", "people_partial_null"): ("(born is null)", "(born IS NULL)"),
    ("people", "people_born_check"): ("born > '1900-01-01'", "born > '1900-01-01'::date"),
    ("people", "score_range"): ("score >= 0", "score >= 0::numeric"),
    ("orders", "orders_own"): ("key_b <> ''", "key_b <> ''::text"),
}


@pytest.fixture(scope="module", params=VERSIONS)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Connection, RecordingConnection]]:
    """The real connection and the recording one, after the same SQL."""
    url = make_url(request.getfixturevalue(f"server{request.param}"))
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.connect() as real:
        real.exec_driver_sql(SHAPES.replace("%", "%%"))
        yield real, modelled(SHAPES, int(request.param))
        real.rollback()
    engine.dispose()


def modelled(script: str, postgresql: int) -> RecordingConnection:
    steps = run_section(Section("shapes.sql", script, transactions="one"), Catalog())
    catalog = steps[-1].after
    assert catalog.opaque == 0

    def refuse(sent: SentStatement) -> Any:
        raise AssertionError(f"reflection sends nothing, but sent {sent.sql}")

    return RecordingConnection(catalog_dialect(lambda: catalog, postgresql), refuse)


def inspectors(pair: tuple[Connection, RecordingConnection]) -> tuple[Inspector, Inspector]:
    real, recording = pair
    return sa.inspect(real), sa.inspect(recording)


def plain(value: Any) -> Any:
    """Types by class and settings, everything else as it is; the order of a dictionary counts too."""
    match value:
        case dict():
            return [(key, plain(item)) for key, item in value.items()]
        case list() | tuple():
            return [plain(item) for item in value]
        case sa.types.TypeEngine():
            settings = {key: plain(item) for key, item in vars(value).items() if not key.startswith("_")}
            return (
                type(value).__name__,
                sorted((k, v) for k, v in settings.items() if k not in ("metadata", "dispatch")),
            )
        case sa.Constraint():
            return str(value)
        case sa.TextClause():
            return value.text
    return value


def asked(inspector: Inspector, method: str, *args: Any, **kw: Any) -> Any:
    with warnings.catch_warnings():
        # The real one warns of types that it doesn't know.
        warnings.simplefilter("ignore", exc.SAWarning)
        return getattr(inspector, method)(*args, **kw)


def as_printed(table: str, facts: Any) -> Any:
    """The facts of a table with the texts of DEPARSED as the server prints them."""
    if not isinstance(facts, list):
        return facts
    for fact in facts:
        ours, printed = DEPARSED.get((table, fact["name"]), (None, None))
        for key, value in list(fact.items()):
            if value == ours:
                fact[key] = printed
            elif value == [ours]:
                fact[key] = [printed]
            elif isinstance(value, dict) and ours in value.values():
                fact[key] = {name: printed if item == ours else item for name, item in value.items()}
    return facts


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("method", MULTI)
def test_every_table_is_told_as_the_server_tells_it(pair: Any, method: str, schema: str | None) -> None:
    real, ours = inspectors(pair)
    everything = {"schema": schema, "kind": ObjectKind.ANY, "scope": ObjectScope.ANY}
    expected, found = asked(real, method, **everything), asked(ours, method, **everything)
    assert sorted(found) == sorted(expected)
    for table in expected:
        assert plain(as_printed(table[1], found[table])) == plain(expected[table]), table


@pytest.mark.parametrize("method", MULTI)
@pytest.mark.parametrize("kind", [ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.ANY_VIEW])
def test_kinds_names_and_scopes_narrow_what_is_told(pair: Any, method: str, kind: ObjectKind) -> None:
    real, ours = inspectors(pair)
    for narrowed in (
        {"kind": kind},
        {"kind": kind, "scope": ObjectScope.TEMPORARY},
        {"kind": kind, "filter_names": ["adults", "people", "totals", "no such"]},
        {"kind": kind, "schema": "app", "filter_names": ["things", "people"]},
    ):
        assert sorted(asked(ours, method, **narrowed)) == sorted(asked(real, method, **narrowed))


@pytest.mark.parametrize("method", OF_ONE_TABLE)
@pytest.mark.parametrize(
    ("table", "schema"),
    [("people", None), ("orders", "public"), ("things", "app"), ("Odd Table", "Odd Schema"), ("adults", None)],
)
def test_one_table_is_told_as_the_server_tells_it(pair: Any, method: str, table: str, schema: str | None) -> None:
    real, ours = inspectors(pair)
    found = as_printed(table, asked(ours, method, table, schema=schema))
    assert plain(found) == plain(asked(real, method, table, schema=schema))


def test_foreign_keys_that_ignore_the_search_path_name_their_schemas(pair: Any) -> None:
    real, ours = inspectors(pair)
    for table, schema in (("orders", None), ("orders", "public"), ("parts", "app"), ("things", "app")):
        options = {"schema": schema, "postgresql_ignore_search_path": True}
        assert ours.get_foreign_keys(table, **options) == real.get_foreign_keys(table, **options)


@pytest.mark.parametrize("method", [*OF_ONE_TABLE, "get_table_oid", "get_view_definition"])
def test_a_table_that_is_not_there_is_refused_as_the_server_refuses_it(pair: Any, method: str) -> None:
    for inspector in inspectors(pair):
        for table, schema in (("no_such", None), ("things", None), ("people", "app")):
            with pytest.raises(exc.NoSuchTableError, match=f"{schema}.{table}" if schema else table):
                getattr(inspector, method)(table, schema=schema)


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    "method",
    ["get_table_names", "get_view_names", "get_materialized_view_names", "get_sequence_names"],
)
def test_the_same_names_are_there(pair: Any, method: str, schema: str | None) -> None:
    real, ours = inspectors(pair)
    assert sorted(getattr(ours, method)(schema=schema)) == sorted(getattr(real, method)(schema=schema))


@pytest.mark.parametrize("method", ["get_schema_names", "get_temp_table_names", "get_temp_view_names"])
def test_the_same_schemas_and_temporary_relations_are_there(pair: Any, method: str) -> None:
    real, ours = inspectors(pair)
    assert getattr(ours, method)() == getattr(real, method)()


@pytest.mark.parametrize("schema", [*SCHEMAS, "*"])
def test_the_same_enums_and_domains_are_there(pair: Any, schema: str | None) -> None:
    real, ours = inspectors(pair)
    assert ours.get_enums(schema=schema) == real.get_enums(schema=schema)
    # The domains of information_schema are the server's own; no migration made them.
    expected = [domain for domain in real.get_domains(schema=schema) if domain["schema"] != "information_schema"]
    assert ours.get_domains(schema=schema) == expected


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("has_table", [
            ("people", None), ("adults", None), ("totals", None), ("things", None), ("things", "app"),
            ("people", "app"), ("alembic_version", None), ("alembic_version", "app"), ("people_id_seq", None),
        ]),
        ("has_sequence", [
            ("lonely", None), ("numbered", None), ("numbered", "app"), ("people_id_seq", None),
            ("identities_id_seq", None), ("people", None),
        ]),
        ("has_type", [
            ("mood", None), ("stage", None), ("stage", "app"), ("stage", "*"), ("positive", None), ("pair", None),
            ("_mood", None), ("people", None), ("no_such", None), ("Mixed", None), ("mixed", None),
        ]),
    ],
)  # fmt: skip
def test_the_same_is_there_and_not_there(pair: Any, method: str, names: list[tuple[str, str | None]]) -> None:
    real, ours = inspectors(pair)
    for name, schema in names:
        assert getattr(ours, method)(name, schema=schema) == getattr(real, method)(name, schema=schema), name


def test_indexes_and_schemas_are_found_by_name(pair: Any) -> None:
    real, ours = inspectors(pair)
    for index in ("people_hash", "people_names", "people_pkey", "no_such"):
        assert ours.has_index("people", index) == real.has_index("people", index), index
    assert not ours.has_index("no_such", "people_hash")
    for schema in ("public", "app", "no_such", "pg_catalog", "information_schema", "Odd Schema", "odd schema"):
        assert ours.has_schema(schema) == real.has_schema(schema), schema


def test_tables_that_load_themselves_are_the_same(pair: Any) -> None:
    tables = []
    for connection in pair:
        metadata = sa.MetaData()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)
            for name, schema in (("orders", None), ("parts", "app"), ("identities", None), ("Odd Table", "Odd Schema")):
                sa.Table(name, metadata, schema=schema, autoload_with=connection)
        tables.append([str(sa.schema.CreateTable(table).compile(pair[0])) for table in metadata.sorted_tables])
    assert [spelled(text) for text in tables[1]] == [spelled(text) for text in tables[0]]


def test_a_whole_schema_reflects_itself_the_same(pair: Any) -> None:
    found = []
    for connection in pair:
        metadata = sa.MetaData()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)
            metadata.reflect(connection, views=True)
        found.append({name: sorted(column.name for column in table.columns) for name, table in metadata.tables.items()})
    assert found[1] == found[0]
    assert {"people", "adults", "totals", "alembic_version"} <= found[0].keys()


def spelled(text: str) -> str:
    """The text with what DEPARSED lists as the server prints it."""
    for ours, printed in DEPARSED.values():
        text = text.replace(ours + ")", printed + ")")
    return text


def test_the_definition_of_a_view_is_its_query_as_written(pair: Any) -> None:
    real, ours = inspectors(pair)
    printed = real.get_view_definition("adults").replace("people.", "")
    assert printed.split() == ["SELECT", "id,", "name", "FROM", "people", "WHERE", "active;"]
    assert ours.get_view_definition("adults") == "select id, name from people where active;"


def test_the_number_of_a_table_is_its_own(pair: Any) -> None:
    numbers = {inspectors(pair)[1].get_table_oid(table) for table in ("people", "orders", "adults", "totals")}
    assert len(numbers) == 4
    assert all(16384 <= number < 2**32 for number in numbers)


def test_an_inspector_remembers_what_it_was_told_as_a_real_one_does() -> None:
    after_one, after_both = (catalog_of(sql) for sql in ("create table a ();", "create table a (); create table b ();"))
    now = [after_one]
    recording = RecordingConnection(catalog_dialect(lambda: now[0]), lambda sent: None)
    inspector = sa.inspect(recording)
    assert inspector.get_table_names() == ["a", "alembic_version"]
    now[0] = after_both
    assert inspector.get_table_names() == ["a", "alembic_version"]
    assert inspector.has_table("b")
    assert sa.inspect(recording).get_table_names() == ["a", "b", "alembic_version"]


def catalog_of(script: str) -> Catalog:
    return run_section(Section("shapes.sql", script, transactions="one"), Catalog())[-1].after


def test_of_a_table_made_elsewhere_what_is_known_is_told() -> None:
    recording = modelled("alter table elsewhere add column extra integer; create index e on elsewhere (extra);", 16)
    inspector = sa.inspect(recording)
    assert inspector.has_table("elsewhere")
    assert [column["name"] for column in inspector.get_columns("elsewhere")] == ["extra"]
    assert [index["name"] for index in inspector.get_indexes("elsewhere")] == ["e"]
    assert inspector.get_pk_constraint("elsewhere") == {"constrained_columns": [], "name": None}


def test_names_are_looked_up_along_the_search_path() -> None:
    script = "create schema app; create table app.t (a int); create table t (b int); set search_path to app, public;"
    inspector = sa.inspect(modelled(script, 16))
    assert [column["name"] for column in inspector.get_columns("t")] == ["a"]
    assert [column["name"] for column in inspector.get_columns("t", schema="public")] == ["b"]
    assert sorted(inspector.get_table_names()) == ["alembic_version", "t"]


def test_the_version_table_is_there_without_anyone_having_made_it() -> None:
    inspector = sa.inspect(RecordingConnection(catalog_dialect(Catalog), lambda sent: None))
    assert inspector.has_table("alembic_version")
    assert inspector.get_table_names() == ["alembic_version"]
    (column,) = inspector.get_columns("alembic_version")
    assert (column["name"], str(column["type"])) == ("version_num", "VARCHAR(32)")
    assert inspector.get_pk_constraint("alembic_version")["name"] == "alembic_version_pkc"
