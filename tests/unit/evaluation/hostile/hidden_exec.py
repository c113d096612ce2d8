"""A statement in a text that exec() runs."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_exec"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    exec('op.drop_table("hidden")')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
