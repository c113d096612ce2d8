"""A contract as a serving process holds it: with the pandera schemas of its frames."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from schemaguard.contracts.contract import Contract
from schemaguard.verification.frames import Backend, frame_schema

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema


@dataclass(frozen=True, slots=True, repr=False)
class FrameContract(Contract):
    """A contract whose frames can be judged in memory."""

    @classmethod
    def of(cls, contract: Contract) -> "FrameContract":
        """The same contract."""
        return cls(**{field.name: getattr(contract, field.name) for field in fields(contract)})

    def __repr__(self) -> str:
        """What a terminal shows: whose it is, and a line a column."""
        lines = [f"<contract of {self.who}: {self.file}>"]
        for part in self.tables:
            lines.append(f"  {part.access + 's':<6}  {part.table}")
            said = ((each.column, str(each.type or ""), each.in_words) for each in part.promises)
            lines += [f"          {'  '.join(filter(None, words))}" for words in said]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """What a notebook shows: what is promised of each column. See IPython's documentation on rich display."""
        from schemaguard.verification.frames.notebook import contract_html

        return contract_html(self)

    def frame_schema(self, table: str | None = None, backend: Backend = "pandas") -> "DataFrameSchema":
        """The pandera schema of a frame with a table's columns: the verdicts of `contracts verify`, in memory.

        The table may be left out where the contract has one. `backend`: "pandas" or "polars". Needs the extra `frames`.
        ContractError where no one table is meant, or a promise can't be judged in a frame.
        """
        return frame_schema(self, table, backend)
