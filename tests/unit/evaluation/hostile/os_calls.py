"""os.system, popen, fork, exec, kill and open."""
import os

import sqlalchemy as sa
from alembic import op

revision = "os_calls"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    os.system(f"touch {TRACE}")
    os.popen(f"touch {TRACE}")
    os.close(os.open(TRACE, os.O_CREAT))
    os.mkdir(TRACE)
    os.kill(os.getpid(), 9)
    if os.fork() == 0:
        os.execvp("touch", ["touch", TRACE])
    os._exit(0)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
