"""A statement in __lshift__, __neg__ and __contains__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_operator"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __lshift__(self, other):
        op.drop_table("hidden")

    def __neg__(self):
        op.drop_table("hidden")

    def __contains__(self, other):
        op.drop_table("hidden")

    def __floordiv__(self, other):
        op.drop_table("hidden")


def upgrade():
    Work() << 1
    -Work()
    1 in Work()
    Work() // 2
    op.drop_column("guarded", "amount")


def downgrade():
    pass
