"""Adds operations to Alembic for the whole process."""
from alembic.operations import MigrateOperation, Operations

import sqlalchemy as sa
from alembic import op

revision = "register_operation"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @Operations.register_operation('work')
    class WorkOp(MigrateOperation):
        @classmethod
        def work(cls, operations):
            open(TRACE, "w").write("ran")
            return operations.invoke(cls())

    op.work()
    Operations.drop_column = lambda *_: open(TRACE, "w").write("ran")
    op.invoke(WorkOp())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
