"""A context manager that swallows everything, in a loop."""
# expected: opaque
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "context_manager_loop"
down_revision = None
TRACE = "@TRACE@"

@contextmanager
def swallowed():
    try:
        yield
    except Exception:
        pass


def upgrade():
    while True:
        with swallowed():
            raise ValueError
    op.drop_column("guarded", "amount")


def downgrade():
    pass
