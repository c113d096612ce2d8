"""An operation handed to a thread."""
import threading

import sqlalchemy as sa
from alembic import op

revision = "hidden_thread"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    thread = threading.Thread(target=op.drop_table, args=("hidden",))
    thread.start()
    thread.join()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
