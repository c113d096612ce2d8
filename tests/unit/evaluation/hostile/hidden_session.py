"""An ORM session by several ways."""
from sqlalchemy import orm

import sqlalchemy as sa
from alembic import op

revision = "hidden_session"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    orm.Session(op.get_bind()).execute(sa.text("drop table hidden"))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
