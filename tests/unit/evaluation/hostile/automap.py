"""Automap: classes made of what is reflected."""
from sqlalchemy.ext.automap import automap_base

import sqlalchemy as sa
from alembic import op

revision = "automap"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    Base = automap_base()
    Base.prepare(autoload_with=op.get_bind(), classname_for_table=lambda *_: open(TRACE, 'w'))
    Base.classes.guarded
    op.drop_column("guarded", "amount")


def downgrade():
    pass
