"""A big generated history, read cold: does the time grow with the history and no faster, and does it fit?

    python benchmarks/scale.py [--form sql | alembic] [--revisions 10000]

Half as many tables as revisions. The history is read at a quarter, a half and the whole of its length: twice the
revisions should take twice the time. The aim for 10,000 revisions: below 60 s and 600 MB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=("sql", "alembic"), default="sql")
    parser.add_argument("--revisions", type=int, default=10_000)
    options = parser.parse_args()
    rows = []
    for many in (options.revisions // 4, options.revisions // 2, options.revisions):
        with tempfile.TemporaryDirectory() as folder:
            write = _write_sql if options.form == "sql" else write_alembic
            write(Path(folder), many)
            seconds, megabytes = _read(Path(folder))
        rows.append((many, many // 2, f"{seconds:.1f}", f"{seconds / many * 1000:.2f}", f"{megabytes:.0f}"))
    title = f"`schemaguard catalog` on a generated history ({options.form}), nothing cached, start-up included."
    show(title, ("revisions", "tables", "seconds", "ms a revision", "MB"), rows)
    return 0


def _read(folder: Path) -> tuple[float, float]:
    """(seconds, megabytes at the most) of reading the history."""
    command = [
        str(Path(sys.executable).with_name("schemaguard")),
        "catalog",
        str(folder),
        "--format",
        "json",
        "--no-cache",
    ]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"schemaguard ended with exit {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _write_sql(folder: Path, many: int) -> None:
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


if __name__ == "__main__":
    sys.exit(main())
