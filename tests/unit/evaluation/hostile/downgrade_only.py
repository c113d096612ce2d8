"""The same in downgrade()."""
import sqlalchemy as sa
from alembic import op

revision = "downgrade_only"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("select 1")
    op.drop_column("guarded", "amount")


def downgrade():
    open(TRACE, "w").write("ran")
    while True:
        pass
