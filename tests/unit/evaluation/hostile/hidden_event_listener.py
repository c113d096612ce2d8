"""A listener on SQLAlchemy's events that sends a statement."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_event_listener"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @sa.event.listens_for(sa.Table, 'after_create')
    def work(target, connection, **kw):
        connection.execute(sa.text('drop table hidden'))

    op.create_table('made', sa.Column('id', sa.Integer))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
