"""A source file of 10 MB of statements."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "long_source"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @MANY_LINES@
    op.drop_column("guarded", "amount")


def downgrade():
    pass
