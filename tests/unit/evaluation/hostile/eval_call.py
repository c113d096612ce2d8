"""eval of a text."""
import sqlalchemy as sa
from alembic import op

revision = "eval_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    eval("open(TRACE, 'w')")
    eval(compile("open(TRACE, 'w')", "x", "eval"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
