"""What an import finds: readers and writers of tables, whoever described them."""

import re
from collections.abc import Iterable, Iterator, Mapping

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.document import DocumentKind
from schemaguard.frozen import dataclass, field

Columns = Mapping[Name, frozenset[str]]
"""Table → the columns of it."""
DESCRIPTION = DocumentKind("description", "descriptions", "name a part of it", "name a file that describes readers")
"""How errors speak of a YAML file that describes readers."""
_WORD = re.compile(r'"(?:[^"]|"")+"|[^".]+')


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A job, dashboard or service, and what it reads and writes of the tables that the migrations make."""

    name: str
    """The consumer's name, which can stand in a file's name."""
    origin: str
    """Where it was described, such as `dbt shop` or `openlineage spark nightly`."""
    reads: Columns
    writes: Columns = field(default_factory=dict)
    owner: str | None = None
    about: str = ""
    notes: tuple[str, ...] = ()
    """What a person has to know, such as columns that were taken as read because nobody can tell."""
    model: str = ""
    """Set where it is a version of a registered model: the contract is that version's."""
    version: str = ""


@dataclass(frozen=True, slots=True)
class FoundReaders:
    """All that one source describes, and what was left out with the reason."""

    readers: tuple[FoundReader, ...]
    left_out: tuple[str, ...] = ()


def consumer_name(*parts: str) -> str:
    """A name of these parts that can stand in a file's name and an identifier."""
    words = "-".join(parts)
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", words).strip("-.")[:100] or "unnamed"


def plain(said: object) -> str:
    """Whatever stands where a text should, as a line that a file and a terminal can hold."""
    text = said if isinstance(said, str) else str(said)
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def merged(found: Iterable[Columns]) -> dict[Name, frozenset[str]]:
    """Everything that any of them names."""
    made: dict[Name, frozenset[str]] = {}
    for columns in found:
        for table, names in columns.items():
            made[table] = made.get(table, frozenset()) | names
    return made


def known_relation(parts: tuple[str, ...], catalog: Catalog) -> Name | None:
    """The table or view that a name of one to three parts (database, schema, relation) means, None where none is."""
    name = Name(parts[-1], parts[-2] if len(parts) > 1 else None)
    resolved = catalog.resolve(name)
    return resolved if resolved in catalog.tables or resolved in catalog.views else None


def dotted(name: str) -> tuple[str, ...]:
    """The parts of a name with dots, without the quotes that keep dots in: `sales."a.b"` → sales and a.b."""
    words: list[str] = _WORD.findall(name)
    return tuple(word[1:-1].replace('""', '"') if word.startswith('"') else word for word in words)


def sql_name(text: str) -> tuple[str, ...]:
    """The parts of a name in SQL: without quotes the server reads a part in lower case."""
    words: list[str] = _WORD.findall(text.strip())
    return tuple(word[1:-1].replace('""', '"') if word.startswith('"') else word.lower() for word in words)


def columns_meant(names: Iterable[str], table: Name, catalog: Catalog) -> frozenset[str] | None:
    """The columns that a description means, whatever case it spells them in; a path means the column that it begins in.

    None where one of them is no column: then nobody can tell which ones are meant.
    """
    known = all_columns(table, catalog)
    folded: dict[str, set[str]] = {}
    for column in known:
        folded.setdefault(column.lower(), set()).add(column)
    found: set[str] = set()
    for name in names:
        spelled = (name, *_beginnings(name))
        exact = next((one for one in spelled if one in known), None)
        alike = next((folded[one.lower()] for one in spelled if one.lower() in folded), None)
        if exact is None and alike is None:
            return None
        found |= {exact} if exact is not None else alike or set()
    return frozenset(found)


def _beginnings(path: str) -> Iterator[str]:
    """`"payload".city[0]` → `"payload".city`, `"payload"`, `payload`: what a path may begin in, longest first."""
    for found in reversed(list(re.finditer(r"[.\[]|->", path))):
        yield path[: found.start()]
        yield path[: found.start()].strip('"')
    yield path.strip('"')


def all_columns(name: Name, catalog: Catalog) -> frozenset[str]:
    """Every column of a table or view that the catalog knows."""
    table = catalog.tables.get(name)
    if table is not None:
        return frozenset(column.name for column in table.columns)
    return frozenset(column.name for column in catalog.views[name].columns or ())
