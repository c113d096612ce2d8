"""Imports a helper of the project that is a literal of 10 MB."""
# expected: opaque
import ten_megabytes_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_with_ten_megabytes"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(ten_megabytes_helper.SQL))
    op.execute(str(ten_megabytes_helper.work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
