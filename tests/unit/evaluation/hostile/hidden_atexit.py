"""A function that runs when the process ends."""
import atexit

import sqlalchemy as sa
from alembic import op

revision = "hidden_atexit"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")


def upgrade():
    atexit.register(work)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
