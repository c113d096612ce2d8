"""The long run: a million inputs, each made from the seed, its kind and its number alone.

    python -m tests.fuzz [--inputs 1000000] [--seed 0] [--seconds N] [--only KIND:NUMBER]

An input fails that raises, breaks what has to hold, or takes more than four seconds of the processor.
"""

import argparse
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from random import Random
from types import FrameType

from benchmarks.table import show
from tests.fuzz.kinds import KINDS, Kind

_BATCH = 100
_MOST_SECONDS = 4.0
"""Twice what an evaluation may take: the machine is shared with others."""
_MOST_FAILURES = 20
_TELL_EVERY_S = 60


class TooLong(BaseException):
    """The input took more than it may; no code under test may catch this."""


def main() -> int:
    """Run the inputs and tell how many of which kind there were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long, whatever is left")
    parser.add_argument("--only", help="one input again: its kind and its number, as a failure names them")
    options = parser.parse_args()
    signal.signal(signal.SIGPROF, _stop)
    if options.only:
        name, _, number = options.only.rpartition(":")
        kind = next(kind for kind in KINDS if kind.name == name)
        print(kind.make(_draw(options.seed, kind, int(number))))
        return int(_fails(options.seed, kind, int(number)))
    return _run(options.seed, options.inputs, options.seconds)


def _run(seed: str, inputs: int, seconds: float) -> int:
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    slowest: dict[str, float] = {}
    began = told = time.monotonic()
    while tried.total() < inputs and failed.total() < _MOST_FAILURES and time.monotonic() - began < seconds:
        for kind in KINDS:
            for _ in range(_BATCH * kind.share // 100):
                number = tried[kind.name]
                at = time.process_time()
                failed[kind.name] += _fails(seed, kind, number)
                took = time.process_time() - at
                tried[kind.name] += 1
                spent[kind.name] += took  # type: ignore[assignment] # a counter of seconds
                slowest[kind.name] = max(slowest.get(kind.name, 0.0), took)
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            print(f"{tried.total():,} of {inputs:,}, {failed.total()} failures", file=sys.stderr, flush=True)
    rows = [
        (name, f"{tried[name]:,}", failed[name], f"{spent[name]:.0f}", f"{slowest[name]:.2f}")
        for name in (kind.name for kind in KINDS)
    ]
    rows.append(("all", f"{tried.total():,}", failed.total(), f"{spent.total():.0f}", f"{max(slowest.values()):.2f}"))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    title = f"Seed {seed}; {time.monotonic() - began:.0f} s on the clock, at most {megabytes} MB."
    show(title, ("inputs", "tried", "failed", "CPU seconds", "slowest"), rows)
    return int(failed.total() > 0)


def _draw(seed: str, kind: Kind, number: int) -> Random:
    return Random(f"{seed}/{kind.name}/{number}")


def _fails(seed: str, kind: Kind, number: int) -> bool:
    signal.setitimer(signal.ITIMER_PROF, _MOST_SECONDS)
    try:
        kind.holds(kind.make(_draw(seed, kind, number)))
    except (Exception, TooLong):
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(f"--seed {seed} --only {kind.name!r}:{number}\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        return True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return False


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong(f"more than {_MOST_SECONDS} s of the processor")


if __name__ == "__main__":
    sys.exit(main())
