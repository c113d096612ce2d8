"""Alembic's operations on the recording connection send what they send to a real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import Connection, Engine, make_url

from schemaguard.catalog.objects import Catalog
from schemaguard.evaluation.database.connection import RecordingConnection, SentStatement
from schemaguard.evaluation.database.dialect import catalog_dialect
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section

SETUP = """
create table people (
  id serial primary key, name varchar(50) not null default 'x', born date, score numeric(5, 2),
  mail text unique, note text, during int4range, constraint score_check check (score > 0)
);
create table orders (id integer primary key, person integer references people (id), state text default 'new');
create index people_born on people (born);
comment on table people is 'somebody';
create type mood as enum ('sad', 'ok');
create schema app;
"""
CASES: list[Callable[[Operations], None]] = []


def case(run: Callable[[Operations], None]) -> Callable[[Operations], None]:
    CASES.append(run)
    return run


@case
def create_table(op: Operations) -> None:
    op.create_table(
        "made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum("new", "it's", name="state"), nullable=False, server_default="new"),
        sa.Column("mood", pg.ENUM(name="mood", create_type=False)),
        sa.Column("person", sa.Integer(), sa.ForeignKey("people.id", ondelete="CASCADE"), index=True),
        sa.Column("amount", sa.Numeric(10, 2), comment="it's money, 100%"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("note", sa.Text()),
        sa.Column("tags", pg.ARRAY(sa.Text()), server_default="{}"),
        sa.Column("body", pg.JSONB(), server_default=sa.text("'{}'::jsonb")),
        sa.Column("twice", sa.Integer(), sa.Computed("id * 2")),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True, start=5)),
        sa.PrimaryKeyConstraint("id", name="made_pk"),
        sa.UniqueConstraint("person", "amount", name="made_key"),
        sa.CheckConstraint("amount % 2 = 0", name="even"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="made_person", deferrable=True, initially="DEFERRED"),
        sa.Index("made_at", "at", postgresql_where=sa.text("note like 'n%'")),
        comment="100% made",
    )


@case
def create_table_in_a_schema(op: Operations) -> None:
    kind = sa.Enum("a", "b", name="kind", schema="app")
    op.create_table("One", sa.Column("Id", sa.Integer(), primary_key=True), sa.Column("kind", kind), schema="app")
    op.create_table("Two", sa.Column("Id", sa.Integer(), primary_key=True), sa.Column("kind", kind), schema="app")
    op.create_table("serials", sa.Column("id", sa.BigInteger(), primary_key=True), if_not_exists=True)


@case
def create_types_that_may_be_there(op: Operations) -> None:
    bind = op.get_bind()
    sa.Enum("sad", "ok", name="mood").create(bind, checkfirst=True)
    sa.Enum("new", name="fresh").create(bind, checkfirst=True)
    sa.Enum("new", name="fresh").create(bind, checkfirst=True)
    pg.ENUM("x", name="other").create(bind)
    pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0").create(bind)
    sa.Enum(name="fresh").drop(bind, checkfirst=True)
    sa.Enum(name="no_such").drop(bind, checkfirst=True)


@case
def create_all_and_drop_all(op: Operations) -> None:
    metadata = sa.MetaData()
    people = sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True))
    pets = sa.Table(
        "pets",
        metadata,
        sa.Column("owner", sa.ForeignKey(people.c.id)),
        sa.Column("sex", sa.Enum("f", "m", name="sex")),
    )
    metadata.create_all(op.get_bind())
    metadata.create_all(op.get_bind(), tables=[pets], checkfirst=True)
    pets.drop(op.get_bind())
    pets.drop(op.get_bind(), checkfirst=True)


@case
def add_columns(op: Operations) -> None:
    op.add_column("people", sa.Column("age", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column(
        "people", sa.Column("city", sa.String(20), sa.ForeignKey("people.mail", name="city_fk"), comment="where")
    )
    op.add_column("people", sa.Column("mood", sa.Enum("sad", "ok", name="mood")))
    op.add_column("people", sa.Column("flag", sa.Boolean(), server_default=sa.false(), unique=True))
    op.add_column("people", sa.Column("late", sa.Integer(), index=True), if_not_exists=True)


@case
def alter_column(op: Operations) -> None:
    op.alter_column("people", "name", nullable=True)
    op.alter_column("people", "born", nullable=False, existing_type=sa.Date())
    op.alter_column("people", "name", type_=sa.Text(), existing_type=sa.String(50), existing_nullable=False)
    op.alter_column("people", "note", type_=sa.Integer(), postgresql_using="length(note) %% 10")
    op.alter_column("people", "name", server_default=None)
    op.alter_column("people", "name", server_default="it's 5%")
    op.alter_column("people", "born", server_default=sa.text("now()"))
    op.alter_column("people", "score", comment="5% off", existing_type=sa.Numeric(5, 2))
    op.alter_column("people", "score", comment=None, existing_comment="5% off")
    op.alter_column("orders", "id", server_default=sa.Identity(always=True))
    op.alter_column("people", "mail", new_column_name="Mail")


@case
def batches(op: Operations) -> None:
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("age", sa.Integer()))
        batch.alter_column("name", nullable=True)
        batch.create_index("people_name", ["name"], unique=True)
        batch.create_unique_constraint("people_note_key", ["note"])
        batch.drop_index("people_born")
        batch.drop_constraint("score_check", type_="check")
        batch.drop_column("score")
    with op.batch_alter_table("orders", schema=None) as batch:
        batch.create_foreign_key("orders_person", "people", ["person"], ["id"])
        batch.create_check_constraint("orders_state", "state <> '%'")


@case
def batch_that_makes_the_table_anew(op: Operations) -> None:
    with op.batch_alter_table("orders", recreate="always") as batch:
        batch.add_column(sa.Column("extra", sa.Integer()))
        batch.alter_column("state", nullable=False)


@case
def batch_that_makes_a_table_with_serial_and_checks_anew(op: Operations) -> None:
    op.drop_constraint("orders_person_fkey", "orders")
    with op.batch_alter_table("people", recreate="always", table_kwargs={"comment": "again"}) as batch:
        batch.drop_constraint("score_check", type_="check")
        batch.drop_column("score")


@case
def batch_that_copies_a_table_given(op: Operations) -> None:
    given = sa.Table(
        "orders", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("person", sa.Integer)
    )
    with op.batch_alter_table("orders", recreate="always", copy_from=given) as batch:
        batch.add_column(sa.Column("extra", sa.Integer()))


@case
def batch_with_names_of_a_convention(op: Operations) -> None:
    convention = {"fk": "fk_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table("orders", naming_convention=convention) as batch:
        batch.create_foreign_key(None, "people", ["person"], ["id"])
        batch.create_unique_constraint(batch.f("orders_uq"), ["person"])


@case
def bulk_insert(op: Operations) -> None:
    table = sa.table("orders", sa.column("id", sa.Integer), sa.column("state", sa.String))
    op.bulk_insert(table, [{"id": 1, "state": "a"}, {"id": 2, "state": "50%"}])
    op.bulk_insert(table, [{"id": 3, "state": "c"}])
    op.bulk_insert(table, [{"id": 4, "state": "d"}, {"id": 5, "state": "e"}], multiinsert=False)
    op.bulk_insert(table, [])


@case
def indexes_outside_of_a_transaction(op: Operations) -> None:
    with op.get_context().autocommit_block():
        op.create_index("people_note", "people", ["note"], postgresql_concurrently=True)
        op.drop_index("people_born", table_name="people", postgresql_concurrently=True, if_exists=True)
        op.execute("alter type mood add value if not exists 'new'")
    op.execute("select 1")
    with op.get_context().autocommit_block():
        op.drop_index("people_note", "people", postgresql_concurrently=True)


@case
def indexes(op: Operations) -> None:
    op.create_index("i1", "people", ["name", sa.text("lower(note)")], postgresql_where=sa.text("note like 'a%'"))
    op.create_index("i2", "people", [sa.text("born DESC NULLS LAST")], unique=True, postgresql_include=["note"])
    op.create_index(op.f("i3"), "people", ["note"], postgresql_using="hash")
    op.create_index("i4", "people", ["note"], postgresql_ops={"note": "text_pattern_ops"}, if_not_exists=True)
    op.create_index("i5", "people", ["note"], unique=True, postgresql_nulls_not_distinct=True)
    op.drop_index("i3", "people")


@case
def execute(op: Operations) -> None:
    op.execute("update orders set state = '10:30 50% %(not)s' where state like '%a%%'")
    op.execute(sa.text("update orders set state = :state where id = :id").bindparams(state="50%", id=1))
    op.execute(sa.text(r"update orders set state = 'a\:b' || :state").bindparams(state="x"))
    op.execute(sa.text(r"select 'a\:b', '5%', id::text from orders"))
    op.execute(sa.text("select * from orders where id in :ids").bindparams(sa.bindparam("ids", [1, 2], expanding=True)))
    orders = sa.table(
        "orders", sa.column("id", sa.Integer), sa.column("state", sa.String), sa.column("person", sa.Integer)
    )
    op.execute(orders.update().where(orders.c.id == 1).values(state="x%"))
    op.execute(
        orders.update().where(orders.c.state == op.inline_literal("5%")).values({"state": op.inline_literal("b")})
    )
    op.execute(orders.delete().where(orders.c.id.in_([1, 2, 3])))
    op.execute(orders.insert().values([{"id": 7, "state": "a"}, {"id": 8, "state": "b"}]))
    op.execute(orders.insert().values(id=9))
    op.execute(orders.insert().from_select(["id"], sa.select(orders.c.id + 10).where(orders.c.id % 2 == 0)))
    op.execute(pg.insert(orders).values(id=9).on_conflict_do_nothing())
    op.execute(sa.DDL("alter table orders add column %(column)s text default '5%%'", context={"column": "more"}))
    op.execute(sa.schema.CreateSequence(sa.Sequence("numbers")))
    op.execute("do $$ begin perform 1; end $$")


@case
def bind(op: Operations) -> None:
    connection = op.get_bind()
    connection.execute(sa.text("update orders set state = :state"), {"state": "a"})
    connection.execute(sa.text("update orders set state = :s where id = :i"), [{"s": "a", "i": 1}, {"s": "b", "i": 2}])
    connection.exec_driver_sql("update orders set state = '5%%'")
    connection.exec_driver_sql("update orders set state = %(s)s", {"s": "5%"})
    connection.exec_driver_sql("update orders set state = %s where id = %s", ("a", 1))
    connection.execute(sa.select(sa.func.count()).select_from(sa.table("orders")))
    connection.scalar(sa.text("select 1"))
    connection.scalars(sa.text("select 1"))
    connection.execute(sa.schema.CreateTable(sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))))
    connection.execute(sa.text("update orders set state = 'x'").execution_options(a=1))


@case
def sequences(op: Operations) -> None:
    sequence = sa.Sequence("numbers", start=5)
    op.execute(sa.schema.CreateSequence(sequence))
    op.execute(sa.schema.DropSequence(sequence))
    sequence.create(op.get_bind(), checkfirst=True)
    op.get_bind().execute(sequence.next_value())
    op.get_bind().scalar(sequence)
    table = sa.Table(
        "numbered",
        sa.MetaData(),
        sa.Column("id", sa.Integer, sa.Sequence("own_numbers"), primary_key=True),
        sa.Column("a", sa.Text),
    )
    table.create(op.get_bind())
    op.get_bind().execute(table.insert().values(a="5%"))
    op.bulk_insert(table, [{"a": "x"}, {"a": "y"}])


@case
def constraints(op: Operations) -> None:
    op.create_unique_constraint("u", "people", ["name", "born"], deferrable=True)
    op.create_check_constraint("c", "people", "note <> '5%'")
    op.create_check_constraint("d", "people", sa.column("score") > 5)
    op.create_foreign_key("f", "orders", "people", ["person"], ["id"], ondelete="SET NULL", onupdate="CASCADE")
    op.create_foreign_key(None, "orders", "people", ["person"], ["id"])
    op.create_exclude_constraint(
        "e", "people", (sa.column("during"), "&&"), using="gist", where=sa.text("note <> '5%'")
    )
    op.drop_constraint("u", "people", type_="unique")
    op.drop_constraint("c", "people", type_="check")
    op.drop_constraint("f", "orders", type_="foreignkey")
    op.drop_constraint("orders_pkey", "orders", type_="primary")
    op.create_primary_key("orders_pk", "orders", ["id"])


@case
def comments(op: Operations) -> None:
    op.create_table_comment("people", "it's 100% :good", existing_comment="somebody")
    op.drop_table_comment("people", existing_comment="it's 100% :good")


@case
def renames_and_drops(op: Operations) -> None:
    op.rename_table("orders", "Orders")
    op.rename_table("Orders", "sales", schema="public")
    op.drop_column("people", "note")
    op.drop_column("people", "gone", if_exists=True)
    op.drop_table("sales")
    op.drop_table("sales", if_exists=True)


@case
def reflected_tables(op: Operations) -> None:
    people = sa.Table("people", sa.MetaData(), autoload_with=op.get_bind())
    op.execute(people.update().where(people.c.id == 1).values(name="5%", score=1))
    op.execute(sa.insert(people).values(name="b").returning(people.c.id))
    names = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("people")}
    if "note" in names and not sa.inspect(op.get_bind()).has_table("no_such"):
        op.drop_column("people", "note")
    engine_sees = sa.inspect(op.get_bind().engine)
    assert engine_sees.dialect.name == "postgresql"


@case
def schema_translation(op: Operations) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), schema="tenant")
    connection = op.get_bind().execution_options(schema_translate_map={"tenant": "app"})
    table.create(connection)
    connection.execute(table.insert().values(a=1))


UNORDERED = {create_table, batch_that_makes_a_table_with_serial_and_checks_anew, batch_that_makes_the_table_anew}
"""SQLAlchemy keeps indexes and constraints of a table in a set."""
Seen = list[tuple[str, object, bool, bool]]


@pytest.fixture(scope="module")
def engine(server: str) -> Iterator[Engine]:
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("drop database if exists recorded")
        connection.exec_driver_sql("create database recorded")
    engine = sa.create_engine(url.set(database="recorded"))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql("drop database recorded with (force)")
    admin.dispose()


def operations(connection: Connection) -> tuple[MigrationContext, Operations]:
    context = MigrationContext(connection.dialect, connection, {"as_sql": False, "transactional_ddl": True})
    return context, Operations(context)


def really_sent(engine: Engine, run: Callable[[Operations], None]) -> Seen:
    """What the operations send to the real server, without SQLAlchemy's questions about its catalog."""
    seen: Seen = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "drop schema public cascade; create schema public; drop schema if exists app cascade;" + SETUP
        )
    with engine.connect() as connection:

        def hear(conn: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
            if "pg_catalog." not in sql and "pg_depend" not in sql:
                is_autocommit = conn.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
                seen.append((sql.replace("%%", "%"), parameters, many, is_autocommit))

        event.listen(connection, "before_cursor_execute", hear)
        context, op = operations(connection)
        with context.begin_transaction():
            run(op)
    return seen


class Model:
    """A catalog that takes in what is sent."""

    def __init__(self) -> None:
        self.catalog = run_section(Section("setup.sql", SETUP), Catalog())[-1].after
        self.seen: Seen = []
        self.connection = RecordingConnection(catalog_dialect(lambda: self.catalog, 18), self.take)

    def take(self, sent: SentStatement) -> None:
        self.seen.append((sent.sql, sent.parameters, sent.many, self.connection.is_autocommit))
        for step in run_section(Section("sent.sql", sent.sql), self.catalog):
            self.catalog = step.after


def recorded(run: Callable[[Operations], None]) -> Seen:
    model = Model()
    context, op = operations(model.connection)
    with context.begin_transaction():
        run(op)
    assert not model.connection.in_transaction()
    return model.seen


@pytest.mark.parametrize("run", CASES, ids=lambda run: run.__name__)
def test_the_operations_send_what_they_send_to_a_server(engine: Engine, run: Callable[[Operations], None]) -> None:
    expected = really_sent(engine, run)
    assert expected
    found = recorded(run)
    if run in UNORDERED:
        expected, found = (sorted(seen, key=lambda sent: sent[0]) for seen in (expected, found))
    assert [sql for sql, *_ in found] == [sql for sql, *_ in expected]
    assert [settings for _, *settings in found] == [settings for _, *settings in expected]


def test_types_and_tables_are_asked_for_in_the_catalog_as_it_is_then() -> None:
    model = Model()
    _, op = operations(model.connection)
    assert not sa.inspect(op.get_bind()).has_table("made")
    op.create_table("made", sa.Column("id", sa.Integer, primary_key=True), sa.Column("m", sa.Enum("a", name="m")))
    assert sa.inspect(op.get_bind()).has_table("made")
    assert [column["name"] for column in sa.inspect(op.get_bind()).get_columns("made")] == ["id", "m"]
    assert [sent[0].split("(")[0].strip() for sent in model.seen] == ["CREATE TYPE m AS ENUM", "CREATE TABLE made"]


def answering(answer: Any) -> tuple[RecordingConnection, list[SentStatement]]:
    sent: list[SentStatement] = []

    def send(one: SentStatement) -> Any:
        sent.append(one)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return RecordingConnection(catalog_dialect(Catalog), send), sent


def test_what_send_returns_is_the_result() -> None:
    answer = object()
    connection, sent = answering(answer)
    statement = sa.text("select 1")
    assert connection.execute(statement) is answer
    assert connection.scalar(statement) is answer
    assert connection.scalars(statement) is answer
    assert connection.exec_driver_sql("select 1") is answer
    assert connection.scalar(sa.Sequence("s")) is answer
    assert [one.sql for one in sent] == ["select 1"] * 4 + ["select nextval('s')"]


def test_a_refusal_of_send_comes_out_of_execute() -> None:
    refusal = exc.ProgrammingError("drop table t", {}, Exception("there is no t"))
    connection, _ = answering(refusal)
    _, op = operations(connection)
    for run in (lambda: op.drop_table("t"), lambda: connection.exec_driver_sql("drop table t")):
        with pytest.raises(exc.ProgrammingError) as raised:
            run()
        assert raised.value is refusal


def test_what_cannot_be_compiled_or_bound_is_refused_as_sqlalchemy_does() -> None:
    connection, sent = answering(None)
    with pytest.raises(exc.CompileError):
        connection.execute(sa.schema.CreateTable(sa.Table("t", sa.MetaData(), sa.Column("a"))))
    with pytest.raises(exc.StatementError, match="A value is required for bind parameter 'c'"):
        connection.execute(sa.text("select ' :c'"))
    assert sent == []


def test_several_sets_of_parameters_are_one_statement_even_where_it_returns_rows() -> None:
    connection, sent = answering(None)
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.JSON))
    connection.execute(table.insert().returning(table.c.id), [{"a": {"x": 1}}, {"a": None}])
    (one,) = sent
    assert one.many
    assert one.parameters == [{"a": {"x": 1}}, {"a": None}]
    assert one.sql == "INSERT INTO t (a) VALUES (%(a)s::JSON) RETURNING t.id"


def test_transactions_do_nothing_and_nest() -> None:
    connection, sent = answering(None)
    with connection.begin() as outer, connection.begin_nested():
        assert connection.in_transaction()
        assert connection.in_nested_transaction()
        connection.exec_driver_sql("select 1")
    assert not outer.is_active
    assert not connection.in_transaction()
    with connection, connection.engine.begin() as same, connection.engine.connect():
        assert same is connection
    assert not connection.closed
    assert [one.sql for one in sent] == ["select 1"]


def test_there_is_no_driver_to_be_reached() -> None:
    connection, _ = answering(None)
    for reach in (
        lambda: connection.connection,
        lambda: connection.engine.raw_connection(),
        lambda: connection.engine.pool.connect(),
        lambda: connection.dialect.connect(),
    ):
        with pytest.raises((exc.NotSupportedError, exc.NoDBAPILoaded)):
            reach()
