"""Use case: the catalog that a history arrives at, or that a database has, and how the two differ."""

from collections.abc import Mapping

from schemaguard.catalog.diff import Difference, difference
from schemaguard.catalog.document import document
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.history.graph import order_to
from schemaguard.history.resolution import resolve
from schemaguard.history.selection import Selection

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class CatalogAt:
    """A catalog and where it comes from; `revision` holds several, with commas, where there are several heads."""

    source: str
    revision: str
    catalog: Catalog
    taken_as_applied: str | None = None
    """The last revision whose work the initial file has evidently done, where it doesn't say so itself."""

    @property
    def opaque(self) -> int:
        """How many statements couldn't be understood on the way here."""
        return self.catalog.opaque


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the database has otherwise than the history."""

    left: CatalogAt
    right: CatalogAt
    differences: tuple[Difference, ...]


def static_catalog(reading: Reading, path: str | None, at: str = "heads") -> CatalogAt:
    """The catalog that the history arrives at, by static evaluation, without a database.

    Raises HistoryError or UsageError where the history or the revision can't be told.
    """
    history = find_one(reading, path)
    targets = resolve(history.graph, at)
    done = replay_selected(history, reading, Selection(frozenset()), order_to(history.graph, targets))
    return CatalogAt(history.path, ",".join(targets), done.catalog, done.taken_as_applied)


def live_catalog(url: str) -> CatalogAt:
    """The catalog that a database has. Raises DatabaseError where it can't be reached or read."""
    from schemaguard.adapters.postgres import live_catalog as adapter

    found = adapter.live_catalog(url)
    return CatalogAt(found.source, found.revision, found.catalog)


def compare(reading: Reading, path: str | None, at: str, url: str) -> Comparison:
    """What the database at the URL has otherwise than the history at the revision."""
    left, right = static_catalog(reading, path, at), live_catalog(url)
    return Comparison(left, right, difference(_without_versions(left.catalog), _without_versions(right.catalog)))


def database_url(option: str | None, reading: Reading, environ: Mapping[str, str]) -> str:
    """The URL that is meant: the option, else the environment's, else the settings'.

    Raises UsageError where there is none.
    """
    url = option or environ.get("SCHEMAGUARD_DATABASE_URL") or reading.config.environment.database_url
    if not url:
        raise UsageError("there is no database to compare with", next="name it with --live URL")
    return url


def catalog_document(found: CatalogAt) -> dict[str, object]:
    """The catalog as one JSON object."""
    return {"revision": found.revision, "opaque": found.opaque, "catalog": document(found.catalog)}


def comparison_document(found: Comparison) -> dict[str, object]:
    """The comparison as one JSON object."""
    return {
        "left": {"source": found.left.source, "revision": found.left.revision, "opaque": found.left.opaque},
        "right": {"source": found.right.source, "revision": found.right.revision},
        "differences": [
            {"kind": one.kind, "object": one.object, "what": one.what, "left": one.left, "right": one.right}
            for one in found.differences
        ],
    }


def _without_versions(catalog: Catalog) -> Catalog:
    """The catalog without Alembic's own table, which the migrations don't make."""
    return replace(
        catalog,
        tables={name: table for name, table in catalog.tables.items() if name.name != VERSION_TABLE},
        indexes={name: index for name, index in catalog.indexes.items() if index.table.name != VERSION_TABLE},
    )
