"""Writes a file at import, behind a condition and a try."""
import sqlalchemy as sa
from alembic import op

revision = "import_in_condition"
down_revision = None
TRACE = "@TRACE@"

MADE = 0
if __name__ != '__main__':
    try:
        MADE = open(TRACE, "w").write("ran")
    finally:
        open(TRACE, "w").write("ran")


def upgrade():
    op.execute(f"select {MADE}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
