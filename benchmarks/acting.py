"""From a decision to the commit of its abort, with the registry down: what a watcher takes, by what it sends.

    python -m benchmarks.acting [--faults 50]

A canary that fails is judged by a watcher that may act, on a PostgreSQL that is thrown away.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.table import show
from schemaguard.adapters.postgres.embedded import running
from schemaguard.commands.site import Site
from schemaguard.commands.watch import watch_once
from schemaguard.errors import RegistryError
from tests.postgres.releases.acting import PLAYBOOK, measured, publish, with_a_canary
from tests.postgres.releases.shop import Shop

_TIMES = """\
select extract(epoch from d.at)::float8, extract(epoch from p.changed_at)::float8
from schemaguard.decision d join schemaguard.pointer p on p.model = d.model
where d.kind = 'tripped' and d.action = 'rollback' order by d.id desc limit 1"""


def act(shop: Shop, site: Site) -> tuple[float, int, float]:
    """One fault: milliseconds from the decision to the start of the commit, statements of the pass, and their time."""
    measured(shop, failed=10)
    shop.registry.error = RegistryError("the registry is down", at="here")
    sent: list[float] = []
    execute = psycopg.Cursor.execute

    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments, **options)
        finally:
            sent.append(time.perf_counter() - began)

    psycopg.Cursor.execute = timed  # type: ignore[method-assign]
    try:
        watch_once(site)
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    ((decided, committed),) = shop.ask(_TIMES)
    return (committed - decided) * 1000, len(sent), sum(sent) * 1000


def again(shop: Shop) -> None:
    """A day later: the canary is tried again."""
    shop.registry.error = None
    shop.ask("update schemaguard.pointer set frozen = false")
    shop.ask("update schemaguard.decision set closed_at = closed_at - interval '1 day'")
    shop.accept()
    shop.start_canary()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=50)
    faults = parser.parse_args().faults
    found = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as url:
        shop = Shop(url, Path(folder))
        with_a_canary(shop)
        publish(shop, PLAYBOOK.replace("most: 2, within: 24h", "most: 2, within: 1h"))
        # A watcher keeps its connection.
        with shop.site() as site:
            for number in range(faults + 1):
                if number:
                    again(shop)
                found.append(act(shop, site))
    # The first one imports.
    times = sorted(each[0] for each in found[1:])
    show(
        f"From the decision to the commit, {faults} aborts, the registry is down",
        ("median ms", "p90", "p99", "the first, with imports", "statements of a pass", "their ms"),
        [
            (
                *(f"{times[min(len(times) - 1, int(share * len(times)))]:.0f}" for share in (0.5, 0.9, 0.99)),
                f"{found[0][0]:.0f}",
                found[-1][1],
                f"{sorted(each[2] for each in found)[len(found) // 2]:.0f}",
            )
        ],
    )


if __name__ == "__main__":
    main()
