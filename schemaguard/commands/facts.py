"""facts: how large and how busy the tables of a database are, for a check without access to it."""

from schemaguard.adapters.postgres.load import find_out
from schemaguard.commands.site import Site
from schemaguard.rules.facts.production import ProductionFacts


def facts(site: Site, *, calibrate: bool = False) -> ProductionFacts:
    """What the database's own statistics tell; with `calibrate`, how fast its server works besides.

    DatabaseError where it can't be reached, or the role may not make a table to measure with.
    """
    return find_out(site.database_url, calibrate=calibrate)
