"""__import__ of os."""
import sqlalchemy as sa
from alembic import op

revision = "dunder_import"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    __import__("os").system(f"touch {TRACE}")
    __builtins__["open"](TRACE, "w")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
