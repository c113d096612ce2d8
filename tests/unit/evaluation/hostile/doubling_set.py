"""A set with twice as many members every round."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "doubling_set"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = {0}
    for _ in range(100):
        rows |= {key + len(rows) for key in rows}
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
