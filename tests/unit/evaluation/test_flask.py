"""Flask-SQLAlchemy's models and session, and what a session writes beside what it is told."""

import pytest

from schemaguard.catalog.changes import Change, DeleteRows, InsertRows, NoEffect, Opaque, UpdateRows
from schemaguard.catalog.objects import Name
from tests.unit.evaluation.evaluating import evaluated

APP = {
    "app/shop.py": """
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()

        class Item(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            qty = db.Column("quantity", db.Integer)

        class UserAccount(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(40))

        class Named(db.Model):
            __tablename__ = "items"
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(40))
    """,
}
ITEM, ACCOUNT, ITEMS = Name("item"), Name("user_account"), Name("items")


def _changes(body: str, **options: object) -> list[Change]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"from app.shop import db, Item, Named, UserAccount\ndef upgrade():\n{lines}\n"
    run = evaluated(source, **({"files": APP} | options))  # type: ignore[arg-type]
    return [change for step in run.steps for change in step.changes if not isinstance(change, NoEffect)]


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("for item in Item.query:\n    item.qty = 1", UpdateRows(ITEM, ("quantity",), has_where=True)),
        ("Item.query.filter_by(id=1).one().qty += 1", UpdateRows(ITEM, ("quantity",), has_where=True)),
        ("UserAccount.query.first().name = 'x'", UpdateRows(ACCOUNT, ("name",), has_where=True)),
        ("Item.query.filter(Item.qty < 0).delete()", DeleteRows(ITEM, has_where=True)),
        ("db.session.query(Item).delete()", DeleteRows(ITEM, has_where=False)),
        ("db.session.execute(db.text('DELETE FROM item'))", DeleteRows(ITEM, has_where=False)),
        ("db.session.execute(db.delete(Named).where(Named.id == 1))", DeleteRows(ITEMS, has_where=True)),
        ("db.session.add(UserAccount(name='x'))", InsertRows(ACCOUNT, ("name",))),
        ("db.session.delete(Named.query.get(1))", DeleteRows(ITEMS, has_where=True)),
        ("op.execute(Item.__table__.update().values(quantity=1))", UpdateRows(ITEM, ("quantity",), has_where=False)),
    ],
)
def test_what_is_written_through_db_is_followed(body: str, change: Change) -> None:
    assert _changes(body) == [change]


@pytest.mark.parametrize("body", ["len(Item.query.all())", "db.session.commit()", "db.session.query(Item).count()"])
def test_what_only_reads_through_db_changes_nothing(body: str) -> None:
    assert _changes(body) == []


def test_an_attribute_is_set_where_it_is_set() -> None:
    run = evaluated(
        "from app.shop import Item\ndef upgrade():\n    for item in Item.query:\n\n        item.qty = 1\n", files=APP
    )

    assert [(step.statement.place.line, step.statement.source) for step in run.steps] == [(7, "item.qty")]


def test_the_query_of_a_class_whose_base_nobody_knows_may_write_any_table() -> None:
    source = """
        from elsewhere import Model

        class Item(Model):
            pass

        def upgrade():
            for item in Item.query.filter_by(note=None):
                item.note = ""
    """
    (change,) = (change for step in evaluated(source).steps for change in step.changes)

    assert isinstance(change, Opaque)
    assert change.names is None


RELATED = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Owner(Base):
        __tablename__ = "owner"
        id: Mapped[int] = mapped_column(primary_key=True)
        {}

    def upgrade():
        session = Session(op.get_bind())
        session.delete(session.get(Owner, 1))
"""
TABLES = """
    CREATE TABLE owner (id int PRIMARY KEY);
    CREATE TABLE item (id int PRIMARY KEY, owner_id int REFERENCES owner);
    CREATE TABLE note (id int PRIMARY KEY, item_id int REFERENCES item);
    CREATE TABLE other (id int);
"""


def test_an_object_is_deleted_with_those_that_refer_to_it() -> None:
    source = RELATED.format('items = relationship("Item", cascade="all, delete-orphan")')
    deleted, besides = (change for step in evaluated(source, before=TABLES).steps for change in step.changes)

    assert deleted == DeleteRows(Name("owner"), has_where=True)
    assert isinstance(besides, Opaque)
    assert besides.names == {Name("item", "public"), Name("note", "public")}


def test_an_object_without_relationships_is_deleted_alone() -> None:
    source = RELATED.format("pass").replace(", relationship", "")
    changes = [change for step in evaluated(source, before=TABLES).steps for change in step.changes]

    assert changes == [DeleteRows(Name("owner"), has_where=True)]
