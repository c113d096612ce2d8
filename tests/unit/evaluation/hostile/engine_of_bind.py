"""From the bind to an engine, a driver and a second connection."""
import sqlalchemy as sa
from alembic import op

revision = "engine_of_bind"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    bind = op.get_bind()
    bind.engine.raw_connection().cursor().execute('drop table guarded')
    bind.connection.cursor().execute('drop table guarded')
    bind.engine.pool._creator()
    bind.engine.dialect.import_dbapi()
    bind.dialect.execution_ctx_cls
    bind.engine.connect().execute(sa.text('select 1'))
    bind.close()
    bind.invalidate()
    bind.detach()
    sa.create_engine(bind.engine.url).connect()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
