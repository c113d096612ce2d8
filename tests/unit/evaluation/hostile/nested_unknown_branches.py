"""Branches on something unknown, forty deep, with a call in every branch."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "nested_unknown_branches"
down_revision = None
TRACE = "@TRACE@"

def walk(n):
    if n == 0:
        return
    if op.get_bind().scalar(sa.text("select 1")):
        walk(n - 1)
    else:
        walk(n - 1)


def upgrade():
    walk(40)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
