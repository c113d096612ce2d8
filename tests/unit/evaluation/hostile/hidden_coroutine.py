"""A coroutine that an event loop runs."""
import asyncio

import sqlalchemy as sa
from alembic import op

revision = "hidden_coroutine"
down_revision = None
TRACE = "@TRACE@"

async def work():
    op.drop_table("hidden")


def upgrade():
    asyncio.run(work())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
