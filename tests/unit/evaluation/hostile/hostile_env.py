"""An env.py that writes a file and never ends."""
import sqlalchemy as sa
from alembic import op

revision = "hostile_env"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.create_unique_constraint(None, "guarded", ["id"])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
