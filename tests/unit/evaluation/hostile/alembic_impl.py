"""An Alembic dialect implementation of its own: it registers itself by being a class."""
from alembic.ddl.postgresql import PostgresqlImpl

import sqlalchemy as sa
from alembic import op

revision = "alembic_impl"
down_revision = None
TRACE = "@TRACE@"

class Work(PostgresqlImpl):
    __dialect__ = 'postgresql'

    def drop_column(self, *args, **kw):
        open(TRACE, "w").write("ran")


def upgrade():
    op.get_context().impl._exec(sa.text('drop table guarded'))
    op.get_context().impl.connection.connection
    op.drop_column("guarded", "amount")


def downgrade():
    pass
