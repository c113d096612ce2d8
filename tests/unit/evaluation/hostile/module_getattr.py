"""A helper whose __getattr__ asks itself for another attribute, without end."""
# expected: opaque
import getattr_helper

import sqlalchemy as sa
from alembic import op

revision = "module_getattr"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(getattr_helper.anything)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
