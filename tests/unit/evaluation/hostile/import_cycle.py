"""Imports two helpers that import each other, and use what isn't there yet."""
# expected: opaque
import cycle_one
import cycle_two

import sqlalchemy as sa
from alembic import op

revision = "import_cycle"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(cycle_one.SQL)
    op.execute(cycle_two.SQL)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
