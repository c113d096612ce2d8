"""A sum of fifty thousand terms: a syntax tree fifty thousand deep."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_operators"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(@DEEP_SUM@))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
