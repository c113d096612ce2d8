"""Recursion without a name: a lambda that gets itself as its argument."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "lambda_recursion"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    (lambda f: f(f))(lambda f: f(f))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
