"""Names that mean something else, or nothing, because they are looked for in other schemas.

See https://www.postgresql.org/docs/18/ddl-schemas.html#DDL-SCHEMAS-PATH.
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.session import read_search_path
from schemaguard.catalog.objects import Catalog, Function, Name
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import ContractTable
from schemaguard.sql.reading.bodies import read_body

_PUBLIC = "public"
Path = tuple[str, ...]


def repathed(catalogs: tuple[Catalog, Catalog]) -> dict[str, str]:
    """Function → which name of its body it doesn't find where it did before, because its search_path is another."""
    before, after = catalogs
    if before.functions is after.functions:
        return {}
    found: dict[str, str] = {}
    for key, new in after.functions.items():
        old = before.functions.get(key)
        if old is not None and old.search_path != new.search_path:
            paths = _path(old, before), _path(new, after)
            lost = next(_found_elsewhere(new, paths, after), None)
            if lost is not None:
                found[new.name.name] = f"{new.name.name}() looks for {lost} in {', '.join(paths[1]) or 'no schema'}"
    return found


def _path(function: Function, catalog: Catalog) -> Path:
    return read_search_path(function.search_path) if function.search_path else catalog.search_path


def _found_elsewhere(function: Function, paths: tuple[Path, Path], catalog: Catalog) -> Iterator[str]:
    body = read_body(function.language, function.body)
    if (not body.is_read or body.runs_text) and paths[0] != paths[1]:
        yield "what it names"
    relations = {*catalog.tables, *catalog.views, *catalog.sequences}
    functions = {name for name, _ in catalog.functions}
    for name in sorted(body.relations, key=str):
        if name.schema is None and _differs(name.name, paths, relations):
            yield name.name
    for name in sorted(body.called, key=str):
        is_known = any(known.name == name.name for known in functions)
        if name.schema is None and is_known and _differs(name.name, paths, functions):
            yield f"{name.name}()"


def _differs(name: str, paths: tuple[Path, Path], known: Iterable[Name]) -> bool:
    was, now = (_first(name, path, known) for path in paths)
    if was is None and now is None:
        # It was made elsewhere, in one of the schemas that were looked through.
        return any(schema not in paths[1] for schema in paths[0])
    return was != now


def _first(name: str, path: Path, known: Iterable[Name]) -> str | None:
    there = {each.schema for each in known if each.name == name}
    return next((schema for schema in path if schema in there), None)


def path_flaws(part: ContractTable, before: Catalog, change: c.Change) -> Iterator[Flaw]:
    """A role or a database whose sessions look for the contract's relation elsewhere from now on."""
    if not isinstance(change, c.SetSetting) or change.of is None or relation(part.table, before) is None:
        return
    path = read_search_path(change.value) if change.value is not None else (_PUBLIC,)
    there = before.resolve(part.table)
    # Who reads another schema writes its name, or has a search_path of his own already.
    if there.schema == _PUBLIC and _first(there.name, path, {*before.tables, *before.views}) != there.schema:
        yield "unlisted", None, f"sessions of {change.of} look for it in {', '.join(path) or 'no schema'}"
