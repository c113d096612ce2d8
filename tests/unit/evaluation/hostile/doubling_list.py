"""A list that doubles a hundred times."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "doubling_list"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = [1]
    for _ in range(100):
        rows += rows
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
