"""alembic.util: loads Python files by path."""
import alembic
from alembic import util

import sqlalchemy as sa
from alembic import op

revision = "load_python_file"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    alembic.util.load_python_file('.', 'writing_helper.py')
    util.pyfiles.load_module_py('x', 'writing_helper.py')
    alembic.util.template_to_file(__file__, TRACE, 'utf-8')
    util.editor.open_in_editor(TRACE)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
