"""How long readers of a table wait for each revision of a split while a transaction is open for 3 s.

python benchmarks/waits.py

Prints the worst wait of four readers for each revision, applied by `schemaguard upgrade` behind the fence, and for the
same change as a plain ALTER TABLE.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.table import show
from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.postgres import embedded
from schemaguard.commands.site import Site
from schemaguard.commands.split import split
from schemaguard.commands.upgrade import UpgradeOptions, upgrade
from schemaguard.errors import SchemaguardError
from schemaguard.sql.writing.identifiers import quote

OPEN_S = 3.0
READERS = 4
BASE = """\
create table t (id bigint primary key, v text not null, other int);
insert into t select n, 'v' || n, n from generate_series(1, 20000) n;
"""
CHANGES = {
    "rename a column": "alter table t rename column v to w;\n",
    "change a type": "alter table t alter other type bigint;\n",
    "drop a column": "alter table t drop column other;\n",
    "add a check": "alter table t add constraint c check (other > 0);\n",
}


def worst_wait_ms(url: str, act: Callable[[], object]) -> float:
    """The longest time that a read of the table took while the act ran behind a transaction of 3 s."""
    ends, waits = threading.Event(), [0.0] * READERS

    def read(place: int) -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            while not ends.is_set():
                began = time.perf_counter()
                connection.execute("select id from t where id = 1").fetchall()
                waits[place] = max(waits[place], time.perf_counter() - began)
                time.sleep(0.002)

    def hold() -> None:
        with psycopg.connect(url) as holder:
            holder.execute("select count(*) from t")
            holding.set()
            time.sleep(OPEN_S)

    holding = threading.Event()
    threads = [threading.Thread(target=read, args=(place,)) for place in range(READERS)]
    threads.append(threading.Thread(target=hold))
    for thread in threads:
        thread.start()
    holding.wait()
    try:
        act()
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    return max(waits) * 1000


def applied(folder: Path, url: str, revision: str) -> None:
    with Site(folder, database_url=url, environ={}) as site, site.reading(no_cache=True) as reading:
        upgrade(site, reading, "migrations", revision, UpgradeOptions())


def measured(server: str, change: str) -> list[tuple[str, float]]:
    """Each revision of the split with its worst wait, then the plain statement."""
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(server, autocommit=True) as owner:
        names = [f"s{time.time_ns()}", f"p{time.time_ns()}"]
        urls = []
        for name in names:
            owner.execute(f"create database {quote(name)}".encode())
            path, mark, query = server.partition("?")
            urls.append(f"{path.rsplit('/', 1)[0]}/{name}{mark}{query}")
        migrations = Path(folder) / "migrations"
        migrations.mkdir()
        (migrations / "1_base.up.sql").write_text(BASE)
        (migrations / "2_change.up.sql").write_text(change)
        with Site(Path(folder), environ={}) as site, site.reading(no_cache=True) as reading:
            split(reading, "migrations", "2", (), (), None, write=True)
        with psycopg.connect(urls[0], autocommit=True) as connection:
            control.install(connection)
            fence.raise_fence(connection)
        applied(Path(folder), urls[0], "1")
        found = []
        for file in sorted(migrations.glob("*.up.sql"))[1:]:
            number = file.name.partition("_")[0]
            found.append((file.name, worst_wait_ms(urls[0], lambda n=number: applied(Path(folder), urls[0], n))))  # type: ignore[misc]
        with psycopg.connect(urls[1], autocommit=True) as plain:
            plain.execute(BASE.encode())
            found.append(("plain ALTER TABLE", worst_wait_ms(urls[1], lambda: plain.execute(change.encode()))))
        return found


def main() -> None:
    """Print a table of all changes."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="sgpg") as folder, embedded.running(Path(folder) / "data") as server:
        for name, change in CHANGES.items():
            try:
                found = measured(server, change)
            except SchemaguardError as error:
                rows.append((name, "not measured", error.what))
                continue
            rows += [(name, what, f"{ms:.0f} ms") for what, ms in found]
    show("The worst wait of a reader, behind a transaction of 3 s", ("change", "revision", "wait"), rows)


if __name__ == "__main__":
    main()
