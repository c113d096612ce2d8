"""What reading a text costs, counted: the same on every machine, whatever else runs there."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

_SIZE = 16


def work(act: Callable[[], object]) -> int:
    """How many lines of Python an act runs, and how many functions it calls, those in C among them."""
    done = 0

    def traced(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal done
        done += 1
        return traced

    def profiled(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal done
        done += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(traced)
    sys.setprofile(profiled)
    try:
        act()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return done


def growth(read: Callable[[str], object], text: Callable[[int], str]) -> float:
    """How much more work comes on top each time that a text's size is doubled: 2 where it grows with the size.

    What is done whatever the size is doesn't count, and what is given up at some depth is given up before.
    """
    texts = [text(_SIZE), text(2 * _SIZE), text(4 * _SIZE)]
    read(texts[0])  # what is made once and kept isn't counted
    small, middle, large = (work(partial(read, one)) for one in texts)
    return (large - middle) / (middle - small) if large > middle else 0
