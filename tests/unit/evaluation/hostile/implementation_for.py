"""Replaces how Alembic carries out an operation."""
from alembic.operations import Operations, ops

import sqlalchemy as sa
from alembic import op

revision = "implementation_for"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @Operations.implementation_for(ops.DropColumnOp, replace=True)
    def work(operations, operation):
        open(TRACE, "w").write("ran")

    @op.implementation_for(ops.AddColumnOp)
    def other(operations, operation):
        open(TRACE, "w").write("ran")

    op.add_column('guarded', sa.Column('more', sa.Integer))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
