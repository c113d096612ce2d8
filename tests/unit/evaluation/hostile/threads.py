"""Starts threads and processes that write a file."""
import asyncio
import concurrent.futures
import multiprocessing
import threading

import sqlalchemy as sa
from alembic import op

revision = "threads"
down_revision = None
TRACE = "@TRACE@"

async def work():
    open(TRACE, "w").write("ran")


def upgrade():
    threading.Thread(target=lambda: open(TRACE, "w").write("ran")).start()
    threading.Timer(0, lambda: open(TRACE, "w").write("ran")).start()
    concurrent.futures.ThreadPoolExecutor().submit(lambda: open(TRACE, "w").write("ran"))
    multiprocessing.Process(target=upgrade).start()
    asyncio.run(work())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
