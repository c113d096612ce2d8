"""What the server's own statistics have seen → readers and writers, a consumer a role."""

from collections import defaultdict
from collections.abc import Collection

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.observation import Log
from schemaguard.frozen import replace
from schemaguard.importing.found import FoundReader, FoundReaders, consumer_name
from schemaguard.sql.queries.observed import accesses
from schemaguard.sql.queries.traced import Untraceable


def role_readers(log: Log, catalog: Catalog, without: Collection[str]) -> FoundReaders:
    """Each role with what its statements read of the tables that the migrations make, but for the roles left out."""
    reads: dict[str, dict[Name, frozenset[str]]] = defaultdict(dict)
    unread: dict[str, int] = defaultdict(int)
    for statement in log.statements:
        if statement.role in without or not statement.text:
            continue
        over = replace(log.catalog, search_path=statement.path)
        try:
            found = accesses(statement.text, over)
        except Untraceable:
            unread[statement.role] += 1
            continue
        mine = reads[statement.role]
        for table in found.relations:
            if table in catalog.tables or table in catalog.views:
                mine.setdefault(table, frozenset())
        for table, column in found.reads:
            if table in catalog.tables or table in catalog.views:
                mine[table] = mine.get(table, frozenset()) | {column}
    readers = tuple(
        FoundReader(
            consumer_name("role", role),
            f"pg_stat_statements {role}",
            columns,
            about=f"what the role {role} was seen to read",
            notes=(f"{unread[role]} of its statements can't be read",) if unread[role] else (),
        )
        for role, columns in sorted(reads.items())
        if columns
    )
    silent = [f"no statement of {role} can be read" for role in sorted(unread) if not reads.get(role)]
    return FoundReaders(readers, tuple(silent))
