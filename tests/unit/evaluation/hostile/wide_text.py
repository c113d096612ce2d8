"""Lists of lists, each short, written out."""
# expected: opaque
import json

import sqlalchemy as sa
from alembic import op

revision = "wide_text"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    a = [1] * 50_000
    b = [a] * 50_000
    op.execute(str([b] * 50_000))
    op.execute(json.dumps([b] * 50_000))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
