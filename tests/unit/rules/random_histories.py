"""Random revisions, and random contracts on what they make: for what must be told alike in two ways."""

import os

from hypothesis import strategies as st

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.contracts.signature import SignatureField
from schemaguard.history.history import Section
from schemaguard.history.revision import Revision, Run
from schemaguard.history.sql_runner import run_section
from tests.postgres.catalog.pen import Pen
from tests.postgres.catalog.random_statements import statement

IS_LONG = "SCHEMAGUARD_RANDOM_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("SCHEMAGUARD_RANDOM_EXAMPLES", "15"))
"""How many examples a test draws; `make random` asks for more, and other ones each time."""
OPAQUE = ("do $$ begin execute 'x'; end $$", "select magic('t')", "delete from t", "update t set a = null")


def draw_runs(data: st.DataObject, most: int) -> tuple[Run, ...]:
    """Revisions of up to three statements each, one after the other."""
    runs: list[Run] = []
    catalog, number = Catalog(), 0
    for revision in range(data.draw(st.integers(2, most))):
        texts, now = [], catalog
        for _ in range(data.draw(st.integers(1, 3))):
            number += 1
            pen = Pen(data.draw, now, number)
            texts.append(pen.pick(OPAQUE) if pen.chance(12) else statement(pen))
            now = run_section(Section("x.sql", texts[-1]), now)[-1].after
        kind = "one" if data.draw(st.booleans()) else "none"
        steps = run_section(Section(f"{revision}.sql", ";\n".join(texts), transactions=kind), catalog)
        after = steps[-1].after if steps else catalog
        runs.append(Run(Revision(str(revision), (), f"{revision}.sql"), "upgrade", steps, catalog, after))
        catalog = after
    return tuple(runs)


def draw_contract(data: st.DataObject, catalogs: list[Catalog], number: int) -> Contract:
    """A contract on up to three relations that one of the catalogs has, or none has."""
    pen = Pen(data.draw, pen_catalog := data.draw(st.sampled_from(catalogs)), number)
    parts = tuple(_part(pen, pen_catalog) for _ in range(pen.count(1, 3)))
    first = parts[0]
    columns = ", ".join(f'"{each.column}"' for each in first.promises) or "1"
    query = f'select {columns} from "{first.table.name}"' if pen.chance(4) else None
    signature = tuple(SignatureField(each.column, "long", True) for each in first.promises) if pen.chance(4) else None
    return Contract(
        f"urn:{number}",
        f"m{number}",
        ("1",),
        parts,
        f"{number}.odcs.yaml",
        str(number),
        query=query,
        signature=signature or None,
        reads_through=pen.pick(("table", "table", "view", "copy")),
    )


def _part(pen: Pen, catalog: Catalog) -> ContractTable:
    known = [*catalog.tables.values(), *catalog.views.values()]
    access = pen.pick(("read", "read", "write"))
    if not known or pen.chance(12):
        return ContractTable(Name("t"), access, (Promise("a", None),), line=pen.number)
    shown = pen.pick(known)
    is_bare = pen.chance(2) and shown.name.schema == "public"
    promises = tuple(
        Promise(column.name, column.type if pen.chance(2) else None, required=pen.chance(3), line=pen.number)
        for column in shown.columns or ()
        if not pen.chance(3)
    )
    return ContractTable(Name(shown.name.name) if is_bare else shown.name, access, promises, line=pen.number)
