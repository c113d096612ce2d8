from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.rules.facts.concerned import directory, touched
from schemaguard.rules.facts.walk import walk
from schemaguard.window.under_contract import UnderContract
from tests.unit.rules.runs import catalog, run_of

VIEWS = catalog(
    """
    CREATE TABLE t (id bigint PRIMARY KEY, a text);
    CREATE TABLE u (id bigint PRIMARY KEY, t_id bigint REFERENCES t (id));
    CREATE VIEW v AS SELECT id, a FROM t;
    CREATE VIEW w AS SELECT id FROM v;
    """
)


def _touched(sql: str) -> frozenset[str] | None:
    (visit,) = walk(run_of(sql, VIEWS))
    return touched(visit.change, visit.before, visit.after)


def test_a_change_of_a_table_touches_it_and_the_views_over_it() -> None:
    assert _touched("ALTER TABLE t ALTER COLUMN a SET NOT NULL") == {"t", "v", "w"}


def test_a_cascade_touches_what_it_reaches() -> None:
    found = _touched("DROP TABLE t CASCADE")

    assert found is not None
    assert found >= {"t", "u", "v", "w"}


def test_an_index_touches_its_table() -> None:
    assert _touched("CREATE INDEX ON u (t_id)") == {"u"}


def test_a_table_that_nobody_knows_is_touched_all_the_same() -> None:
    found = _touched("ALTER TABLE unknown DROP COLUMN a")

    assert found is not None
    assert "unknown" in found


def test_a_change_of_a_type_or_of_privileges_could_touch_anything() -> None:
    assert _touched("CREATE TYPE mood AS ENUM ('glad')") is None
    assert _touched("REVOKE ALL ON SCHEMA public FROM fraud") is None


def test_the_directory_finds_the_contracts_of_what_is_touched_in_their_order() -> None:
    held = [
        UnderContract(Contract(name, name, ("1",), (ContractTable(Name(name), "read", ()),), f"{name}.yaml", "0"), ())
        for name in ("u", "t", "elsewhere")
    ]

    found = directory(tuple(held)).concerned(walk(run_of("DROP TABLE t CASCADE", VIEWS)))

    assert [one.contract.model for one in found] == ["u", "t"]
