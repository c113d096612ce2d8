"""What a verdict doesn't speak of, so that nobody reads PASSED as safe."""

from collections.abc import Iterable, Iterator

from schemaguard.finding import Family
from schemaguard.rules.rule import Rule

NO_CONTRACT = "there is no contract, so no model was considered"
NONE_IN_WINDOW = "no contract is in its release window, so no model was considered"
_SUBJECTS = {
    Family.BLOCKING: "locks and rewrites",
    Family.CLIENTS: "clients without a contract",
    Family.DESTRUCTIVE: "losses of data",
    Family.REVERSIBILITY: "ways back",
}
"""Family → what its rules are about, in the order in which it is missed most."""


def unjudged(rules: Iterable[Rule], *, has_contracts: bool, in_window: bool) -> Iterator[str]:
    """A sentence on what nothing was judged of for want of contracts, and one on families that have no rule."""
    if not has_contracts:
        yield NO_CONTRACT
    elif not in_window:
        yield NONE_IN_WINDOW
    families = {rule.family for rule in rules}
    first, *more = [subject for family, subject in _SUBJECTS.items() if family not in families] or [""]
    if first:
        yield f"{first} are not judged" + "".join(f", nor are {one}" for one in more)
