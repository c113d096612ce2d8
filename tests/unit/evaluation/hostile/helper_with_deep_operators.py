"""Imports a helper of the project that is a sum of fifty thousand terms."""
# expected: opaque
import deep_operators_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_with_deep_operators"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(deep_operators_helper.SQL))
    op.execute(str(deep_operators_helper.work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
