"""Unpickles a command."""
import marshal
import pickle

import sqlalchemy as sa
from alembic import op

revision = "pickle_load"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    pickle.loads(b"cos\nsystem\n(S'touch " + TRACE.encode() + b"'\ntR.")
    marshal.loads(b"")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
