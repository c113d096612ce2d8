"""What may be assigned to a column: the types that convert by themselves, and the defaults that fit."""

from schemaguard.catalog.casts import STRINGS, is_assignable, literal_fits, string_literal, type_of_expression
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft, type_name
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.catalog.volatility import is_null


def beneath(draft: Draft, type_: Type) -> Type:
    """The type that a domain stands on, whatever stands between; other types are themselves."""
    for _ in range(20):
        name = type_name(type_)
        domain = draft.domains.get(name) if name is not None else None
        if domain is None or type_.dimensions:
            return type_
        type_ = domain.base
    return type_


def converts(draft: Draft, source: Type, target: Type) -> bool:
    """Whether a value of the one type may be assigned to a column of the other; True where nobody knows."""
    if UNKNOWN_TYPE in (source, target):
        return True
    one, other = beneath(draft, source), beneath(draft, target)
    if _is_enum(draft, one) or _is_enum(draft, other):
        # A type that no statement made may be a domain over the enum, or have casts of its own.
        if not (_is_known(draft, one) and _is_known(draft, other)):
            return True
        same = one == other
        return same or (not other.dimensions and other.name in STRINGS and other.is_built_in)
    return is_assignable(one, other)


def _is_known(draft: Draft, type_: Type) -> bool:
    name = type_name(type_)
    return name is None or draft.is_type(name)


def _is_enum(draft: Draft, type_: Type) -> bool:
    name = type_name(type_)
    return name is not None and name in draft.enums


def require_default_fits(draft: Draft, table: Name, column: str, type_: Type, default: str | None) -> None:
    """Refuse a default whose type certainly can't be assigned, or that is not an input for the column's type."""
    if default is None or is_null(default) or type_ == UNKNOWN_TYPE:
        return
    written = type_of_expression(default)
    # A cast names its type as the author did; the column's was found on the search_path before.
    shown = draft.type(written) if written is not None else None
    if shown is not None and not converts(draft, shown, type_):
        message = f'column "{column}" is of type {type_} but default expression is of type {shown}'
        draft.refuse(table, message, "42804")
    base = beneath(draft, type_)
    enum = draft.enums.get(type_name(base) or table)
    label = string_literal(default)
    is_unknown_label = enum is not None and not base.dimensions and label is not None and label not in enum.labels
    if is_unknown_label or not literal_fits(default, base):
        draft.refuse(table, f"invalid input syntax for type {type_}: {default}", "22P02")
