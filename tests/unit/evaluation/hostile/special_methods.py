"""An object that writes a file in whatever is done to it."""
import sqlalchemy as sa
from alembic import op

revision = "special_methods"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __str__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __repr__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __format__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __bool__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __len__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __eq__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __hash__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __add__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __radd__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __iter__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __contains__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __call__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __enter__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __exit__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __getattr__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __getitem__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __del__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __index__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __clause_element__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __fspath__(self, *args):
        open(TRACE, "w").write("ran")
        return ''

    def __reduce__(self, *args):
        open(TRACE, "w").write("ran")
        return ''


def upgrade():
    work = Work()
    op.execute(f"{work} {work!r}")
    op.execute(work)
    op.add_column('guarded', sa.Column(work, sa.Integer, server_default=work))
    op.create_index(work, work, [work])
    if work or work == 1 or work in [work] or len(work):
        pass
    with work:
        work + work
    {work: work}
    del work
    op.drop_column("guarded", "amount")


def downgrade():
    pass
