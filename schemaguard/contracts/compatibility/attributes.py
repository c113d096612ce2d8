"""Columns of composite and row types: their attributes before a change and after it."""

from collections.abc import Iterator, Mapping

from schemaguard.catalog.calls import tokens
from schemaguard.catalog.objects import Catalog, Column, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.domains import domain_of
from schemaguard.contracts.compatibility.reading import Flaw, labels_of
from schemaguard.contracts.contract import Access
from schemaguard.frozen import dataclass

_DEEPEST = 20
_ENDS = frozenset({",", "from", "as", "order", ")", ""})


@dataclass(frozen=True, slots=True)
class Use:
    """How a text names a composite column: the attributes that it takes out of it, and whether it takes all of it."""

    attributes: frozenset[str]
    is_whole: bool
    """Whether it names the column without an attribute."""
    is_unfolded: bool
    """Whether it does something with all of it that may name the attributes, such as `to_jsonb(c)` or `(c).*`."""


def attributes_of(type_: Type, catalog: Catalog) -> tuple[Column, ...] | None:
    """The attributes of a composite or row type, or of the elements of an array; None where it is no such type."""
    for _ in range(_DEEPEST):
        if type_.is_built_in:
            return None
        name = Name(type_.name, type_.schema or "public")
        if (composite := catalog.composites.get(name)) is not None:
            return composite.columns if composite.kind == "composite" else None
        if (table := catalog.tables.get(name)) is not None:
            return None if table.open else table.columns
        domain = domain_of(type_, catalog)
        if domain is None:
            return None
        type_ = domain.base
    return None


def attribute_shifts(
    column: str,
    types: tuple[Type, Type],
    catalogs: tuple[Catalog, Catalog],
    text: str | None,
    access: Access,
    inside: str | None = None,
) -> Iterator[Flaw]:
    """What a reader or writer feels of a composite type that has other attributes; `text` is its own SQL, if known.

    `inside` is the attribute that is of the type, where it isn't the column itself.
    """
    old, new = (attributes_of(type_, catalog) for type_, catalog in zip(types, catalogs, strict=True))
    if old is None or new is None:
        return
    if old != new:
        yield from attributes_changed(column, (old, new), text, access, inside)
    after = {each.name: each for each in new}
    for each in old:
        if each.name in after and not each.type.is_built_in:
            inner = (each.type, after[each.name].type)
            yield from _respelled(column, (each, after[each.name]), catalogs, access)
            yield from attribute_shifts(column, inner, catalogs, text, access, each.name)


def _respelled(
    column: str, both: tuple[Column, Column], catalogs: tuple[Catalog, Catalog], access: Access
) -> Iterator[Flaw]:
    """An attribute of an enum that has lost a label, or has it under another name."""
    old, new = (labels_of(each, catalog) for each, catalog in zip(both, catalogs, strict=True))
    if old is not None and new is not None and old - new:
        labels = sorted(old - new) if access == "write" else sorted(new - old)
        code = "value-removed" if access == "write" else "value-added"
        if labels:
            yield code, column, f"its attribute {both[0].name}: {', '.join(labels)}"


def attributes_changed(
    column: str,
    both: tuple[tuple[Column, ...], tuple[Column, ...]],
    text: str | None,
    access: Access,
    inside: str | None = None,
) -> Iterator[Flaw]:
    """What is felt of attributes that are others than before; those that aren't in question may be left out of both."""
    use = _use(text, inside or column) if text is not None else None
    renamed = _renames(*both)
    yield from _lost(column, both, renamed, use, access)
    yield from _gained(column, both, renamed, use, access)


def _renames(old: tuple[Column, ...], new: tuple[Column, ...]) -> Mapping[str, str]:
    """Old name → new name of attributes that stand where they stood, with the type that they had."""
    before, after = {each.name for each in old}, {each.name for each in new}
    pairs = zip(old, new, strict=False) if len(old) == len(new) else ()
    return {
        was.name: now.name
        for was, now in pairs
        if was.type == now.type and was.name not in after and now.name not in before
    }


def _lost(
    column: str,
    both: tuple[tuple[Column, ...], tuple[Column, ...]],
    renamed: Mapping[str, str],
    use: Use | None,
    access: Access,
) -> Iterator[Flaw]:
    old, new = both
    there = {each.name: each for each in new}
    for each in old:
        is_named = use is not None and (each.name in use.attributes or (use.is_unfolded and access == "read"))
        if each.name in renamed:
            # Whole values keep their form; without the reader's query nobody knows that it takes them whole.
            if is_named or (use is None and access == "read"):
                yield "attribute-renamed", column, f"{each.name} is now {renamed[each.name]}"
        elif each.name not in there:
            yield from _dropped(column, each.name, use, access, is_named=is_named)
        elif each.type != there[each.name].type and (is_named or use is None or use.is_whole):
            yield "type-changed", column, f"its {each.name} is {there[each.name].type} instead of {each.type}"


def _dropped(column: str, attribute: str, use: Use | None, access: Access, *, is_named: bool) -> Iterator[Flaw]:
    if access == "write" or is_named or use is None:
        yield "attribute-dropped", column, attribute
    elif use.is_whole:
        yield "attribute-dropped/whole", column, attribute


def _gained(
    column: str,
    both: tuple[tuple[Column, ...], tuple[Column, ...]],
    renamed: Mapping[str, str],
    use: Use | None,
    access: Access,
) -> Iterator[Flaw]:
    old, new = both
    before = {each.name for each in old} | set(renamed.values())
    takes_all = use is None or use.is_whole or (access == "write" and not use.attributes)
    for each in new:
        if each.name not in before and takes_all:
            yield "attribute-added", column, each.name


def _use(text: str, column: str) -> Use:
    words = tokens(text)
    attributes: set[str] = set()
    is_whole = is_unfolded = False
    for at, word in enumerate(words):
        if word != column:
            continue
        following = words[at + 1 : at + 4]
        if following[:2] == (")", ".") and len(following) == 3:
            is_unfolded = is_unfolded or following[2] == "*"
            attributes.add(following[2])
        elif following[:1] == (".",) and len(following) > 1:
            attributes.add(following[1])  # INSERT INTO t (c.x), or UPDATE t SET c.x
        else:
            is_whole = True
            opened = words[at - 1] == "(" or (words[at - 1 : at] == (".",) and words[at - 3 : at - 2] == ("(",))
            is_unfolded = is_unfolded or (opened and at > 1 and "insert" not in words[:1])
    if "*" in words and column not in words:
        is_whole = True
    return Use(frozenset(attributes - {"*"}), is_whole, is_unfolded)
