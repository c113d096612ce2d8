"""functools.partial of an operation."""
import functools

import sqlalchemy as sa
from alembic import op

revision = "hidden_partial"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    functools.partial(op.drop_table, "hidden")()
    functools.partial(op.execute)("drop table hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
