"""What may hang is waited for as long as was said, and what it raises reaches whoever asks."""

from threading import Event

import pytest

from schemaguard.adapters.awaited import Awaited


def test_an_answer_is_given_even_where_it_is_none() -> None:
    asked = Awaited(lambda: None)
    assert asked.within(60)
    asked.answer()
    assert Awaited(lambda: 7).within(60)


def test_whatever_is_raised_is_raised_again() -> None:
    asked = Awaited(lambda: {}["nothing"])
    assert asked.within(60)
    with pytest.raises(KeyError, match="nothing"):
        asked.answer()


def test_what_hangs_has_not_ended_and_is_not_waited_for_longer() -> None:
    over = Event()
    asked = Awaited(lambda: over.wait(60))
    assert not asked.within(0.01)
    assert not asked.within(-1)
    assert not asked.has_ended
    over.set()
    assert asked.within(60)
    assert asked.answer()
