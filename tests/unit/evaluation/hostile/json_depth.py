"""JSON nested a million deep."""
# expected: opaque
import json

import sqlalchemy as sa
from alembic import op

revision = "json_depth"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    json.loads("[" * 10**6 + "]" * 10**6)
    op.execute(json.dumps({"a": "x" * 10**9}))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
