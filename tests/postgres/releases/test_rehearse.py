"""A rehearsed rollback: on a copy of the schema, with rows of its own; the database itself stays as it is."""

import io
from pathlib import Path

from rich.console import Console

from schemaguard.adapters.control import golden_samples
from schemaguard.adapters.postgres import golden_drawing
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.rehearse import RehearsalOptions, rehearse
from schemaguard.commands.rollback import plan_rollback
from schemaguard.commands.status import status
from schemaguard.releases.rehearsal import Rehearsal
from schemaguard.report.status import show_status, status_json
from tests.postgres.releases.shop import INTENT, Shop, serve_again


def rehearsed(shop: Shop, server: str | None) -> Rehearsal:
    with shop.site() as site:
        (one,) = rehearse(site, "fraud", RehearsalOptions(server, rows=20))
    return one


def shown(shop: Shop) -> str:
    console = Console(width=200, file=(text := io.StringIO()))
    with shop.site() as site:
        show_status(status(site), console)
    return text.getvalue()


def test_the_standing_rollback_is_rehearsed_and_the_database_stays_as_it_is(shop: Shop, server: str) -> None:
    shop.ask("insert into transactions (amount, entry_mode) values (7, 'chip')")
    before = (shop.columns(), shop.pointer(), shop.heads(), shop.ask("select * from transactions order by id"))
    one = rehearsed(shop, server)
    assert (one.outcome, one.from_version, one.to_version, one.cls, one.reasons) == ("passed", "8", "7", "instant", ())
    assert "ACCESS EXCLUSIVE on transactions" in one.locks
    assert one.seconds > 0
    assert (shop.columns(), shop.pointer(), shop.heads()) == before[:3]
    assert shop.ask("select * from transactions order by id") == before[3]
    assert shop.registry.aliases == {"fraud@champion": "8"}
    assert shop.events()[-1] == "rehearsed"
    with shop.site() as site:
        state = status(site)
        assert status_json(state)["models"][0]["rehearsal"]["outcome"] == "passed"
        assert not [each for each in state.drift if "rehearsed" in each]
    assert "rehearsed just now: instant, " in " ".join(shown(shop).split())


def test_a_rehearsal_that_fails_is_a_finding_of_its_own(shop: Shop, server: str) -> None:
    # Somebody takes the name by hand: the rollback would be refused.
    shop.ask("alter table transactions add column channel text")
    one = rehearsed(shop, server)
    assert one.outcome == "failed"
    assert "channel" in one.reasons[0]
    with shop.site() as site:
        (found,) = [each for each in status(site).drift if "rehearsed" in each]
    assert found.startswith("the rehearsed rollback of fraud to 7 failed: ")


def test_rows_that_would_need_values_are_known_before_anybody_has_to_go_back(
    each_database: str, server: str, tmp_path: Path
) -> None:
    shop = Shop(each_database, tmp_path)
    shop.open()
    shop.ask("alter table transactions alter column channel drop default")
    serve_again(shop)
    shop.ask("insert into transactions (amount, entry_mode) values (7, 'chip')")
    one = rehearsed(shop, server)
    assert one.outcome == "failed"
    assert "1 rows have no value for transactions.channel" in one.reasons[0]


def test_where_no_copy_can_be_made_nothing_is_said_of_the_rollback(shop: Shop) -> None:
    one = rehearsed(shop, "postgresql://nobody@/nothing?host=/nowhere")
    assert one.outcome == "not covered"
    assert one.reasons
    with shop.site() as site:
        assert not [each for each in status(site).drift if "rehearsed" in each]


def test_golden_rows_are_asked_before_a_target_is_called_ready(each_database: str, server: str, tmp_path: Path) -> None:
    shop = Shop(each_database, tmp_path)
    shop.open()
    query = "select id, amount, channel from transactions"
    sampling = golden_drawing.Sampling(("id",), ("amount",), 30, 7, has_values=False)
    sample = golden_drawing.draw(query, sampling, lambda frame: frame["amount"] * 2, shop.url)
    serve_again(shop)
    with connect(shop.url) as connection:
        golden_samples.keep(connection, "ada", "fraud", "7", sample)
    # The channel is retired, and read where fraud 7 reads it.
    assert rehearsed(shop, server).reasons == ()
    with shop.site() as site:
        assert plan_rollback(site, "fraud", INTENT).warning is None
    shop.ask("update transactions set amount = round(amount * 100)")
    assert rehearsed(shop, server).reasons == ("golden rows: amount is another value in 30 of 30 rows",)
    with shop.site() as site:
        warning = plan_rollback(site, "fraud", INTENT).warning
    assert warning == ("the golden rows of fraud 7 aren't what training read: amount is another value in 30 of 30 rows")
