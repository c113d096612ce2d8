"""A statement in a property."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_property"
down_revision = None
TRACE = "@TRACE@"

class Work:
    @property
    def made(self):
        op.drop_table("hidden")


def upgrade():
    Work().made
    op.drop_column("guarded", "amount")


def downgrade():
    pass
