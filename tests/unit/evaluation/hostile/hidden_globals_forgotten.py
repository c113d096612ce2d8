"""Something unknown gets globals(); the operations behind it are still operations."""
import random

import sqlalchemy as sa
from alembic import op

revision = "hidden_globals_forgotten"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    random.shuffle(globals())
    op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
