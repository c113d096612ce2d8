"""Imports a helper of the project that writes a file when it is imported or used."""
import writing_helper

import sqlalchemy as sa
from alembic import op

revision = "import_helper"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(writing_helper.SQL)
    writing_helper.work()
    from writing_helper import SQL
    op.execute(SQL)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
