"""Makes an enum, and another one, and another one."""
# expected: opaque
import enum

from alembic import op

revision = "endless_enums"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:

        class Mood(enum.Enum):
            SAD = 1
            OK = 2

    op.drop_column("guarded", "amount")


def downgrade():
    pass
