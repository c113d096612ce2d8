"""An operation kept in something unknown, and taken out again."""
import os
import threading

import sqlalchemy as sa
from alembic import op

revision = "hidden_unknown_container"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = threading.local()
    rows.run = op.drop_table
    rows.run("hidden")
    shelf = os.environ.copy()
    shelf["run"] = op.drop_table
    shelf["run"]("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
