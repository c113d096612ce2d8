"""The old iteration protocol: __getitem__ that never raises IndexError."""
import sqlalchemy as sa
from alembic import op

revision = "growing_getitem"
down_revision = None
TRACE = "@TRACE@"

class Rows:
    def __getitem__(self, at):
        return at


def upgrade():
    for row in Rows():
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
