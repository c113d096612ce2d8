"""Values go to JSON and come back equal; nothing else can be built from JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.catalog import changes as c
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog, Function, Name, Table
from schemaguard.frozen import replace
from schemaguard.history.codec import Malformed, decode, encode

texts = st.text(max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.from_type(Change))
def test_every_change_comes_back_equal(change: Change) -> None:
    if isinstance(change, c.RefreshView | c.CreateView):
        # What they bring is found when a revision is walked, and never kept.
        change = replace(change, brings=())
    written = json.dumps(encode(Change, change))
    assert decode(Change, json.loads(written)) == change


def test_every_kind_of_change_has_a_codec() -> None:
    for kind in Change.__args__:
        with pytest.raises(Malformed):
            decode(kind, {})


names = st.builds(Name, texts, st.none() | texts)


@settings(max_examples=20, deadline=None)
@given(
    st.dictionaries(names, st.from_type(Table), max_size=2),
    st.dictionaries(st.tuples(names, st.tuples(texts)), st.from_type(Function), max_size=2),
    st.frozensets(names, max_size=2) | st.none(),
)
def test_every_catalog_comes_back_equal(
    tables: dict[Name, Table],
    functions: dict[tuple[Name, tuple[str, ...]], Function],
    clouded: frozenset[Name] | None,
) -> None:
    catalog = Catalog(tables=tables, functions=functions, clouded=clouded, at_begin=Catalog(opaque=3))
    assert decode(Catalog, json.loads(json.dumps(encode(Catalog, catalog)))) == catalog


@pytest.mark.parametrize(
    "text",
    [
        "null", "7", '"x"', "[]", "{}", '["Opaque"]', '["Opaque", []]', '["Opaque", [7, null]]', '["os.system", ["x"]]',
        '["Opaque", ["x", null, 1]]', '["Opaque", ["x", 3]]', '["DropColumn", [["t", null], 7, false, false]]',
        '["DropColumn", [["t", null], "c", 0, false]]', '["__class__", []]', '[["Opaque"], []]', '["Change", []]',
    ],
)  # fmt: skip
def test_what_is_no_change_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        decode(Change, json.loads(text))


def test_a_value_of_another_type_is_not_written() -> None:
    with pytest.raises((TypeError, KeyError)):
        encode(Change, c.Opaque(reason=7))  # type: ignore[arg-type] # what the test is about
