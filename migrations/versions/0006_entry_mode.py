"""How a card was read says more than the channel does: fraud 8 reads it instead."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transactions", sa.Column("entry_mode", sa.Text))


def downgrade() -> None:
    op.drop_column("transactions", "entry_mode")
