"""A function that calls itself without end."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_recursion"
down_revision = None
TRACE = "@TRACE@"

def down(n):
    return down(n + 1)


def upgrade():
    down(0)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
