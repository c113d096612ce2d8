"""A billion laughs through format() and %."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "nested_laughs_format"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = ['ha']
    for _ in range(60):
        rows = [rows, rows]
    op.execute('{}'.format(rows))
    op.execute('%s' % (rows,))
    op.execute('%r' % rows)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
