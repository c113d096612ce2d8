"""What other linters try their own rules on: how much of it is found here, and how much is left alone.

    python benchmarks/elsewhere.py

The cases are those of tests/fixtures/elsewhere, rewritten from the tools' own tests. `differs` counts those that we
judge otherwise; docs/rules_elsewhere.md says why.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show
from tests.check.elsewhere import TOOLS, cases


def main() -> None:
    """Judge them all, in one process, and print a line a tool."""
    rows, start = [], time.perf_counter()
    for tool in TOOLS:
        all_of, right = Counter[str](), Counter[str]()
        for case in cases(tool):
            all_of[case.kind] += 1
            right[case.kind] += case.is_as_said
            if not case.is_as_said:
                print(case.name)
        found, safe = (f"{right[kind]} of {all_of[kind]}" for kind in ("bad", "good"))
        alike = (right["bad"] + right["good"]) / all_of.total()
        rows.append((tool, found, safe, all_of["differs"], f"{alike:.1%}"))
    title = f"other linters' own cases, judged in {time.perf_counter() - start:.1f} s"
    show(title, ("tool", "found", "left alone", "differs", "judged alike"), rows)


if __name__ == "__main__":
    main()
