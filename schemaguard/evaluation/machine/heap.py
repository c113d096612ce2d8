"""What can be changed in place, so that both sides of a branch start from the same state and are joined afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from schemaguard.evaluation.machine.sending import sends
from schemaguard.evaluation.values.objects import NOTHING, Unknown, Value

Container = dict[Any, Any] | list[Any] | set[Any]
_Log = dict[int, tuple[Any, Any]]
_MOST_PAIRS = 10_000
_PLAIN = (str, int, float, bool, bytes, type(None), tuple, frozenset)


@dataclass(slots=True)
class Heap:
    """Remembers, while branches are open, what every container held before it was changed.

    Interpreted code changes dicts, lists and sets only; scopes, modules and objects keep what they hold in dicts.
    """

    spend: Callable[[int], None]
    """Takes steps for copying what is large."""
    logs: list[_Log] = field(default_factory=list)

    def touch(self, container: Container) -> None:
        """Call before a container is changed."""
        if self.logs and id(container) not in self.logs[-1]:
            self.spend(len(container) // 16)
            self.logs[-1][id(container)] = (container, container.copy())

    def fork(
        self, first: Callable[[], Any], second: Callable[[], Any], reason: str, goes_on: Callable[[Any], bool]
    ) -> tuple[Any, Any]:
        """Run both from the same state, and leave the state joined: what differs between the two is unknown then.

        Where only one of them goes on from there, by its result, the state is that one's.
        """
        before_first, first_result, after_first = self._run(first)
        before_second, second_result, after_second = self._run(second)
        is_first, is_second = goes_on(first_result), goes_on(second_result)
        for key, (container, original) in (before_second | before_first).items():
            left = after_first.get(key, original)
            right = after_second.get(key, original)
            alone = left if is_first else right
            held = joined(left, right, reason) if is_first == is_second else alone
            self.touch(container)
            _fill(container, held)
        return first_result, second_result

    def _run(self, act: Callable[[], Any]) -> tuple[_Log, Any, dict[int, Any]]:
        """Run and take back: what was changed with what it held, the result, and what it holds in the end."""
        log: _Log = {}
        self.logs.append(log)
        try:
            result = act()
        finally:
            self.logs.pop()
        after = {key: container.copy() for key, (container, _) in log.items()}
        for container, original in log.values():
            _fill(container, original)
        return log, result, after


def _fill(container: Any, held: Any) -> None:
    if isinstance(container, list):
        container[:] = held
    else:
        container.clear()
        container.update(held)


def joined(left: Any, right: Any, reason: str) -> Any:
    """What a container holds when it isn't known which of the two it is."""
    if isinstance(left, list):
        return _joined_lists(left, right, reason)
    if isinstance(left, dict):
        keys = [*left, *(key for key in right if key not in left)]
        return {key: join(left.get(key, NOTHING), right.get(key, NOTHING), reason) for key in keys}
    return left if left == right else left | right | {Unknown(reason)}


def _joined_lists(left: list[Any], right: list[Any], reason: str) -> list[Any]:
    shorter, longer = sorted((left, right), key=len)
    if all(map(is_, shorter, longer)):
        both = shorter
    else:
        both = [join(one, other, reason) for one, other in zip(shorter, longer, strict=False)]
    return both + [Unknown(reason) for _ in longer[len(shorter) :]]


def join(left: Value, right: Value, reason: str) -> Value:
    """The value when it isn't known which of the two it is."""
    return left if same(left, right) else Unknown(reason, sends=sends(left) or sends(right))


def same(left: Value, right: Value) -> bool:
    """Whether two values certainly are the same; values that aren't plain only are where they are one object.

    Tuples of very many parts in all aren't gone through: they aren't certainly the same.
    """
    pairs = [(left, right)]
    for _ in range(_MOST_PAIRS):
        if not pairs:
            return True
        one, other = pairs.pop()
        if one is other:
            continue
        if type(one) is not type(other) or not isinstance(one, _PLAIN):
            return False
        if isinstance(one, tuple):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif one != other:
            return False
    return False
