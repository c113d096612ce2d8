"""Operations made anew from a context."""
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

import sqlalchemy as sa
from alembic import op

revision = "hidden_second_operations"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    Operations(op.get_context()).drop_table("hidden")
    Operations(MigrationContext.configure(op.get_bind())).drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
