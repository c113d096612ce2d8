"""A literal of 10 MB, sent as a statement."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "ten_megabytes"
down_revision = None
TRACE = "@TRACE@"

TEXT = "@TEN_MEGABYTES@"


def upgrade():
    op.execute(TEXT)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
