"""A connection that is None on the other side of a branch."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_joined_bind"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    bind = None
    if op.get_bind().scalar(sa.text("select 1")):
        bind = op.get_bind()
    if bind:
        bind.execute(sa.text("drop table hidden"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
