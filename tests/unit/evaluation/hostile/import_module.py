"""importlib: a module by name, and one by path."""
import importlib
import importlib.util

import sqlalchemy as sa
from alembic import op

revision = "import_module"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    importlib.import_module("os").system(f"touch {TRACE}")
    importlib.import_module("writing_helper")
    spec = importlib.util.spec_from_file_location("x", "writing_helper.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
