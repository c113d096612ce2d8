"""Listeners handed to a Table as an argument, and to a batch."""
import sqlalchemy as sa
from alembic import op

revision = "table_listeners"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    def work(*_, **__):
        open(TRACE, "w").write("ran")

    sa.Table('guarded', sa.MetaData(), listeners=[('column_reflect', work)], autoload_with=op.get_bind())
    with op.batch_alter_table('guarded', recreate='always', reflect_kwargs={'listeners': [('column_reflect', work)]}) as batch:
        batch.drop_column('amount')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
