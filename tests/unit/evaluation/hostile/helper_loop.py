"""Imports a helper of the project that loops when it is imported."""
# expected: opaque
import endless_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_loop"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(endless_helper.SQL)
    endless_helper.work()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
