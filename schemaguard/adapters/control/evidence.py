"""What evidence needs of the control schema besides the ledger: the looks that decisions were made of."""

from collections.abc import Iterable
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

_LOOKS = """\
select l.model, l.trigger, l.epoch, l.version, l.until, l.failed, l.total, l.weight, l.missing
from schemaguard.decision d, lateral (
    select * from schemaguard.look l where (l.model, l.trigger, l.epoch) = (d.model, d.trigger, d.epoch)
    and l.until <= (d.snapshot ->> 'until')::timestamptz order by l.until desc limit 20) l
where d.id = any(%s) order by l.model, l.trigger, l.epoch, l.until"""


def looks(connection: Connection, decisions: Iterable[int]) -> list[dict[str, Any]]:
    """The last twenty looks before each of these decisions; those that weren't forgotten yet."""
    names = ("model", "trigger", "epoch", "version", "until", "failed", "total", "weight", "missing")
    found = [dict(zip(names, row, strict=True)) for row in connection.execute(_LOOKS, (list(decisions),))]
    return [{**each, "until": each["until"].isoformat()} for each in found]
