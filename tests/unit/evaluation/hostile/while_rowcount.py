"""Never ends: a batch that is done when the server says so, which it never does here."""
import sqlalchemy as sa
from alembic import op

revision = "while_rowcount"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while op.get_bind().execute(sa.text("delete from guarded where id in (select id from guarded limit 10)")).rowcount > 0:
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
