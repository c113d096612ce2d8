"""compile, and a function made of a code object."""
import types

import sqlalchemy as sa
from alembic import op

revision = "compile_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    code = compile("open(TRACE, 'w')", "x", "exec")
    types.FunctionType(code, globals())()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
