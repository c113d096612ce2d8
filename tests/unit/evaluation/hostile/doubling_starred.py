"""A tuple unpacked twice into itself."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "doubling_starred"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = (1,)
    for _ in range(100):
        rows = (*rows, *rows)
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
