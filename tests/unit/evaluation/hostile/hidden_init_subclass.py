"""A statement in __init_subclass__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_init_subclass"
down_revision = None
TRACE = "@TRACE@"

class Base:
    def __init_subclass__(cls):
        op.drop_table("hidden")


def upgrade():
    class Made(Base):
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
