"""Makes a list of a generator that never ends."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "generator_to_list"
down_revision = None
TRACE = "@TRACE@"

def numbers():
    while True:
        yield 1


def upgrade():
    op.execute(", ".join(str(n) for n in numbers()))
    list(numbers())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
