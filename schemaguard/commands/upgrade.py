"""upgrade: the user's own history, applied with the guard and with patience."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.applying.telling import Listener, heard
from schemaguard.applying.upgraded import RanRevision, Upgrading
from schemaguard.commands.histories import find_histories, find_one
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import Site
from schemaguard.errors import HistoryError, SchemaguardError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.history.graph import ancestors
from schemaguard.history.history import require_whole
from schemaguard.history.resolution import resolve, span

if TYPE_CHECKING:
    from schemaguard.adapters.control.applying_sql import SqlPlan
    from schemaguard.adapters.control.sql_records import SqlRecord
    from schemaguard.history.history import History


@dataclass(frozen=True, slots=True)
class UpgradeOptions:
    """How a history is applied."""

    patience_s: float | None = None
    """How long each revision is tried before what is locked is reported; None: as the guard thinks fit."""
    arguments: tuple[str, ...] = ()
    """What env.py asks for with get_x_argument()."""
    is_url_given: bool = False
    """Whether the database was named for this run, and env.py is to use it too."""
    applied: str | None = None
    """The newest SQL migration that was applied before anybody kept a record."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was applied to which database."""

    history: str
    ran: tuple[RanRevision, ...]


class StoppedError(SchemaguardError):
    """An upgrade stopped; what stays applied is said with the reason."""

    def __init__(self, cause: SchemaguardError, kept: tuple[str, ...], running: str) -> None:
        stays = f"; {', '.join(kept)} {'stays' if len(kept) == 1 else 'stay'} applied" if kept else ""
        gone = f"revision {running}: " if running and running not in f"{cause.what} {cause.at}" else ""
        super().__init__(f"{gone}{cause.what}{stays}", at=cause.at, next=cause.next)
        self.exit_code = cause.exit_code


def upgrade(
    site: Site, reading: Reading, path: str | None, revision: str, options: UpgradeOptions,
    listener: Listener | None = None,
) -> Upgraded:  # fmt: skip
    """Apply the history up to a revision, as Alembic (or the tool of a folder of SQL) would, with the guard.

    Raises StoppedError with what stays applied where it can't go on.
    """
    history = history_to_apply(reading, path)
    upgrading = Upgrading(_wanted(site, history), listener)
    try:
        with heard(upgrading, patience_s=options.patience_s):
            if history.kind == "alembic":
                _run_alembic(site, history, revision, options)
            else:
                _run_sql(site, reading, history, revision, options)
    except SchemaguardError as error:
        kept = tuple(one.revision for one in upgrading.ran if one.is_alone)
        running = upgrading.running.revision if upgrading.running is not None else ""
        raise StoppedError(error, kept, running) from error
    return Upgraded(history.path, tuple(upgrading.ran))


def pending(
    site: Site, reading: Reading, history: "History", revision: str, options: UpgradeOptions
) -> tuple[str, ...]:
    """The revisions that `upgrade` would apply, in their order, with nothing written.

    Raises what it would raise before it applies anything.
    """
    if history.kind != "alembic":
        from schemaguard.adapters.control import applying_sql

        return applying_sql.pending(site.database_url, *_sql_plan(site, reading, history, revision, options))
    from schemaguard.adapters.fleet.looking import applied_heads

    _settings(site, history, options)
    graph, heads = history.graph, applied_heads(site.database_url)
    if unknown := [head for head in heads if head not in graph.revisions]:
        raise HistoryError(
            f"{', '.join(unknown)} is applied there, and isn't in this history",
            at=history.path,
            next="look at the history that the database belongs to: alembic current",
        )
    if revision.startswith("+") and len(heads) > 1:
        raise UsageError(f"{revision} could go on from any of {', '.join(heads)}", next="name the revision itself")
    # For Alembic a number counts from what is applied.
    wanted = resolve(graph, f"{heads[0]}{revision}" if revision.startswith("+") and heads else revision)
    return tuple(one for one in graph.order if one in ancestors(graph, wanted) - ancestors(graph, heads))


def history_to_apply(reading: Reading, path: str | None) -> "History":
    """The history; where env.py migrates several databases, what is read as one for each is applied as one."""
    found = find_histories(reading, (path,) if path is not None else ())
    if len(found) > 1 and all(one.databases and one.ini_file == found[0].ini_file for one in found):
        for one in found:
            require_whole(one)
        return found[0]
    return find_one(reading, path)


def _wanted(site: Site, history: "History") -> tuple[str, str] | None:
    """The database that the settings name, where env.py has to connect to the same one."""
    # Where env.py migrates several, one of them is ours.
    if history.databases or not site.environment.database_url:
        return None
    from schemaguard.adapters.postgres.connection import connect
    from schemaguard.adapters.postgres.identity import which_database

    with connect(site.environment.database_url) as connection:
        return which_database(connection)


def _run_alembic(site: Site, history: "History", revision: str, options: UpgradeOptions) -> None:
    settings = _settings(site, history, options)
    # Importing it is what switches the guard on.
    import schemaguard.guard  # noqa: F401
    from schemaguard.adapters.control import applying_alembic

    url = site.database_url if options.is_url_given else None
    applying_alembic.upgrade(settings, revision, arguments=options.arguments, url=url)


def _settings(site: Site, history: "History", options: UpgradeOptions) -> Path:
    """The settings file that Alembic runs with; UsageError where it can't be known what it would do."""
    if history.ini_file is None:
        raise UsageError(
            "no alembic.ini belongs to these revisions, so it isn't known how to run them",
            at=history.path,
            next="name the alembic.ini (or pyproject.toml) with --migrations",
        )
    if options.is_url_given and history.databases:
        raise UsageError(
            f"env.py migrates several databases: {', '.join(history.databases)}",
            at=history.path,
            next="leave --database-url out: the settings file names them",
        )
    return site.files.root / history.ini_file


def _run_sql(site: Site, reading: Reading, history: "History", revision: str, options: UpgradeOptions) -> None:
    from schemaguard.adapters.control import applying_sql

    applying_sql.upgrade(site.database_url, *_sql_plan(site, reading, history, revision, options))


def _sql_plan(
    site: Site, reading: Reading, history: "History", revision: str, options: UpgradeOptions
) -> "tuple[SqlRecord, SqlPlan]":
    from schemaguard.adapters.control.applying_sql import SqlPlan
    from schemaguard.adapters.control.sql_records import RECORDS, SqlMigration, own_record

    record = own_record(history.path) if history.tool == "plain" else RECORDS.get(history.tool)
    if record is None:
        raise UsageError(
            f"these migrations belong to {_TOOL_NAMES.get(history.tool, history.tool)}, "
            "whose record of what is applied schemaguard can't keep",
            at=history.path,
            next="apply them with that tool; where the fence stands the server itself guards them",
        )
    order = history.graph.order
    target = order[-1] if revision in ("head", "heads") else span(history.graph, revision)[-1]
    applied = options.applied
    if applied is not None and applied != "none":
        applied = span(history.graph, applied)[-1]
    sections = tuple(history.scripts[one].up for one in order)
    migrations = tuple(
        SqlMigration(
            one,
            history.graph.revisions[one].message,
            section.file,
            reading.files.read(section.file) or "",
            str(site.files.root / section.file),
        )
        for one, section in zip(order, sections, strict=True)
    )
    return record, SqlPlan(migrations, sections, order.index(target) + 1, applied)


_TOOL_NAMES = {
    "folders": "a tool with a folder a migration (Diesel, Hasura, Prisma)",
    "sqitch": "Sqitch",
    "drizzle": "Drizzle",
}
