"""Writes files through pathlib, shutil, tempfile and logging."""
import logging
import logging.config
import pathlib
import shutil

import sqlalchemy as sa
from alembic import op

revision = "pathlib_calls"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    pathlib.Path(TRACE).write_text("ran")
    pathlib.Path(TRACE).touch()
    shutil.copy(__file__, TRACE)
    logging.FileHandler(TRACE).close()
    logging.config.dictConfig({"version": 1, "handlers": {"h": {"()": "logging.FileHandler", "filename": TRACE}}})
    op.drop_column("guarded", "amount")


def downgrade():
    pass
