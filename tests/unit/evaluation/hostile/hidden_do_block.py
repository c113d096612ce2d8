"""A statement inside of a DO block."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_do_block"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("do $$ begin execute 'drop table hid' || 'den'; end $$")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
