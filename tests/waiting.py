"""What a test waits for: a while at most, so that what never comes fails the test and doesn't hang it."""

import time
from collections.abc import Callable

WITHIN_S = 60.0


def until(comes: Callable[[], object]) -> None:
    """Wait until that is true."""
    end = time.monotonic() + WITHIN_S
    while not comes():
        assert time.monotonic() < end, f"it didn't come within {WITHIN_S:g} s"
        time.sleep(0.005)
