"""Imports a helper of the project that is deep parentheses."""
# expected: opaque
import deep_parentheses_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_with_deep_parentheses"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(deep_parentheses_helper.SQL))
    op.execute(str(deep_parentheses_helper.work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
