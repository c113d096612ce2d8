"""What goes with an object: by itself, or only where CASCADE is written."""

import pytest

from schemaguard.catalog.fold.cascade import reach
from schemaguard.catalog.objects import Catalog
from tests.unit.catalog.folding import SHOP, change_of, folded

REACHES: dict[str, tuple[set[str], set[str]]] = {
    "drop table shop": ({"index shop_pkey"}, {"constraint item.item_shop_id_fkey"}),
    "drop table item": ({"index item_pkey", "index item_price", "index item_note"}, {"view cheap", "view cheaper"}),
    "alter table item drop column price": (
        {"index item_price", "constraint item.item_price_check"},
        {"view cheap", "view cheaper"},
    ),
    "alter table item drop column note": ({"index item_note"}, set()),
    "alter table item drop column id": (
        {"index item_pkey", "constraint item.item_pkey"},
        {"view cheap", "view cheaper"},
    ),
    "alter table shop drop column id": (
        {"constraint shop.shop_pkey", "index shop_pkey"},
        {"constraint item.item_shop_id_fkey"},
    ),
    "alter table shop drop constraint shop_pkey": ({"index shop_pkey"}, {"constraint item.item_shop_id_fkey"}),
    "alter table item drop constraint item_price_check": (set(), set()),
    "drop view cheap": (set(), {"view cheaper"}),
    "drop view cheaper": (set(), set()),
    "drop type mood": (set(), {"column item.feel"}),
    "drop domain positive": (set(), set()),
    "drop function touch()": (set(), {"trigger shop.touched"}),
    "drop index item_price": (set(), set()),
    "drop table event": ({"table event_24"}, set()),
    "drop table event_24": (set(), set()),
}
"""Statement → what goes by itself, and what only CASCADE takes along."""


@pytest.fixture(scope="module")
def shop() -> Catalog:
    return folded(SHOP)


@pytest.mark.parametrize(("statement", "goes"), REACHES.items())
def test_a_drop_reaches_just_this(shop: Catalog, statement: str, goes: tuple[set[str], set[str]]) -> None:
    by_itself: set[str] = set()
    asked_for: set[str] = set()
    for gone in reach(change_of(statement, shop), shop):
        assert gone.certain
        told = f"{gone.kind} {gone.name}" + (f".{gone.part}" if gone.part else "")
        (by_itself if gone.automatic else asked_for).add(told)
    assert (by_itself, asked_for) == goes
