"""A statement in a descriptor."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_descriptor"
down_revision = None
TRACE = "@TRACE@"

class Field:
    def __get__(self, instance, owner=None):
        op.drop_table("hidden")


class Work:
    field = Field()


def upgrade():
    Work().field
    op.drop_column("guarded", "amount")


def downgrade():
    pass
