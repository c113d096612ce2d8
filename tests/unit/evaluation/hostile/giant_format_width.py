"""A format whose width is a billion."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "giant_format_width"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(f"{1:>{10**9}}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
