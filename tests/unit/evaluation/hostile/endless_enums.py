"""Makes an enum, and another one, and another one."""

import enum

from alembic import op

revision = "h"
down_revision = None


def upgrade():
    op.execute("select 1")
    while True:

        class Mood(enum.Enum):
            SAD = 1
            OK = 2


def downgrade():
    pass
