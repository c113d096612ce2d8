"""An expression that grows by one part at a time, rebuilt each time."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "concatenated_clause"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    clause = sa.column('a')
    for n in range(100_000):
        clause = clause + n
    op.execute(sa.select(clause))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
