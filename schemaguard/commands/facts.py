"""facts: how large and how busy the tables of a database are, for a check without access to it."""

from schemaguard.adapters.postgres.connection import connect
from schemaguard.adapters.postgres.load import calibrated, read_load
from schemaguard.commands.site import Site
from schemaguard.errors import DatabaseError
from schemaguard.rules.facts.production import ProductionFacts


def facts(site: Site, *, calibrate: bool = False) -> ProductionFacts:
    """What the database's own statistics tell; with `calibrate`, how fast its server works besides.

    DatabaseError where it can't be reached, or the role may not make a table to measure with.
    """
    import psycopg

    with connect(site.database_url, application="schemaguard facts") as connection:
        try:
            rates = calibrated(connection) if calibrate else None
            return read_load(connection, rates)
        except psycopg.Error as error:
            raise DatabaseError(
                f"the database refused: {str(error).splitlines()[0]}",
                at=f"database {connection.info.dbname}",
                next="use a role with pg_monitor, and with CREATE on the database for --calibrate",
            ) from error
