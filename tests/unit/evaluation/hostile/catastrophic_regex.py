"""Regular expressions that need exponential time."""
import re

import sqlalchemy as sa
from alembic import op

revision = "catastrophic_regex"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    found = re.match(r"(a+)+$", "a" * 64 + "b")
    also = re.search(r"(x+x+)+y", "x" * 64)
    op.execute("select 1" if found else "select 2")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
