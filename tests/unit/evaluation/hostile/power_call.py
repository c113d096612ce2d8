"""The same with pow() and by multiplying."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "power_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    n = pow(10, 10**10)
    m = 10**1000
    for _ in range(60):
        m = m * m
    op.execute(str(n + m))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
