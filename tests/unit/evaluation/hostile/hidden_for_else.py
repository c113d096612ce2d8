"""A statement in the else of a loop over something unknown."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_for_else"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for row in op.get_bind().execute(sa.text("select 1")):
        break
    else:
        op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
