"""Starts a process."""
import subprocess

import sqlalchemy as sa
from alembic import op

revision = "subprocess_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    subprocess.run(["touch", TRACE], check=True)
    subprocess.Popen(f"touch {TRACE}", shell=True)
    subprocess.check_output(["touch", TRACE])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
