"""Alembic's commands, configuration and script directory from within a revision."""
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory

import sqlalchemy as sa
from alembic import op

revision = "alembic_command"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    config = Config('alembic.ini')
    command.upgrade(config, 'head')
    command.revision(config, rev_id='x')
    ScriptDirectory.from_config(config).run_env()
    context.config.attributes['connection'].connection
    context.configure(on_version_apply=[lambda **_: open(TRACE, 'w')])
    context.run_migrations()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
