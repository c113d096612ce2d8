"""Revisions as people write them with SQLAlchemy's tables and sessions: what it is in words → the revision."""

REVISIONS: dict[str, str] = {
    "a session deletes what it found": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            session = Session(bind=op.get_bind())
            item = session.scalars(sa.select(Item).where(Item.id == 2)).one()
            session.delete(item)
            session.commit()
    """,
    "an attribute is set of each object": """
        from sqlalchemy import orm
        from app.models import Item
        def upgrade():
            bind = op.get_bind()
            session = orm.Session(bind=bind)
            for item in session.query(Item):
                item.price = item.price * 2
            session.commit()
    """,
    "objects are added": """
        from sqlalchemy.orm import Session
        from app.models import Customer
        def upgrade():
            session = Session(op.get_bind())
            session.add(Customer(name="new"))
            session.add_all([Customer(name="x"), Customer(name="y")])
            session.commit()
    """,
    "a query updates": """
        from sqlalchemy.orm import sessionmaker
        from app.models import Item
        Session = sessionmaker()
        def upgrade():
            s = Session(bind=op.get_bind())
            s.query(Item).filter(Item.note.is_(None)).update({Item.note: "none"}, synchronize_session=False)
            s.commit()
    """,
    "mappings are updated in bulk": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            s = Session(op.get_bind())
            s.bulk_update_mappings(Item, [{"id": 1, "qty": 9}])
            s.commit()
    """,
    "a session executes an update": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            with Session(op.get_bind()) as session, session.begin():
                session.execute(sa.update(Item).values(qty=Item.qty + 1))
    """,
    "setattr of what a key gets": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            s = Session(op.get_bind())
            it = s.get(Item, 1)
            setattr(it, "qty", 77)
            s.flush()
    """,
    "a class inside of the revision": """
        from sqlalchemy.ext.declarative import declarative_base
        from sqlalchemy import orm
        Base = declarative_base()
        class Item(Base):
            __tablename__ = "item"
            id = sa.Column(sa.BigInteger, primary_key=True)
            qty = sa.Column(sa.Integer)
        def upgrade():
            session = orm.Session(bind=op.get_bind())
            for i in session.query(Item).all():
                i.qty = 0
            session.commit()
    """,
    "a reflected table is updated": """
        def upgrade():
            meta = sa.MetaData()
            meta.reflect(bind=op.get_bind(), only=["item"])
            t = meta.tables["item"]
            op.execute(t.update().values({"qty": 4}))
    """,
    "rows of an autoloaded table are deleted": """
        def upgrade():
            conn = op.get_bind()
            item = sa.Table("item", sa.MetaData(), autoload_with=conn)
            conn.execute(item.delete().where(item.c.id == 1))
    """,
    "a light-weight table is updated": """
        item = sa.table("item", sa.column("id", sa.Integer), sa.column("status", sa.String))
        def upgrade():
            new, done = op.inline_literal("new"), op.inline_literal("done")
            op.execute(item.update().where(item.c.status == new).values({"status": done}))
    """,
    "another table is updated": """
        customer = sa.table("customer", sa.column("name", sa.String))
        def upgrade():
            op.execute(customer.update().values(name="x"))
    """,
    "an object is merged": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            s = Session(op.get_bind())
            s.merge(Item(id=1, sku="zz", price=1, qty=1, status="new"))
            s.commit()
    """,
    "an object is deleted with those that refer to it": """
        from sqlalchemy.orm import Session, relationship, DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Customer(Base):
            __tablename__ = "customer"
            id: Mapped[int] = mapped_column(primary_key=True)
            items = relationship("Item", cascade="all, delete-orphan", back_populates="customer")
        class Item(Base):
            __tablename__ = "item"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
            customer = relationship("Customer", back_populates="items")
        def upgrade():
            s = Session(op.get_bind())
            c = s.get(Customer, 1)
            s.delete(c)
            s.commit()
    """,
    "an attribute is set through a relationship": """
        from sqlalchemy.orm import Session, relationship, DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Customer(Base):
            __tablename__ = "customer"
            id: Mapped[int] = mapped_column(primary_key=True)
            items = relationship("Item", back_populates="customer")
        class Item(Base):
            __tablename__ = "item"
            id: Mapped[int] = mapped_column(primary_key=True)
            note: Mapped[str | None]
            customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
            customer = relationship("Customer", back_populates="items")
        def upgrade():
            s = Session(op.get_bind())
            for c in s.scalars(sa.select(Customer)):
                for i in c.items:
                    i.note = "via customer"
            s.commit()
    """,
    "the table of a class is updated": """
        from app.models import Item
        def upgrade():
            op.execute(Item.__table__.update().values(qty=7))
    """,
    "the tables of the metadata are gone through": """
        from app.models import Base
        def upgrade():
            for t in reversed(Base.metadata.sorted_tables):
                if t.name == "item":
                    op.get_bind().execute(t.delete())
    """,
    "a helper sets attributes": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def touch(obj, **kw):
            for k, v in kw.items():
                setattr(obj, k, v)
        def upgrade():
            s = Session(op.get_bind())
            for i in s.scalars(sa.select(Item)).all():
                touch(i, qty=5)
            s.commit()
    """,
    "a method of the class sets an attribute": """
        from sqlalchemy.orm import Session, DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Item(Base):
            __tablename__ = "item"
            id: Mapped[int] = mapped_column(primary_key=True)
            qty: Mapped[int]
            def reset(self):
                self.qty = 0
        def upgrade():
            s = Session(op.get_bind())
            for i in s.scalars(sa.select(Item)):
                i.reset()
            s.commit()
    """,
    "a mixin has the key": """
        from sqlalchemy.orm import Session, DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Id:
            id: Mapped[int] = mapped_column(primary_key=True)
        class It(Id, Base):
            __tablename__ = "item"
            qty: Mapped[int]
        def upgrade():
            s = Session(op.get_bind())
            for i in s.scalars(sa.select(It)):
                s.delete(i)
            s.commit()
    """,
    "the base class names the tables": """
        from sqlalchemy.orm import Session, DeclarativeBase, Mapped, mapped_column, declared_attr
        class Base(DeclarativeBase):
            @declared_attr.directive
            def __tablename__(cls): return cls.__name__.lower()
        class Item(Base):
            id: Mapped[int] = mapped_column(primary_key=True)
            qty: Mapped[int]
        def upgrade():
            s = Session(op.get_bind())
            for i in s.scalars(sa.select(Item)):
                i.qty = 1
            s.commit()
    """,
    "a session only reads": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            s = Session(op.get_bind())
            names = [i.sku for i in s.query(Item)]
            print(len(names))
    """,
    "an object of another class is added and deleted": """
        from sqlalchemy.orm import Session
        from app.models import Customer
        def upgrade():
            s = Session(op.get_bind())
            s.add(Customer(name="gone"))
            s.flush()
            c = s.scalars(sa.select(Customer).where(Customer.name == "gone")).one()
            s.delete(c)
            s.commit()
    """,
    "objects are saved in bulk": """
        from sqlalchemy.orm import Session
        from app.models import Item
        def upgrade():
            s = Session(op.get_bind())
            items = s.query(Item).all()
            for i in items:
                i.note = "bulk"
            s.bulk_save_objects(items)
            s.commit()
    """,
    "a class is mapped by a call": """
        from sqlalchemy.orm import registry, Session
        columns = sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("qty", sa.Integer)
        item = sa.Table("item", sa.MetaData(), *columns)
        class Item: pass
        def upgrade():
            reg = registry()
            reg.map_imperatively(Item, item)
            s = Session(op.get_bind())
            for i in s.query(Item):
                i.qty = 3
            s.commit()
    """,
    "an update looks into another table": """
        def upgrade():
            i = sa.table("item", sa.column("customer_id"), sa.column("note"))
            c = sa.table("customer", sa.column("id"), sa.column("name"))
            op.execute(i.update().where(i.c.customer_id == c.c.id).values(note=c.c.name))
    """,
    "a deleted row is referred to": """
        def upgrade():
            c = sa.table("customer", sa.column("id"))
            op.execute(sa.delete(c).where(c.c.id == 2))
    """,
    "a scoped session": """
        from sqlalchemy.orm import scoped_session, sessionmaker
        from app.models import Item
        def upgrade():
            s = scoped_session(sessionmaker(bind=op.get_bind()))
            s.query(Item).filter(Item.id == 1).one().qty = 99
            s.commit()
    """,
    "an upsert of one row": """
        from sqlalchemy.dialects.postgresql import insert
        def upgrade():
            item = sa.table("item", sa.column("id"), sa.column("sku"), sa.column("qty"))
            st = insert(item).values(id=1, sku="zz", qty=1)
            op.execute(st.on_conflict_do_update(index_elements=["id"], set_={"qty": st.excluded.qty}))
    """,
}

BEFORE: dict[str, str] = {
    "a deleted row is referred to": "alter table item drop constraint item_customer_id_fkey;"
    "alter table item add foreign key (customer_id) references customer on delete set null;",
}
