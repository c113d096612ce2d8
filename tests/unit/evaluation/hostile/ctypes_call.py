"""ctypes: system() of the C library, and memory read at will."""
import ctypes

import sqlalchemy as sa
from alembic import op

revision = "ctypes_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    ctypes.CDLL(None).system(f"touch {TRACE}".encode())
    ctypes.string_at(0)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
