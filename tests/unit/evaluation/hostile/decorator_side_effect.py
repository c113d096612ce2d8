"""A decorator of upgrade() that writes a file."""
import sqlalchemy as sa
from alembic import op

revision = "decorator_side_effect"
down_revision = None
TRACE = "@TRACE@"

def traced(function):
    open(TRACE, "w").write("ran")
    return function


def upgrade():
    @traced
    def inner():
        pass

    inner()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
