"""A relationship whose condition is a text that SQLAlchemy evaluates."""
from sqlalchemy.orm import declarative_base, relationship

import sqlalchemy as sa
from alembic import op

revision = "relationship_string"
down_revision = None
TRACE = "@TRACE@"

Base = declarative_base()


class Parent(Base):
    __tablename__ = "parent"
    id = sa.Column(sa.Integer, primary_key=True)
    children = relationship("Child", primaryjoin="__import__('os').system('touch " + TRACE + "')")


class Child(Base):
    __tablename__ = "child"
    id = sa.Column(sa.Integer, primary_key=True)


def upgrade():
    sa.orm.configure_mappers()
    Base.metadata.create_all(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
