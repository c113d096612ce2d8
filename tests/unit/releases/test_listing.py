"""The list of contracts, what a column is called in it, and how view schemas are named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract, ContractFile, ContractTable, Promise
from schemaguard.errors import UsageError
from schemaguard.releases.listing import Thing, chosen, listing, things
from schemaguard.releases.locking import locked_by
from schemaguard.releases.publication import Bound, view_schema
from schemaguard.releases.window import Entry, Window

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TABLES = (
    ContractTable(Name("transactions"), "read", (Promise("channel", None),)),
    ContractTable(Name("predictions", "ml"), "write", (Promise("score", None),)),
)
FRAUD = Contract("urn:schemaguard:model:fraud:7", "fraud", ("7", "10"), TABLES, "7.odcs.yaml", "abcdef0123")
FILE = ContractFile(FRAUD, {"version": "1"})
BOUND = Bound(FRAUD, {"version": "0"}, "7", "fraud_7", NOW, "ada")


def test_versions_stand_in_their_natural_order_each_with_its_standing() -> None:
    window = Window("live", NOW, (Entry("fraud", "7", "active"),))
    listed = listing([FILE], [BOUND], window)
    assert [(each.version, each.standing) for each in listed] == [("7", "active"), ("10", "unpublished")]
    assert listed[0].changes == ('~ version: "0" → "1"',)


def test_what_is_published_and_not_in_the_folder_is_listed_too() -> None:
    listed = listing([], [BOUND], Window("live", NOW, (Entry("fraud", "7", "published"),)))
    assert [(each.name, each.is_in_folder) for each in listed] == [("fraud@7", False)]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("transactions", Thing("transactions")),
        ("public.transactions", Thing("public.transactions")),
        ("transactions.channel", Thing("transactions", "channel")),
        ("public.transactions.channel", Thing("public.transactions", "channel")),
        ("ml.predictions", Thing("ml.predictions")),
        ("ml.predictions.score", Thing("ml.predictions", "score")),
    ],
)
def test_a_table_or_column_is_found_however_it_is_spelled(text: str, thing: Thing) -> None:
    assert things(text, listing([FILE], [], Window("dates", NOW, ()))) == thing


def test_what_nobody_uses_is_an_error_that_lists_what_is_used() -> None:
    listed = listing([FILE], [], Window("dates", NOW, ()))
    with pytest.raises(UsageError, match=r"no contract names transactions\.amount"):
        things("transactions.amount", listed)
    with pytest.raises(UsageError, match="no contract of 'churn' is known"):
        chosen(listed, "churn", None)


@pytest.mark.parametrize(
    ("model", "taken", "schema"),
    [
        ("fraud", (), "fraud_7"),
        ("fraud", ("fraud_7",), "fraud_7_abcdef"),
        ("Card Fraud-EU", (), "card_fraud_eu_7"),
        ("pg_fraud", (), "model_pg_fraud_7"),
        ("3d", (), "model_3d_7"),
        ("x" * 80, (), f"{'x' * 40}_abcdef"),
        ("Ärger", (), "rger_7"),
    ],
)
def test_view_schemas_are_valid_names_that_nobody_else_has(model: str, taken: tuple[str, ...], schema: str) -> None:
    assert view_schema(replace(FRAUD, model=model), taken) == schema


def test_everything_that_statements_lock_is_known_beforehand_in_one_order() -> None:
    locked = locked_by(
        [
            'alter table "b"."t" rename column x to y',
            "alter table a add constraint k foreign key (x) references c (id) not valid",
            "alter table public.z drop constraint z_fkey",
            "alter index i rename to j",
        ]
    )
    assert locked.tables == (Name("t", "b"), Name("a", "public"), Name("c", "public"), Name("z", "public"))
    assert locked.dropped == ((Name("z", "public"), "z_fkey"),)
