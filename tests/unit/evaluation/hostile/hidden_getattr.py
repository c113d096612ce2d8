"""An operation under a name that isn't known."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_getattr"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    name = "drop_" + str(op.get_bind().scalar(sa.text("select 1")))
    getattr(op, name)("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
