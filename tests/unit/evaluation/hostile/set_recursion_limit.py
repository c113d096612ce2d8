"""Lifts the limit of recursion, then recurses until the C stack is gone."""
# expected: opaque
import sys

import sqlalchemy as sa
from alembic import op

revision = "set_recursion_limit"
down_revision = None
TRACE = "@TRACE@"

def down(n):
    return down(n + 1)


def upgrade():
    sys.setrecursionlimit(10**9)
    down(0)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
