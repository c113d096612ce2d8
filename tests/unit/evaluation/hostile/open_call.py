"""Opens a file."""
import io

import sqlalchemy as sa
from alembic import op

revision = "open_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    open(TRACE, "w").write("ran")
    io.open(TRACE, "w")
    with open(TRACE, "w") as file:
        file.write("ran")
    print("ran", file=open(TRACE, "w"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
