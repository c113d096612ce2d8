"""How xdist's workers get their tests: by the file, those first that take longest, so that none waits for another."""

from xdist.scheduler import LoadGroupScheduling

LONG = (
    "tests/postgres/guard/", "tests/unit/evaluation/test_hostile", "tests/demo/", "tests/registry/", "tests/projects/",
    "tests/crash/", "tests/postgres/", "tests/cli/", "tests/docs/", "tests/web/", "tests/unit/commands/",
)  # fmt: skip
"""How the paths begin of what takes long, in this order; all other files take a second or two."""


class ByFile(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out whole files, or groups where tests are in one.

    One by one, 14,000 tests take the controller ever longer, and each worker makes every file's fixtures.
    """

    def _split_scope(self, nodeid: str) -> str:
        group = super()._split_scope(nodeid)
        return group if group != nodeid else nodeid.partition("::")[0]


def place(nodeid: str) -> int:
    """Where a test's file is in the order that files are handed out in."""
    return next((at for at, beginning in enumerate(LONG) if nodeid.startswith(beginning)), len(LONG))
