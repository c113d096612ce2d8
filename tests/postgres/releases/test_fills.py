"""What rows get that were written without a value: declared in a contract or in a revision, and the plan says where."""

import json

import pytest

from schemaguard.commands.rollback import plan_rollback
from schemaguard.commands.switching import Request, switch
from schemaguard.errors import NeedsHumanError
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import OperationKind, ReversalClass
from schemaguard.releases.steps import prepare
from tests.postgres.releases.shop import INTENT, Shop, document

ACCESS = {"property": "access", "vendor": "schemaguard"}
WHOLE = "upper('fill' || amount)"


def _retire(shop: Shop, declared: str = "") -> None:
    """Retired in a session whose revision declares a fill, and a row that has no value."""
    said = json.dumps([{"schema": "public", "table": "transactions", "column": "channel", "fill": declared}])
    shop.ask(
        "select schemaguard.restore(max(id)) from schemaguard.retired_object where column_name = 'channel';"
        "alter table transactions alter channel drop default;"
        f"select set_config('schemaguard.fills', $j${said if declared else '[]'}$j$, true);"
        "select schemaguard.retire(attrelid, attnum, '0007') from pg_attribute "
        "where attrelid = 'transactions'::regclass and attname = 'channel';"
        "update schemaguard.retired_object r set applied_change = a.id from schemaguard.applied_change a "
        "where a.revision = '0007' and r.id = (select max(id) from schemaguard.retired_object);"
        "insert into transactions (amount) values (77)"
    )


def _says(shop: Shop) -> str:
    with shop.site() as site:
        plan = plan_rollback(site, "fraud", INTENT, to="7").plan.lead
    assert plan.reversal_class is ReversalClass.SLOW
    return prepare.STEP.describe(plan)[0]


def test_a_row_without_a_value_needs_one_where_nobody_declares_any(shop: Shop) -> None:
    _retire(shop)
    with pytest.raises(NeedsHumanError, match=r"1 rows have no value for transactions\.channel"):
        shop.rollback()


def test_a_revision_says_what_its_rows_get(shop: Shop) -> None:
    _retire(shop, WHOLE)
    assert _says(shop) == (f"restore transactions.channel; 1 rows without a value get {WHOLE}, as revision 0007 says")
    shop.rollback()
    assert shop.ask("select channel from transactions where amount = 77") == [("FILL77.00",)]


def test_a_constant_that_a_revision_declares_leaves_no_row_without_a_value(shop: Shop) -> None:
    _retire(shop, "'none'")
    with shop.site() as site:
        assert plan_rollback(site, "fraud", INTENT, to="7").plan.reversal_class is ReversalClass.INSTANT
    shop.rollback()
    assert shop.ask("select channel from transactions where amount = 77") == [("none",)]


def test_the_contract_of_the_version_that_comes_back_says_what_its_rows_get(shop: Shop) -> None:
    made = document("7", "id", "amount", "channel")
    fill = {"property": "fill", "value": WHOLE, "vendor": "schemaguard"}
    made["schema"][0]["properties"][2]["customProperties"] = [fill]
    shop.ask(
        "update schemaguard.contract set document = %s where file = 'contracts/fraud/7.odcs.yaml'", json.dumps(made)
    )
    _retire(shop, "'of the revision'")
    assert _says(shop) == (
        f"restore transactions.channel; 1 rows without a value get {WHOLE}, as the contract of fraud@7 says"
    )
    shop.rollback()
    assert shop.ask("select channel from transactions where amount = 77") == [("FILL77.00",)]


def _writes_predictions(shop: Shop, version: str, *more: str) -> None:
    """A version that reads and writes predictions, with a reason that it requires (`more`)."""
    made = document(version)
    written = made["schema"][1]
    made["schema"] = [{**written, "customProperties": [{**ACCESS, "value": each}]} for each in ("read", "write")]
    required = [{"name": each, "physicalType": "text", "required": True} for each in more]
    for entry in made["schema"]:
        entry["properties"] = [*entry["properties"], *required]
    shop.publish_document(version, made)


def test_rows_of_the_old_version_are_filled_on_the_way_forward(shop: Shop) -> None:
    _writes_predictions(shop, "9")
    shop.promote("9", finish=True)
    shop.end_window("8")
    shop.ask("alter table predictions add reason text not null default ''")
    shop.ask("alter table predictions alter reason drop default")
    _writes_predictions(shop, "10", "reason")
    shop.registry.versions.add("10")
    shop.promote("10", finish=True)
    shop.rollback(finish=True)
    shop.ask("insert into predictions (transaction_id, score) values (1, 0.5)")
    with pytest.raises(NeedsHumanError, match=r"1 rows have no value for predictions\.reason, and fraud 10 requires"):
        shop.promote("10")
    with shop.site() as site:
        wanted = Wanted(OperationKind.PROMOTE, "10", None, None, site.alias, ("'none'",))
        switch(site, Request("fraud", wanted, INTENT), finish=True)
    assert shop.ask("select reason from predictions") == [("none",)]
    column = "select is_nullable, column_default from information_schema.columns where column_name = 'reason'"
    assert shop.ask(f"{column} and table_name = 'predictions' and table_schema = 'public'") == [("NO", None)]
