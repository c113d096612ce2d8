"""A statement in a default argument."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_default_argument"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    def work(made=op.drop_table("hidden")):
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
