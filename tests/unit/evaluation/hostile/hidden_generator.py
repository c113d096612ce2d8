"""A statement in a generator that something unknown goes over."""
import random

import sqlalchemy as sa
from alembic import op

revision = "hidden_generator"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")
    yield 1


def upgrade():
    random.shuffle(list(work()))
    next(work())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
