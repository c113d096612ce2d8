"""An operation object that is invoked."""
from alembic.operations import ops

import sqlalchemy as sa
from alembic import op

revision = "hidden_invoke"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.invoke(ops.DropTableOp("hidden"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
