"""A dict with twice as many keys every round."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "doubling_dict"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = {0: 0}
    for _ in range(100):
        rows.update({key + len(rows): key for key in rows})
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
