"""Says again what was said before to the same words, where nothing that was looked at then has changed since."""

import os
import sys
import time

from schemaguard.adapters.files.said import current_root, find, is_plain_output, key_of
from schemaguard.adapters.files.watching import Unwatchable


def say_again(arguments: list[str]) -> int | None:
    """Write what a check wrote before, and give its exit code; None where it has to be found out.

    What a terminal shows depends on the terminal; it is always made anew, as is what is asked for with --no-cache.
    """
    if "--no-cache" in arguments or not is_plain_output():
        return None
    began, now = time.perf_counter(), time.time()
    try:
        root = current_root()
        kept = find(key_of(arguments, root, os.environ), os.environ)
        if kept is None or not kept.holds(root, now):
            return None
    except (OSError, ValueError, Unwatchable):
        return None
    try:
        sys.stdout.write(kept.said(now, time.perf_counter() - began))
    except UnicodeEncodeError:
        return None
    sys.stdout.flush()
    return kept.code
