"""Listeners on SQLAlchemy's events."""
import sqlalchemy as sa
from alembic import op

revision = "event_listeners"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @sa.event.listens_for(sa.Table, 'before_create')
    def work(*_, **__):
        open(TRACE, "w").write("ran")

    sa.event.listen(sa.Table, 'after_parent_attach', work)
    sa.event.listen(op.get_bind(), 'before_cursor_execute', work)
    op.create_table('made', sa.Column('id', sa.Integer))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
