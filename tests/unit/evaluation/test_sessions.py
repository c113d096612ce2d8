"""Rows that a session writes without a statement: added, deleted, merged, or given other values."""

import pytest

from schemaguard.catalog.changes import Change, DeleteRows, InsertRows, NoEffect, Opaque, UpdateRows
from schemaguard.catalog.objects import Name
from tests.unit.evaluation.evaluating import evaluated

MODELS = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker
    from sqlalchemy import select, update

    class Base(DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column()
        price = sa.Column("price_cents", sa.Integer)
        owner = relationship("Owner")
        tags = relationship("Tag")

        def rename(self, to):
            self.name = to

        @property
        def label(self):
            return f"{self.id}"

    class Hidden(Base):
        __tablename__ = make_name()
        id: Mapped[int] = mapped_column(primary_key=True)
"""
ITEMS = Name("items")
DELETED = DeleteRows(ITEMS, has_where=True)
RENAMED = UpdateRows(ITEMS, ("name",), has_where=True)
PRICED = UpdateRows(ITEMS, ("price_cents",), has_where=True)


def _changes(body: str, models: str = MODELS, **options: object) -> list[Change]:
    """The changes of a revision whose upgrade() has that body; what only reads is left out."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    run = evaluated(f"{models}\n    def upgrade():\n        bind = op.get_bind()\n{lines}\n", **options)  # type: ignore[arg-type]
    return [change for step in run.steps for change in step.changes if not isinstance(change, NoEffect)]


WAYS = {
    "a session of the connection": "s = Session(bind)",
    "a session of the connection by name": "s = Session(bind=op.get_bind())",
    "a session maker": "s = sessionmaker(bind=bind)()",
    "a session maker without a connection": "s = sessionmaker()(bind=bind)",
}


@pytest.mark.parametrize("session", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("s.delete(s.get(Item, 1))", DELETED),
        ("s.delete(s.query(Item).first())", DELETED),
        ("for item in s.query(Item).filter(Item.name == 'x').all():\n    s.delete(item)", DELETED),
        ("for item in s.query(Item):\n    item.name = 'y'", RENAMED),
        ("s.query(Item).filter_by(name='x').one().name = 'y'", RENAMED),
        ("item = s.query(Item).get(1)\nitem.price = 5", PRICED),
        ("item = s.query(Item).order_by(Item.id).limit(1).one_or_none()\nif item:\n    item.price += 5", PRICED),
        ("for item in s.scalars(select(Item)):\n    item.rename('y')", RENAMED),
        ("for item in s.scalars(select(Item).where(Item.id > 5)).all():\n    s.delete(item)", DELETED),
        ("for item in s.execute(select(Item)).scalars().all():\n    setattr(item, 'name', 'y')", RENAMED),
        ("for (item,) in s.execute(select(Item)):\n    item.name = 'y'", RENAMED),
        ("for row in s.execute(select(Item)).all():\n    row[0].name = 'y'", RENAMED),
        ("items = [i for i in s.query(Item).all() if i.name]\nfor item in items:\n    item.name = 'y'", RENAMED),
        ("item = s.scalar(select(Item))\nitem.name = 'y'", RENAMED),
        ("s.query(Item).delete()", DeleteRows(ITEMS, has_where=False)),
        ("s.query(Item).update({'name': 'y'})", UpdateRows(ITEMS, ("name",), has_where=False)),
        ("s.query(Item).join(Item.owner).filter(Item.id > 1).delete()", DELETED),
        ("s.add(Item(name='x', price=1))", InsertRows(ITEMS, ("name", "price_cents"))),
        ("s.add_all([Item(name='x')])", InsertRows(ITEMS, ("name",))),
        ("s.add_all(Item(name=n) for n in ['x'])", InsertRows(ITEMS, ("name",))),
        ("s.bulk_save_objects([Item(name='x')])", InsertRows(ITEMS, ("name",))),
        ("s.bulk_insert_mappings(Item, [{'name': 'x'}])", InsertRows(ITEMS, ("name",))),
        ("s.bulk_update_mappings(Item, [{'id': 1, 'price': 2}])", PRICED),
        ("s.execute(update(Item).where(Item.id == 1).values(name='y'))", RENAMED),
    ],
)  # fmt: skip
def test_what_a_session_writes_is_a_statement_on_the_table_of_the_class(
    session: str, body: str, change: Change
) -> None:
    assert _changes(f"{session}\n{body}\ns.commit()") == [change]


@pytest.mark.parametrize(
    "body",
    [
        "with Session(bind) as s:\n    s.delete(s.get(Item, 1))\n    s.commit()",
        "with Session(bind) as s, s.begin():\n    s.delete(s.get(Item, 1))",
        "with Session(bind) as s:\n    with s.begin():\n        clean(s)",
        "clean(Session(bind))",
        "clean_all(bind)",
    ],
)
def test_sessions_are_followed_into_blocks_and_helper_functions(body: str) -> None:
    helpers = f"""{MODELS}
    def clean(session):
        for item in session.query(Item):
            session.delete(item)

    def clean_all(bind):
        with Session(bind=bind) as session:
            clean(session)
    """

    assert _changes(body, helpers) == [DELETED]


def test_a_merged_object_is_inserted_or_updated() -> None:
    assert _changes("Session(bind).merge(Item(id=1, name='x'))") == [
        InsertRows(ITEMS, ("id", "name")),
        UpdateRows(ITEMS, ("name",), has_where=True),
    ]


def test_a_merged_object_that_is_nothing_but_its_key_overwrites_nothing() -> None:
    assert _changes("Session(bind).merge(Item(id=1))") == [InsertRows(ITEMS, ("id",))]


@pytest.mark.parametrize(
    "body",
    [
        "s.add_all([Item(name=row[0]) for row in bind.execute(sa.text('SELECT name FROM old'))])",
        "s.add_all(Item(name=row[0]) for row in bind.execute(sa.text('SELECT name FROM old')))",
        "s.bulk_save_objects([Item(name=name) for name in make_names()])",
        "found = [Item(name=name) for name in make_names() if name]\nfor item in found:\n    s.add(item)",
    ],
)
def test_objects_of_a_known_class_are_rows_of_its_table_however_many_there_are(body: str) -> None:
    assert _changes(f"s = Session(bind)\n{body}") == [InsertRows(ITEMS, ("name",))]


def test_how_many_objects_are_made_of_unknown_rows_stays_unknown() -> None:
    body = "found = [Item(name=name) for name in make_names()]\nif found[0].name:\n    op.drop_table('items')"
    run = evaluated(f"{MODELS}\n    def upgrade():\n        " + body.replace("\n", "\n        "))
    assert [step.conditional for step in run.steps] == [True]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("s.delete(s.get(Hidden, 1))", None),
        ("s.add(Hidden(id=1))", None),
        ("s.query(Hidden).delete()", None),
        ("s.query(make_class()).update({'a': 1})", None),
        ("for row in s.query(make_class()):\n    row.a = 1", None),
        ("for item in s.query(Item):\n    item.owner = None", frozenset({ITEMS})),
        ("for item in s.query(Item):\n    item.tags.clear()", None),
        ("for item in s.query(Item):\n    item.owner.name = 'y'", None),
        ("for item in sorted(s.query(Item), key=str):\n    item.name = 'y'", frozenset({ITEMS})),
        ("for n, item in enumerate(s.query(Item)):\n    s.delete(item)", frozenset({ITEMS})),
        ("s.bulk_save_objects(make_objects())", None),
        ("s.bulk_update_mappings(Item, make_rows())", frozenset({ITEMS})),
    ],
)
def test_what_isnt_known_of_a_write_is_said(body: str, names: frozenset[Name] | None) -> None:
    (change,) = _changes(f"s = Session(bind)\n{body}")

    assert isinstance(change, Opaque)
    assert change.names == names


@pytest.mark.parametrize(
    "body",
    [
        "names = [item.name for item in s.query(Item).all()]",
        "count = s.query(Item).filter(Item.id > 5).count()",
        "for item in s.scalars(select(Item)):\n    print(item.label, item.owner)",
        "item = s.query(Item).first()\nif item is None:\n    print('none')",
        "rows = s.execute(select(Item.id, Item.name)).all()\nby_id = {row.id: row.name for row in rows}",
        "exists = s.query(Item).filter_by(name='x').exists()",
        "item = Item(name='x')\nitem.name = 'y'",
        "s.expunge(s.query(Item).first())",
        "s.rollback()",
    ],
)
def test_what_only_reads_writes_nothing(body: str) -> None:
    assert _changes(f"s = Session(bind)\n{body}") == []


SQLMODEL = """
    from sqlmodel import Field, Session, SQLModel, select

    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str

    class Thing(SQLModel, table=True):
        __tablename__ = "things"
        id: int | None = Field(default=None, primary_key=True)
"""


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("for item in s.exec(select(Item)):\n    item.name = 'y'\n    s.add(item)",
         UpdateRows(Name("item"), ("name",), has_where=True)),
        ("for item in s.exec(select(Item).where(Item.name == 'x')).all():\n    s.delete(item)",
         DeleteRows(Name("item"), has_where=True)),
        ("s.delete(s.get(Thing, 1))", DeleteRows(Name("things"), has_where=True)),
        ("s.add(Item(name='x'))", InsertRows(Name("item"), ("name",))),
    ],
)  # fmt: skip
def test_sqlmodel_names_a_table_after_its_class(body: str, change: Change) -> None:
    (found,) = _changes(f"s = Session(op.get_bind())\n{body}", SQLMODEL)

    assert isinstance(found, type(change))
    assert getattr(found, "table", None) == getattr(change, "table", None)


FLASK = """
    from app.extensions import db

    class Item(db.Model):
        __tablename__ = "items"
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(9))
"""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("for item in Item.query.filter_by(name='x').all():\n    db.session.delete(item)", DeleteRows),
        ("Item.query.filter(Item.name == 'x').delete()", DeleteRows),
        ("Item.query.update({'name': 'y'})", UpdateRows),
        ("db.session.add(Item(name='x'))", InsertRows),
    ],
)
def test_flask_sqlalchemy_has_a_session_and_queries_of_its_own(body: str, kind: type) -> None:
    (change,) = _changes(body, FLASK)

    assert isinstance(change, kind)
    assert change.table == ITEMS  # type: ignore[union-attr]  # all three have one


def test_what_is_a_column_of_a_class_of_flask_sqlalchemy_isnt_known_but_its_table_is() -> None:
    (change,) = _changes("for item in db.session.query(Item):\n    item.name = 'y'\ndb.session.commit()", FLASK)

    assert isinstance(change, Opaque)
    assert change.names == {ITEMS}
