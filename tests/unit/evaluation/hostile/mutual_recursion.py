"""Three functions that call each other without end."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "mutual_recursion"
down_revision = None
TRACE = "@TRACE@"

def ping(n):
    return pong(n) + 1


def pong(n):
    return pang(n) + 1


def pang(n):
    return ping(n) + 1


def upgrade():
    ping(0)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
