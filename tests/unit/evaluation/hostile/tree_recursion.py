"""A function that calls itself twice: two to the hundredth calls, never deep."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "tree_recursion"
down_revision = None
TRACE = "@TRACE@"

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def upgrade():
    fib(100)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
