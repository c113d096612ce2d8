"""An UPDATE of a whole table as one of a range of its primary key, and how many rows a batch takes."""

from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.tokens import MARK, WORD, Token, tokenize
from schemaguard.sql.writing.identifiers import quote

FIRST_ROWS = 1_000
MOST_ROWS = 50_000
_FEWEST_ROWS = 10
_MOST_GROWTH = 2.0


@dataclass(frozen=True, slots=True)
class Batched:
    """An UPDATE, taken apart at its condition."""

    head: str
    """All before WHERE."""
    condition: str | None

    def in_range(self, key: tuple[str, ...], types: tuple[str, ...], *, is_first: bool) -> str:
        """The UPDATE of the rows behind one key, not for the first batch, up to another; keys are texts to be bound.

        Parameters: the lower key's values, unless it is the first, then the upper key's. Percent signs are doubled.
        """
        columns = f"({', '.join(map(quote, key))})"
        bounds = f"({', '.join(f'%s::text::{type_}' for type_ in types)})"
        ranges = [f"{columns.replace('%', '%%')} <= {bounds}"]
        if not is_first:
            ranges.insert(0, f"{columns.replace('%', '%%')} > {bounds}")
        of_author = [] if self.condition is None else [f"({self.condition.replace('%', '%%')}\n)"]
        return f"{self.head.replace('%', '%%')}\nWHERE {' AND '.join((*of_author, *ranges))}"


@dataclass(frozen=True, slots=True)
class Backfilled:
    """A statement that is done: how many rows it changed, in how many batches, since it was first begun."""

    relation: str
    statement: str
    row_count: int
    batch_count: int
    seconds: float
    was_done: bool
    """Whether it was finished before, so that nothing was left to do."""
    triggers: tuple[str, ...]


def batched(sql: str) -> Batched:
    """The UPDATE with its condition apart. Raises UsageError where it can't be done in ranges of one table's key."""
    tokens, _ = tokenize(sql)
    while tokens and tokens[-1].key == ";":
        tokens.pop()
    if not tokens or tokens[0].key != "update":
        raise _unfit("it doesn't begin with UPDATE", sql)
    end, where = tokens[-1].end, None
    for token in _at_top(tokens):
        if token.kind != WORD or token.key not in ("from", "returning", "where"):
            continue
        if token.key != "where":
            raise _unfit(f"it has {token.key.upper()}", sql)
        where = token
    if where is None:
        return Batched(sql[tokens[0].start : end], None)
    return Batched(sql[tokens[0].start : where.start].rstrip(), sql[where.end : end].strip())


def _at_top(tokens: list[Token]) -> list[Token]:
    depth, found = 0, []
    for at, token in enumerate(tokens):
        if token.kind == MARK and token.key in ("(", "["):
            depth += 1
        elif token.kind == MARK and token.key in (")", "]"):
            depth -= 1
        # `a IS DISTINCT FROM b` has that word too.
        elif depth == 0 and not (token.key == "from" and tokens[at - 1].key == "distinct"):
            found.append(token)
    return found


def _unfit(why: str, sql: str) -> UsageError:
    return UsageError(
        f"the UPDATE can't be done in batches: {why}",
        at=sql.strip().partition("\n")[0][:100],
        next="write it as UPDATE table SET … WHERE …, with subqueries where it needs other tables",
    )


def next_rows(rows: int, took_s: float, target_s: float) -> int:
    """How many rows the next batch takes: as many as fit the time, at most twice as many as the last one."""
    factor = min(target_s / max(took_s, 1e-6), _MOST_GROWTH)
    return max(_FEWEST_ROWS, min(MOST_ROWS, int(rows * factor)))
