"""getattr and vars with names put together at run time."""
import sqlalchemy as sa
from alembic import op

revision = "getattr_by_name"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    name = "__gl" + "obals__"
    getattr(upgrade, name)["__buil" + "tins__"]["open"](TRACE, "w")
    vars(sa)["util"]
    object.__getattribute__(op, "__class__")
    setattr(sa, "text", print)
    delattr(sa, "Column")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
