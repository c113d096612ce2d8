"""Catches every signal, the timer of a guard too."""
import signal

import sqlalchemy as sa
from alembic import op

revision = "signal_handler"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for number in range(1, 65):
        signal.signal(number, lambda *_: open(TRACE, "w").write("ran"))
    signal.alarm(1)
    signal.raise_signal(signal.SIGTERM)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
