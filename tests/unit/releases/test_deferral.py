"""What a deferred drop waits for: servers that haven't switched, and roles that were seen reading it."""

from datetime import UTC, datetime, timedelta

import pytest

from schemaguard.applying.fencing import FenceState
from schemaguard.catalog.objects import Name
from schemaguard.contracts.observation import Observation, ObservedReading, UnreadableStatement
from schemaguard.contracts.subject import Subject
from schemaguard.releases.deferral import unreadable_readers, waiting_for_readers, waiting_for_servers
from schemaguard.releases.overview import Overview
from schemaguard.releases.release import Pointer, Server

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ORDERS = Name("orders", "public")
FENCE = FenceState(is_wanted=True, elsewhere="full", keep="all", left_out=(), tables=())


def overview(*servers: Server) -> Overview:
    return Overview(NOW, ((Pointer("fraud", active="8", epoch=3), {}),), (), (), (), servers, (), FENCE)


def server(name: str, epoch: int, minutes: int = 5, model: str = "fraud") -> Server:
    return Server(model, name, epoch, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("one", "waits"),
    [
        (server("a", 2), ["the server a still serves fraud of epoch 2, not 3"]),
        (server("a", 3), []),
        (server("a", 2, minutes=-5), []),
        (server("a", 2, model="churn"), []),
    ],
)
def test_a_server_that_is_alive_and_behind_is_waited_for(one: Server, waits: list[str]) -> None:
    assert list(waiting_for_servers(overview(one), ["fraud"])) == waits


def observation(*readings: ObservedReading, unreadable: tuple[UnreadableStatement, ...] = ()) -> Observation:
    return Observation(readings, (), unreadable, 10, NOW, 0, False)


def reading(role: str, *columns: str, table: Name = ORDERS, contracts: tuple[str, ...] = ()) -> ObservedReading:
    return ObservedReading(role, table, columns, contracts, (), 4, (1,))


def test_a_role_that_was_seen_reading_it_is_waited_for_whether_or_not_a_contract_speaks_for_it() -> None:
    seen = observation(reading("bi", "note"), reading("bi", "note", "id"), reading("app", "id", contracts=("fraud@7",)))
    assert waiting_for_readers(seen, Subject(ORDERS, "note")) == ("the role bi has read it 8 times since 2026-10-01",)
    assert len(waiting_for_readers(seen, Subject(ORDERS))) == 2
    assert waiting_for_readers(seen, Subject(Name("other", "public"), "note")) == ()


@pytest.mark.parametrize(
    ("tables", "is_said"), [((), True), (("orders",), True), (("public.orders",), True), (("other",), False)]
)
def test_a_statement_that_cannot_be_read_may_read_it(tables: tuple[str, ...], is_said: bool) -> None:
    seen = observation(unreadable=(UnreadableStatement(1, "bi", tables, "no text", 2),))
    assert bool(unreadable_readers(seen, Subject(ORDERS, "note"))) is is_said
