"""An expression that doubles sixty times: small in memory, endless when compiled."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "clause_doubling"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    clause = sa.column('a')
    for _ in range(60):
        clause = clause + clause
    op.execute(sa.select(clause))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
