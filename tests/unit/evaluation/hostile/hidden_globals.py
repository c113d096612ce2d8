"""A name put into globals()."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_globals"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    globals()["run"] = op.drop_table
    run("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
