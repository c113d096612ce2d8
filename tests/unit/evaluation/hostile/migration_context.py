"""Contexts, operations and proxies of its own."""
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

import sqlalchemy as sa
from alembic import op

revision = "migration_context"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    own = MigrationContext.configure(url='sqlite:///' + TRACE)
    MigrationContext.configure(op.get_bind(), opts={'fn': lambda *_: open(TRACE, 'w')}).run_migrations()
    Operations(own).execute('drop table guarded')
    with Operations.context(own):
        op.execute('select 1')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
