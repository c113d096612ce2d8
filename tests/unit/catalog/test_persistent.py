"""The persistent map is a mapping like any other, however it came about."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from schemaguard.catalog.persistent import PersistentMap

ITEMS = st.dictionaries(st.integers(-40, 40) | st.text(max_size=2), st.integers(0, 3), max_size=80)
ACTS = st.lists(st.tuples(st.integers(-40, 40), st.none() | st.integers(0, 3)), max_size=60)


def _later(value: int) -> Callable[[], int]:
    return lambda: value


@given(ITEMS, ACTS)
def test_it_is_what_a_dict_would_be(items: dict[int | str, int], acts: list[tuple[int, int | None]]) -> None:
    made, plain = PersistentMap(items), dict(items)
    lazy = PersistentMap.later({key: _later(value) for key, value in items.items()})
    for key, value in acts:
        if value is None:
            made, lazy = made.without(key), lazy.without(key)
            plain.pop(key, None)
        else:
            made, lazy = made.set(key, value), lazy.set(key, value)
            plain[key] = value
        assert made.get(key, "none") == lazy.get(key, "none") == plain.get(key, "none")
        assert (key in made) == (key in lazy) == (key in plain)
    assert list(made.items()) == list(lazy.items()) == list(plain.items())
    assert made == plain == lazy
    assert made == lazy
    assert len(made) == len(lazy) == len(plain)
    assert not made.differing(lazy)


@given(ITEMS, ITEMS)
def test_what_differs_is_told(one: dict[int | str, int], other: dict[int | str, int]) -> None:
    expected = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    lazy = PersistentMap.later({key: _later(value) for key, value in other.items()})
    assert PersistentMap(one).differing(PersistentMap(other)) == expected
    assert PersistentMap(one).differing(lazy) == expected
    assert (PersistentMap(one) == lazy) == (one == other)


def test_a_value_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []
    lazy = PersistentMap.later({name: (lambda name=name: made.append(name) or name.upper()) for name in "abc"})
    more = lazy.set("d", "D").without("c")
    assert made == []
    assert (more["a"], lazy["a"], more.get("a")) == ("A", "A", "A")
    assert more["a"] is lazy["a"]
    assert made == ["a"]
