"""A statement in a metaclass."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_metaclass"
down_revision = None
TRACE = "@TRACE@"

class Meta(type):
    def __init__(cls, name, bases, namespace):
        op.drop_table("hidden")


def upgrade():
    class Made(metaclass=Meta):
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
