"""A function of the revision called by re.sub()."""
import re

import sqlalchemy as sa
from alembic import op

revision = "hidden_substitution"
down_revision = None
TRACE = "@TRACE@"

def work(_):
    op.drop_table("hidden")
    return ''


def upgrade():
    re.sub("a", work, "a")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
