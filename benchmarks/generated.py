"""Generated histories: half as many tables as revisions, each made by one revision and changed by the next."""

from pathlib import Path


def write_sql(folder: Path, many: int) -> None:
    """Write so many migrations as a folder of SQL."""
    for number in range(many):
        (folder / f"V{number + 1}__step.sql").write_text(
            _made(number // 2) if number % 2 == 0 else _changed(number // 2)
        )


def _made(table: int) -> str:
    parent = f",\n    parent_id bigint REFERENCES account_{table - 1} (id)" if table else ""
    return f"""CREATE TABLE account_{table} (
    id bigserial PRIMARY KEY,
    name varchar(100) NOT NULL,
    email text UNIQUE,
    amount numeric(12, 2) DEFAULT 0,
    created timestamptz DEFAULT now(){parent}
);
CREATE INDEX ix_account_{table}_name ON account_{table} (name);
"""


def _changed(table: int) -> str:
    return f"""ALTER TABLE account_{table} ADD COLUMN status varchar(20) DEFAULT 'new' NOT NULL;
ALTER TABLE account_{table} ADD CONSTRAINT ck_account_{table} CHECK (amount >= 0);
UPDATE account_{table} SET status = 'old' WHERE id < 10;
"""


def write_alembic(folder: Path, many: int) -> None:
    """Revisions that make a table and change it, in turns, by Alembic's operations."""
    for number in range(many):
        table, down = number // 2, f"'r{number - 1}'" if number else "None"
        body = _made_by_operations(table) if number % 2 == 0 else _changed_by_operations(table)
        (folder / f"r{number}_step.py").write_text(
            f"from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'r{number}'\ndown_revision = {down}\n\n\n"
            f"def upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"
        )


def _made_by_operations(table: int) -> str:
    parent = f"\n        sa.Column('parent_id', sa.BigInteger(), sa.ForeignKey('account_{table - 1}.id')),"
    return f"""    op.create_table(
        'account_{table}',
        sa.Column('id', sa.BigInteger(), primary_key=True),
        sa.Column('name', sa.String(100), nullable=False),
        sa.Column('email', sa.Text(), unique=True),
        sa.Column('amount', sa.Numeric(12, 2), server_default='0'),
        sa.Column('created', sa.DateTime(timezone=True), server_default=sa.func.now()),{parent if table else ""}
    )
    op.create_index('ix_account_{table}_name', 'account_{table}', ['name'])"""


def _changed_by_operations(table: int) -> str:
    return f"""    status = sa.Column('status', sa.String(20), server_default='new', nullable=False)
    op.add_column('account_{table}', status)
    op.create_check_constraint('ck_account_{table}', 'account_{table}', 'amount >= 0')
    op.execute("UPDATE account_{table} SET status = 'old' WHERE id < 10")"""
