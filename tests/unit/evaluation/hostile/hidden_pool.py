"""A function of the revision handed to a pool."""
import concurrent.futures

import sqlalchemy as sa
from alembic import op

revision = "hidden_pool"
down_revision = None
TRACE = "@TRACE@"

def work(_):
    op.drop_table("hidden")


def upgrade():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(work, [1]))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
