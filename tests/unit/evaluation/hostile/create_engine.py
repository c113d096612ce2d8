"""Engines of other databases: sqlite makes the file."""
import sqlalchemy as sa
from alembic import op

revision = "create_engine"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    engine = sa.create_engine('sqlite:///' + TRACE)
    engine.connect().execute(sa.text('create table t (a int)'))
    sa.engine_from_config({'sqlalchemy.url': 'sqlite:///' + TRACE}).connect()
    sa.create_engine('postgresql://', creator=lambda: open(TRACE, 'w')).connect()
    sa.create_mock_engine('sqlite://', executor=lambda *_: open(TRACE, 'w'))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
