"""What the changes of one revision break, judged once for each table of a contract that they touch.

Contracts of consecutive versions promise much the same, and a change touches one table of the many that they name: what
says the same of a table is judged once, and what no change touches isn't judged at all.
"""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from schemaguard.catalog import expressions
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.frozen import dataclass, field
from schemaguard.rules.facts.concerned import relations_under, touched
from schemaguard.rules.facts.walk import Visit

if TYPE_CHECKING:
    from schemaguard.contracts.compatibility import Breakage


@dataclass(slots=True)
class Spans:
    """The visits of one revision, with what was judged of them. A span is some that follow each other."""

    visits: Sequence[Visit]
    _touched: dict[int, frozenset[str] | None] = field(default_factory=dict)
    _parts: dict[Hashable, "tuple[Breakage, ...]"] = field(default_factory=dict)
    _whole: dict[Hashable, "tuple[Breakage, ...]"] = field(default_factory=dict)

    def breakages(self, contract: Contract, span: range, blamed: int) -> "tuple[Breakage, ...]":
        """What breaks from before the span to after it, blamed on the change of one of the visits."""
        # What compares takes a while to import, and is only needed where there is a contract.
        from schemaguard.contracts.compatibility import together

        key = (id(contract), span.start, span.stop, blamed)
        found = self._whole.get(key)
        if found is None:
            first, last, change = self.visits[span.start], self.visits[span[-1]], self.visits[blamed].change
            names = self._touched_by(span)
            # A query may name what no entry lists, and what it makes of that is its table's matter.
            queried = expressions.words(contract.query) if contract.query is not None else frozenset[str]()
            parts = [
                part
                for part in contract.tables
                if names is None or not names.isdisjoint((*relations_under(part), *queried))
            ]
            of_parts = [each for part in parts for each in self._of_part(contract, part, span, blamed)]
            found = self._whole[key] = together(contract, of_parts, (first.before, last.after), change)
        return found

    def _of_part(self, contract: Contract, part: ContractTable, span: range, blamed: int) -> "tuple[Breakage, ...]":
        from schemaguard.contracts.compatibility import part_breakages

        # With a query, a table's judgement is that contract's own.
        essence = (part.essence, contract.reads_through) if contract.query is None else (id(contract), id(part))
        key = (essence, span.start, span.stop, blamed)
        found = self._parts.get(key)
        if found is None:
            first, last = self.visits[span.start], self.visits[span[-1]]
            found = part_breakages(contract, part, first.before, last.after, self.visits[blamed].change)
            self._parts[key] = found
        return found

    def _touched_by(self, span: range) -> frozenset[str] | None:
        """The relations that a change of the span touches; None where it could be any."""
        found = frozenset[str]()
        for position in span:
            if position not in self._touched:
                visit = self.visits[position]
                self._touched[position] = touched(visit.change, visit.before, visit.after)
            names = self._touched[position]
            if names is None:
                return None
            found |= names
        return found
