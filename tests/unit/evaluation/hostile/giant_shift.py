"""A number of ten billion bits."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "giant_shift"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(1 << 10**10))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
