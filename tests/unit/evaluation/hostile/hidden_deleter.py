"""A statement in __del__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_deleter"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __del__(self):
        op.drop_table("hidden")


def upgrade():
    work = Work()
    del work
    op.drop_column("guarded", "amount")


def downgrade():
    pass
