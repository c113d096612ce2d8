"""What somebody says that is written: `table(column, …)`, with `on conflict (column, …)` behind it for an upsert."""

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning
from schemaguard.sql.reading.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Written:
    """Columns of one table that a writer sends."""

    table: Name
    columns: tuple[str, ...]
    upsert_key: tuple[str, ...] = ()


def read_written(text: str) -> Written:
    """What the text says. Raises ValueError, with a reason, where it doesn't read so."""
    tokens, _ = tokenize(text)
    cursor = Cursor(text, tokens)
    try:
        table, columns = cursor.name(), cursor.identifiers()
        upsert_key = cursor.identifiers() if cursor.accept("on", "conflict") else ()
        cursor.finish()
    except (SyntaxRefusal, UnknownMeaning) as refusal:
        raise ValueError(str(refusal)) from None
    return Written(table, columns, upsert_key)
