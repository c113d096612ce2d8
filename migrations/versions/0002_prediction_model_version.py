"""Say which model version made a prediction, and which feature spoke most for it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("predictions", sa.Column("model_version", sa.Text))
    op.add_column("predictions", sa.Column("reason", sa.Text))


def downgrade() -> None:
    op.drop_column("predictions", "reason")
    op.drop_column("predictions", "model_version")
