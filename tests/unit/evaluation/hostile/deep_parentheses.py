"""An expression nested so deeply that parsers and walkers run out of stack."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_parentheses"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(@DEEP_PARENTHESES@))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
