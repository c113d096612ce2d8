"""operator.attrgetter and methodcaller, which ask for attributes by text."""
import operator

import sqlalchemy as sa
from alembic import op

revision = "attrgetter"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    operator.attrgetter("__class__.__base__.__subclasses__")(())()
    operator.methodcaller("__getattribute__", "execute")(op)
    operator.attrgetter("__globals__")(op.execute)["__builtins__"]["open"](TRACE, "w")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
