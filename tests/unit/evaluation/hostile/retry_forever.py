"""A statement tried again as long as it fails."""
import sqlalchemy as sa
from alembic import op

revision = "retry_forever"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:
        try:
            op.execute("drop table no_such_table")
            break
        except Exception:
            pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
