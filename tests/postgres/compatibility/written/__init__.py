"""Revisions as people write them, and the modules of the project that they import."""

from tests.postgres.compatibility.written import operations, sessions

SETUP = """
    create table customer (id serial primary key, name text not null);
    create table item (
        id bigserial primary key, sku varchar(40) not null, price numeric(10, 2) not null default 0,
        qty integer not null default 1, note text,
        status text not null default 'new' constraint ck_item_status check (status in ('new', 'done')),
        customer_id int references customer (id),
        created_at timestamptz not null default '2024-01-01 00:00:00+00', tags text[], data jsonb
    );
    create index ix_item_sku on item (sku);
    insert into customer (name) values ('c1'), ('c2');
    insert into item (sku, price, qty, note, customer_id) values ('a', 1.5, 2, 'n', 1), ('b', 2.5, 3, null, 2);
"""
MODULES = {
    "app.models": """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    sku: Mapped[str] = mapped_column(sa.String(40))
    price: Mapped[float] = mapped_column(sa.Numeric(10, 2))
    qty: Mapped[int]
    note: Mapped[str | None]
    status: Mapped[str]


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
""",
    "app.migrations.helpers": """
from alembic import op
import sqlalchemy as sa


def drop_if_there(table, column):
    inspector = sa.inspect(op.get_bind())
    if column in {each["name"] for each in inspector.get_columns(table)}:
        op.drop_column(table, column)
""",
}
"""Module → its source."""
REVISIONS = operations.REVISIONS | sessions.REVISIONS
BEFORE = sessions.BEFORE
"""The revision in words → what is done to the tables before it."""
