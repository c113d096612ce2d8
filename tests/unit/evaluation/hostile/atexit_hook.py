"""Registers hooks that write a file when the process ends."""
import atexit
import sys
import weakref

import sqlalchemy as sa
from alembic import op

revision = "atexit_hook"
down_revision = None
TRACE = "@TRACE@"

atexit.register(lambda: open(TRACE, "w").write("ran"))


def upgrade():
    atexit.register(lambda: open(TRACE, "w").write("ran"))
    weakref.finalize(op, lambda: open(TRACE, "w").write("ran"))
    sys.excepthook = lambda *_: open(TRACE, "w").write("ran")
    sys.settrace(lambda *_: open(TRACE, "w").write("ran"))
    sys.meta_path.insert(0, object())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
