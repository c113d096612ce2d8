"""A mapped column whose annotation is a text that SQLAlchemy evaluates."""
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import sqlalchemy as sa
from alembic import op

revision = "mapped_annotation"
down_revision = None
TRACE = "@TRACE@"

class Base(DeclarativeBase):
    type_annotation_map = {}


class Work(Base):
    __tablename__ = "work"
    id: Mapped[int] = mapped_column(primary_key=True)
    made: "Mapped[__import__('os').system('touch @TRACE@') or int]" = mapped_column()


def upgrade():
    Base.metadata.create_all(op.get_bind())
    op.create_table(*[c for c in [Work.__table__]])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
