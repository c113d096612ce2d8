"""Ten billion characters."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "repeated_text"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("x" * 10**10)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
