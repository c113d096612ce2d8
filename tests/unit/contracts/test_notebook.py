"""A contract in a notebook: a table whose names are escaped."""

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.verification.frames.contract import FrameContract
from tests.web.html import Elements

AMOUNT = Promise(
    "amount", Type("numeric", modifiers=(12, 2)), required=True, unique=True, minimum=0, exclusive_maximum=9.5
)
WORST = Promise("<script>alert(1)</script>", None, enum=("a<b", '"c"'), max_length=1)


def shown() -> str:
    tables = (
        ContractTable(Name("transactions"), "read", (AMOUNT,)),
        ContractTable(Name("<t>"), "write", (WORST,), upsert_key=("id",)),
    )
    contract = Contract("urn", "fraud", ("7",), tables, "f.yaml", "d", owner="<b>risk</b>")
    return FrameContract.of(contract)._repr_html_()


def test_a_notebook_shows_what_is_promised_of_each_column() -> None:
    page = Elements(shown())
    assert page.faults == []
    assert "fraud@7" in page.text
    assert "amountnumeric(12,2)required, unique, ≥ 0, < 9.5" in page.text


def test_no_name_is_an_element() -> None:
    page = Elements(shown())
    assert {tag for tag, _ in page.found} == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "<script>alert(1)</script>" in page.text
    assert 'at most 1 character, one of a<b | "c"' in page.text
