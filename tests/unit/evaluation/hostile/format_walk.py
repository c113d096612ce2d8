"""str.format with attributes and indexes in the format."""
import string

import sqlalchemy as sa
from alembic import op

revision = "format_walk"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("{0.__class__.__init__.__globals__}".format(op))
    op.execute("{0.__class__}".format(sa))
    op.execute("{0[__builtins__]}".format(globals()))
    op.execute("{op.__class__}".format_map({"op": op}))
    op.execute(string.Formatter().vformat("{0.__class__}", (op,), {}))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
