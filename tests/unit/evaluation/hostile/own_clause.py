"""A clause of its own whose compilation would write a file."""
from sqlalchemy.sql.expression import ClauseElement, Executable

import sqlalchemy as sa
from alembic import op

revision = "own_clause"
down_revision = None
TRACE = "@TRACE@"

class Work(Executable, ClauseElement):
    inherit_cache = False

    def _compiler_dispatch(self, visitor, **kw):
        open(TRACE, "w").write("ran")
        return 'select 1'

    def _execute_on_connection(self, *args, **kw):
        open(TRACE, "w").write("ran")


def upgrade():
    op.execute(Work())
    op.execute(sa.select(Work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
