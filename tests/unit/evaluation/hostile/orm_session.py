"""An ORM session: queries, flushes, events and bulk methods of it."""
from sqlalchemy import orm

import sqlalchemy as sa
from alembic import op

revision = "orm_session"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    session = orm.Session(bind=op.get_bind())
    session.execute(sa.text('update guarded set amount = 1'))
    for row in session.query(sa.table('guarded', sa.column('id'))).yield_per(10):
        row.amount = open(TRACE, "w").write("ran")
    session.commit()
    session.connection().connection.cursor()
    orm.sessionmaker(bind=sa.create_engine('sqlite:///' + TRACE))().execute(sa.text('create table t (a int)'))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
