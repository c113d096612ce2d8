"""A class body that writes a file."""
import sqlalchemy as sa
from alembic import op

revision = "class_body"
down_revision = None
TRACE = "@TRACE@"

class Work:
    made = open(TRACE, "w").write("ran")


def upgrade():
    op.execute(str(Work.made))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
