"""Model and schema go back together on a real server."""

from tests.postgres.releases.shop import Shop


def test_rollback_brings_back_the_column_with_its_data_and_keeps_rows_written_by_the_new_version(shop: Shop) -> None:
    shop.ask("insert into transactions (amount, entry_mode) values (7, 'chip')")
    assert "channel" not in shop.columns()
    done = shop.rollback()
    assert shop.pointer() == ("7", 3, "8")
    assert shop.registry.aliases == {"fraud@champion": "7"}
    assert shop.ask("select channel, count(*) from transactions group by 1 order by 1") == [("pos", 1), ("web", 50)]
    assert done.outcome.plan.restored == ("transactions.channel",)
    assert shop.heads() == ["0006"]
