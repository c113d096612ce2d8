"""A function of the revision handed to code that isn't there."""
import nowhere

import sqlalchemy as sa
from alembic import op

revision = "hidden_callback_of_unknown"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")


def upgrade():
    nowhere.run(work)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
