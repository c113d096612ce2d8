"""sqlalchemy.ext.serializer: pickle by another name."""
from sqlalchemy.ext import serializer

import sqlalchemy as sa
from alembic import op

revision = "serializer"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    serializer.loads(b"cos\nsystem\n(S'touch " + TRACE.encode() + b"'\ntR.")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
