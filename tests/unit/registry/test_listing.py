"""The list of contracts, what a column is called in it, and how view schemas are named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemaguard.applying.locking import locked_by
from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract, ContractFile, ContractTable, Promise
from schemaguard.errors import UsageError
from schemaguard.registry.listing import chosen, listing, ranges, shared
from schemaguard.registry.publication import BoundContract, view_schema
from schemaguard.window.window import Window, WindowEntry

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TABLES = (
    ContractTable(Name("transactions"), "read", (Promise("channel", None),)),
    ContractTable(Name("predictions", "ml"), "write", (Promise("score", None),)),
)
FRAUD = Contract("urn:schemaguard:model:fraud:7", "fraud", ("7", "10"), TABLES, "7.odcs.yaml", "abcdef0123")
FILE = ContractFile(FRAUD, {"version": "1"})
BOUND = BoundContract(replace(FRAUD, digest="0123abcdef"), {"version": "0"}, "7", "fraud_7", NOW, "ada")


def test_versions_stand_in_their_natural_order_each_with_its_standing() -> None:
    window = Window("live", NOW, (WindowEntry("fraud", "7", "active"),))
    listed = listing([FILE], [BOUND], window)
    assert [(each.version, each.standing) for each in listed] == [("7", "active"), ("10", "unpublished")]
    assert listed[0].changes == ('~ version: "0" → "1"',)


def test_what_is_published_and_not_in_the_folder_is_listed_too() -> None:
    listed = listing([], [BOUND], Window("live", NOW, (WindowEntry("fraud", "7", "published"),)))
    assert [(each.name, each.is_in_folder) for each in listed] == [("fraud@7", False)]


def test_a_model_that_nobody_knows_is_an_error_that_names_the_nearest() -> None:
    listed = listing([FILE], [], Window("dates", NOW, ()))
    with pytest.raises(UsageError, match="no contract of 'froud' is known") as raised:
        chosen(listed, "froud", None)
    assert raised.value.at == "known: fraud"
    with pytest.raises(UsageError, match="no contract of fraud 8 is known"):
        chosen(listed, "fraud", "8")


def test_versions_that_share_a_contract_stand_in_one_row_with_their_roles() -> None:
    many = replace(FRAUD, model_versions=tuple(str(number) for number in range(3, 8)))
    over = datetime(2026, 8, 1, tzinfo=UTC)
    window = Window(
        "live",
        NOW,
        (WindowEntry("fraud", "7", "active"), *(WindowEntry("fraud", str(n), "superseded", over) for n in range(3, 7))),
    )
    (row,) = shared(listing([ContractFile(many, {})], [], window))
    assert row.name == "fraud@3–7"
    assert row.roles == (("superseded", ("3", "4", "5", "6")), ("active", ("7",)))
    assert row.until is None
    assert row.is_in_window(NOW)


def test_a_row_is_in_its_window_until_the_longest_of_its_versions() -> None:
    ends = [datetime(2026, 9, day, tzinfo=UTC) for day in (3, 9)]
    entries = (WindowEntry("fraud", "7", "superseded", ends[0]), WindowEntry("fraud", "10", "superseded", ends[1]))
    (row,) = shared(listing([FILE], [], Window("live", NOW, entries)))
    assert row.until == ends[1]
    assert not row.is_in_window(ends[1])


def test_a_consumer_is_in_its_window_as_long_as_its_file_is_there_and_not_retired() -> None:
    dashboard = replace(FRAUD, model="dashboard", model_versions=())
    gone = replace(dashboard, model="gone", status="retired")
    listed = listing([ContractFile(dashboard, {}), ContractFile(gone, {})], [], Window("live", NOW, ()))
    assert [(each.name, each.standing, each.is_in_window(NOW)) for each in listed] == [
        ("dashboard", "consumer", True),
        ("gone", "retired", False),
    ]


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        (("7",), "7"),
        (("8", "7"), "7, 8"),
        (("9", "8", "7", "11"), "7–9, 11"),
        (("2024-a", "1", "2", "3"), "2024-a, 1–3"),
    ],
)
def test_versions_that_follow_each_other_are_a_range(versions: tuple[str, ...], said: str) -> None:
    assert ranges(versions) == said


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
