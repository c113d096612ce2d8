"""A loop over a list that grows while it is walked."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "growing_list_loop"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = [1]
    for row in rows:
        rows.append(row)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
