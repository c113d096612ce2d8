"""A statement in an exception handler that something unknown leads to."""
import random

import sqlalchemy as sa
from alembic import op

revision = "hidden_raised_into"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    try:
        random.random()
    except Exception:
        pass
    else:
        op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
