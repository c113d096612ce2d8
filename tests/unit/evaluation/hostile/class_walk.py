"""Walks from an empty tuple to every class there is, and to os.system."""
import sqlalchemy as sa
from alembic import op

revision = "class_walk"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for found in ().__class__.__base__.__subclasses__():
        if found.__name__ == "_wrap_close":
            found.__init__.__globals__["system"](f"touch {TRACE}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
