"""Never ends: a loop whose condition grows with it."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "while_counting"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    n = 0
    while (n := n + 1):
        n += 1
    op.drop_column("guarded", "amount")


def downgrade():
    pass
