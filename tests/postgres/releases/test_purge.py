"""What is retired is dropped for good only when it may be, and uninstall leaves nothing behind and loses nothing."""

from pathlib import Path

import pytest

from schemaguard.commands.purge import Early, purge
from schemaguard.commands.uninstall import uninstall
from schemaguard.errors import RefusedError, UsageError
from tests.postgres.releases.shop import Shop, incident

CHANNEL = "transactions.channel"
ERASURE = Early("the data protection officer", "a request for erasure")


def test_nothing_is_purged_before_its_retention_is_over(shop: Shop) -> None:
    with shop.site() as site:
        done = purge(site)
    assert done.objects == ()
    assert done.kept[0].startswith("transactions.channel: its retention lasts until ")
    assert shop.ask("select purged_at from schemaguard.retired_object") == [(None,)]


def test_what_is_out_of_its_retention_is_dropped_with_the_views_that_showed_it(shop: Shop) -> None:
    shop.ask("update schemaguard.retired_object set purge_after = now() - interval '1 day'")
    shop.accept()
    with shop.site() as site:
        assert purge(site, dry_run=True).objects == (CHANNEL,)
        assert purge(site).objects == (CHANNEL,)
    assert shop.ask("select count(*) from pg_attribute where attname ~ '^__retired' and not attisdropped") == [(0,)]
    assert shop.events()[-1] == "purged"
    with pytest.raises(RefusedError, match="promises"):
        shop.rollback()


def test_an_early_purge_is_somebodys_word_and_never_takes_what_a_window_needs(shop: Shop) -> None:
    shop.ask("update schemaguard.release set window_until = now() + interval '1 day' where model_version = '7'")
    with shop.site() as site, pytest.raises(RefusedError, match="needed by fraud@7"):
        purge(site, (CHANNEL,), ERASURE)
    shop.end_window("7")
    with shop.site() as site:
        assert purge(site, (CHANNEL,), ERASURE).objects == (CHANNEL,)
    ((said,),) = shop.ask("select entry::jsonb -> 'payload' ->> 'approved_by' from schemaguard.ledger "
                          "order by position desc limit 1")  # fmt: skip
    assert said == ERASURE.approved_by


def test_a_name_that_is_not_retired_is_told_so(shop: Shop) -> None:
    with shop.site() as site, pytest.raises(UsageError, match="nothing retired is called nothing"):
        purge(site, ("nothing",))


def test_uninstall_is_refused_while_something_retired_would_be_lost(shop: Shop) -> None:
    with shop.site() as site, pytest.raises(RefusedError, match="retired objects would be lost"):
        uninstall(site)
    assert shop.ask("select to_regnamespace('schemaguard') is not null") == [(True,)]


def _but_roles(said: tuple[str, ...]) -> list[str]:
    return [each for each in said if not each.startswith("role ")]


def test_uninstall_says_and_removes_everything_and_the_tables_are_as_they_were(
    each_database: str, tmp_path: Path
) -> None:
    shop = Shop(each_database, tmp_path)
    incident(shop)
    shop.rollback(finish=True)
    shop.end_window("8")
    with shop.site() as site:
        purge(site, ("transactions.entry_mode",), ERASURE)
        said = uninstall(site, dry_run=True).removed
        # Another database of the server may need the same roles.
        assert _but_roles(uninstall(site).removed) == _but_roles(said)
    assert "contract views in schema fraud_7" in said
    assert shop.ask("select nspname from pg_namespace where nspname ~ '^(schemaguard|fraud)'") == []
    assert shop.ask("select count(*) from pg_trigger where tgname ~ '^schemaguard'") == [(0,)]
    assert shop.ask("select channel, count(*) from transactions group by 1") == [("web", 50)]
    with pytest.raises(Exception, match="control schema"):
        shop.site().__enter__().database  # noqa: B018 - opening it is what is refused
