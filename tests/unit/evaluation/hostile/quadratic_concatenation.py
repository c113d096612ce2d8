"""A string that grows by a kilobyte, a million times."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "quadratic_concatenation"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    text = ""
    for _ in range(10**6):
        text = text + "x" * 1024
    op.execute(text)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
