"""The same as an expression."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_joined_bind_choice"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    bind = op.get_bind() if op.get_bind().scalar(sa.text("select 1")) else None
    bind.execute(sa.text("drop table hidden"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
