"""A function of the revision handed to a thread."""
import threading

import sqlalchemy as sa
from alembic import op

revision = "hidden_thread_of_function"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")


def upgrade():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
