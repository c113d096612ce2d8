"""A statement at the end of a recursion that something unknown steers."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_recursion"
down_revision = None
TRACE = "@TRACE@"

def walk(n):
    if n == 0:
        op.drop_table("hidden")
        return
    if op.get_bind().scalar(sa.text("select 1")):
        walk(n - 1)
    else:
        walk(n - 1)


def upgrade():
    walk(6)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
