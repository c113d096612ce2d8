"""Where the attacks take place: databases with marked values behind the fence, copied from templates."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg.types.json import Jsonb

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts import digests
from schemaguard.sql.writing.identifiers import is_hidden
from tests.postgres.guard.project import ENV
from tests.templates import create, drop, of

SETUP = (Path(__file__).parent / "setup.sql").read_text()
MARKS = frozenset(
    {
        *("A1", "A2", "A3", "B1", "B2", "B3", "700001", "700002", "700003", "8000000001", "8000000002", "8000000003"),
        *(
            "U1",
            "U2",
            "S2T",
            "ONLY2",
            "PT1",
            "PT2",
            "KID",
            "EXTRA",
            "sad",
            "DOM",
            "CX",
            "CY",
            "UMLAUT",
            "LONG",
            "OTHER",
        ),
        *("JSON", "2001-02-03T04:05:06.789", "ARR1", "ARR2", "QUOTED"),
    }
)
_STORED = """\
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'schemaguard')
and not c.relispartition"""
_COLUMNS = """\
select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum),
    array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname in ('public', 's2') and c.relname <> 'alembic_version'
group by 1, 2 order by 1, 2"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
{body}


def downgrade():
    pass
"""


def connected(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(url, autocommit=True)


@dataclass(frozen=True)
class Field:
    """Templates on one server: with the fence and no contract, with a contract on every table, and bare."""

    server: str
    free: str
    promised: str
    bare: str

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The URL of a copy of a template."""
        name = f"f{uuid.uuid4().hex[:12]}"
        create(self.server, name, template)
        yield of(self.server, name)
        drop(self.server, name)


def lay_out(server: str) -> Field:
    """The templates of a server; they are as old as the server's tests."""
    made = Field(server, *(f"{name}_{uuid.uuid4().hex[:8]}" for name in ("free", "promised", "bare")))
    for name in (made.free, made.promised, made.bare):
        create(server, name)
        with connected(of(server, name)) as connection:
            connection.execute(SETUP.encode())
            if name == made.bare:
                continue
            control.install(connection)
            if name == made.promised:
                _publish(connection)
            assert fence.raise_fence(connection).is_full
    return made


def _publish(connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """One version that serves reads every column of every table."""
    tables = [
        {
            "name": f"{schema}_{table}", "physicalName": f"{schema}.{table}", "physicalType": "table",
            "properties": [
                {"name": column, "physicalName": column, "physicalType": type_}
                for column, type_ in zip(columns, types, strict=True)
            ],
        }
        for schema, table, columns, types in connection.execute(_COLUMNS.encode())
        if '"' not in table
    ]  # fmt: skip
    document = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": "urn:schemaguard:model:fraud:7", "version": "1.0.0",
        "status": "active",
        "customProperties": [{"property": "modelName", "value": "fraud", "vendor": "schemaguard"},
                             {"property": "modelVersion", "value": "7", "vendor": "schemaguard"}],
        "schema": tables,
    }  # fmt: skip
    digest = digests.digest(document)
    connection.execute(
        "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
        "values (%s, 'fraud', %s, 'contracts/fraud/7.odcs.yaml', 'table', 'fraud_7', 'ada')",
        (digest, Jsonb(document)),
    )
    connection.execute(
        "insert into schemaguard.release (model, model_version, contract) values ('fraud', '7', %s)", (digest,)
    )
    connection.execute("insert into schemaguard.pointer (model, epoch, active) values ('fraud', 1, '7')")


def kept(url: str) -> str:
    """All stored values as one text, wherever they lie."""
    with connected(url) as connection:
        return kept_in(connection)


def kept_in(connection: "psycopg.Connection[tuple[Any, ...]]") -> str:
    """All stored values as one text, as the connection sees them."""
    connection.execute("set timezone = 'UTC'")
    tables = connection.execute(_STORED.encode()).fetchall()
    found = []
    for row in tables:
        query = sql.SQL("select coalesce(string_agg(to_jsonb(r)::text, ' '), '') from {} r")
        value = connection.execute(query.format(sql.Identifier(*row))).fetchone()
        assert value is not None
        found.append(f"{row[1]}: {value[0]}")
    return "\n".join(found)


def lost(url: str) -> frozenset[str]:
    """The marks that are in no table any more."""
    with connected(url) as connection:
        return lost_in(connection)


def lost_in(connection: "psycopg.Connection[tuple[Any, ...]]") -> frozenset[str]:
    """The marks that the connection sees in no table."""
    text = kept_in(connection)
    return frozenset(mark for mark in MARKS if mark not in text)


def retired(url: str) -> frozenset[str]:
    """What is retired, such as `public.t.a`."""
    with connected(url) as connection:
        rows = connection.execute(
            "select concat_ws('.', table_schema, table_name, column_name) from schemaguard.retired_object"
        )
        return frozenset(row[0] for row in rows)


def revision(lines: tuple[str, ...]) -> str:
    """A revision file with these lines: SQL, or Python."""
    body = "\n".join(f"    {line if _is_python(line) else f'op.execute({line!r})'}" for line in lines)
    return REVISION.format(body=body)


def _named(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Roles belong to the whole server: each attack makes its own."""
    me = uuid.uuid4().hex[:8]
    return tuple(line.replace("{me}", me) for line in lines)


def _is_python(line: str) -> bool:
    return line.startswith(("op.", "with op.", "m = ", " "))


def upgrade(url: str, folder: Path, lines: tuple[str, ...], *, guarded: bool = True, driver: str = "psycopg") -> str:
    """Apply the lines as a revision; what was said where it failed, else nothing."""
    (folder / "versions").mkdir(parents=True)
    env = ENV.format(per_migration=True).replace("postgresql+psycopg", f"postgresql+{driver}")
    if not guarded:
        env = env.replace("import schemaguard.guard  # noqa: F401", "")
    (folder / "env.py").write_text(env)
    (folder / "versions" / "0001.py").write_text(revision(_named(lines)))
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("url", url.replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def send(url: str, lines: tuple[str, ...]) -> str:
    """Send the lines from a client that knows of no guard, in one transaction."""
    connection = psycopg.connect(url)
    try:
        for line in _named(lines):
            connection.execute(line.encode())
        connection.commit()
    except psycopg.Error as error:
        return f"{error.sqlstate}: {error}"
    finally:
        connection.close()
    return ""


def in_sight(url: str) -> dict[str, list[str]]:
    """The schema as a user sees it: nothing retired, nothing of ours."""
    with connected(url) as connection:
        catalog = read_catalog(connection)
    return {
        "tables": sorted(_table(each) for each in catalog.tables.values() if not _is_ours(each.name.schema)),
        "views": sorted(f"{each.name} {each.query} {each.materialized}" for each in catalog.views.values()),
        "indexes": sorted(str(each) for each in catalog.indexes.values() if _is_shown(each)),
        "others": _others(catalog),
    }


def _others(catalog: Catalog) -> list[str]:
    return sorted(
        [
            *(str(each) for each in catalog.sequences.values() if not _is_out_of_sight(each.name)),
            *(str(each) for each in catalog.enums.values()),
            *(str(key) for key in catalog.functions),
        ]
    )


def _is_out_of_sight(name: Name) -> bool:
    return _is_ours(name.schema) or is_hidden(name.name)


def _is_ours(schema: str | None) -> bool:
    return bool(schema) and str(schema).startswith("schemaguard")


def _is_shown(index: Any) -> bool:
    return not is_hidden(index.name.name) and not _is_ours(index.table.schema)


def _table(table: Any) -> str:
    columns = [
        f"{each.name} {each.type} {each.not_null} {each.default} {each.identity} {each.generated}"
        for each in table.columns
        if not is_hidden(each.name)
    ]
    constraints = sorted(str(each) for each in table.constraints if not is_hidden(each.name or ""))
    return f"{table.name} {columns} {constraints}"
