"""Our frozen dataclasses do all that the standard library's do."""

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from schemaguard import frozen


def _defined(dataclass: Any) -> Any:
    @dataclass(frozen=True, slots=True)
    class Value:
        """A value of every kind of field."""

        name: str
        parts: tuple[int, ...] = ()
        held: dict[str, int] = dataclasses.field(default_factory=dict, hash=False)
        note: str | None = dataclasses.field(default=None, compare=False)
        hidden: int = dataclasses.field(default=0, repr=False)

        @property
        def doubled(self) -> str:
            """The name twice."""
            return self.name * 2

    return Value


OURS, THEIRS = _defined(frozen.dataclass), _defined(dataclasses.dataclass)


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """One that a pickle finds by its name."""

    name: str
    number: int = 1


def test_it_is_shown_compared_and_hashed_as_the_standard_librarys() -> None:
    for given in (("a",), ("a", (1,)), ("b", (), {"x": 1}, "note", 3)):
        ours, theirs = OURS(*given), THEIRS(*given)
        assert repr(ours) == repr(theirs)
        assert hash(ours) == hash(theirs)
        assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
        assert ours == OURS(*given)
        assert ours != theirs
        assert ours != OURS(f"{given[0]}x", *given[1:])
    assert OURS("a", note="one") == OURS("a", note="other")
    assert OURS("a", hidden=1) != OURS("a")


def test_it_says_of_itself_what_the_standard_librarys_says() -> None:
    assert str(inspect.signature(OURS)) == str(inspect.signature(THEIRS))
    assert [f.name for f in dataclasses.fields(OURS)] == [f.name for f in dataclasses.fields(THEIRS)]
    assert OURS.__slots__ == THEIRS.__slots__
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert OURS.__dataclass_params__.frozen
    assert dataclasses.is_dataclass(OURS("a"))


def test_a_default_that_is_made_is_made_for_each() -> None:
    assert OURS("a").held == {}
    assert OURS("a").held is not OURS("b").held


@pytest.mark.parametrize("wrong", [(), ("a", (), {}, None, 1, 2)])
def test_too_few_and_too_many_are_refused(wrong: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        OURS(*wrong)


def test_nothing_can_be_set_or_deleted() -> None:
    value = OURS("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        value.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        del value.name
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.other = 1


def test_another_is_made_of_it_with_some_fields_changed() -> None:
    value = OURS("a", (1,), {"x": 1}, "note", 2)
    for replace in (frozen.replace, dataclasses.replace):
        changed = replace(value, name="b", note=None)
        assert repr(changed) == repr(OURS("b", (1,), {"x": 1}, None, 2))
        assert changed.held is value.held
        assert changed.hidden == 2
        with pytest.raises(TypeError):
            replace(value, nothing=1)


def test_replace_takes_every_dataclass() -> None:
    assert frozen.replace(THEIRS("a"), name="b") == THEIRS("b")


def test_it_goes_through_pickle_and_copies() -> None:
    value = Kept("a", 2)
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == copy.deepcopy(value) == value


def test_methods_of_its_own_are_kept() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Own:
        """With methods that would be generated."""

        name: str

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("a name is needed")

        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __repr__(self) -> str:
            return "own"

    assert (hash(Own("a")), Own("a") == Own("b"), repr(Own("a"))) == (7, True, "own")
    assert frozen.replace(Own("a"), name="b").name == "b"
    with pytest.raises(ValueError, match="needed"):
        Own("")


def test_a_class_that_is_something_else_is_the_standard_librarys() -> None:
    @frozen.dataclass
    class Mutable:
        """Not frozen."""

        name: str = "a"

    @frozen.dataclass(frozen=True, slots=True)
    class Below(Kept):
        """With fields of a dataclass above it."""

        more: int = 3

    value = Mutable()
    value.name = "b"
    assert value == Mutable("b")
    assert Below("a") == Below("a", 1, 3)
    assert frozen.replace(Below("a"), more=4).more == 4


def test_a_field_that_is_not_given_by_position_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="position"):

        @frozen.dataclass(frozen=True, slots=True)
        class Odd:
            """One of its fields can only be named."""

            name: str = dataclasses.field(kw_only=True)
