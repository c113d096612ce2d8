"""Columns of a domain as clients feel them: its NOT NULL, default and checks are as good as the column's own.

See https://www.postgresql.org/docs/18/sql-createdomain.html.
"""

from collections.abc import Iterator

from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Check, Column, Domain, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.frozen import replace

_DEEPEST = 20


def domain_of(type_: Type, catalog: Catalog) -> Domain | None:
    """The domain that a type, or the elements of an array, are of; None where they are of none that is known."""
    if type_.is_built_in or not catalog.domains:
        return None
    return catalog.domains.get(Name(type_.name, type_.schema or "public"))


def base_type(type_: Type, catalog: Catalog) -> Type:
    """The type that a domain stands on in the end; other types are themselves."""
    for domain in _chain(type_, catalog):
        type_ = domain.base
    return type_


def with_domains(table: Table, catalog: Catalog) -> Table:
    """The table with what the domains of its columns say put on the columns; itself where there are none."""
    if not catalog.domains or not any(domain_of(column.type, catalog) for column in table.columns):
        return table
    columns: list[Column] = []
    checks: list[Check] = []
    for column in table.columns:
        for depth, domain in enumerate(_chain(column.type, catalog)):
            checks += _checks(domain, column)
            if not column.type.dimensions:
                column = _filled(column, domain if depth == 0 else replace(domain, default=None))
        columns.append(column)
    return replace(table, columns=tuple(columns), constraints=(*table.constraints, *checks))


def _chain(type_: Type, catalog: Catalog) -> Iterator[Domain]:
    """The domain of a type, the one that it stands on, and so on."""
    for _ in range(_DEEPEST):
        domain = domain_of(type_, catalog)
        if domain is None:
            return
        yield domain
        type_ = domain.base


def _filled(column: Column, domain: Domain) -> Column:
    takes_default = column.default is None and column.generated is None and column.identity is None
    return replace(
        column,
        not_null=column.not_null or domain.not_null,
        default=domain.default if takes_default else column.default,
    )


def _checks(domain: Domain, column: Column) -> Iterator[Check]:
    for check in domain.checks:
        definition = expressions.renamed(check.definition, "value", column.name)
        yield replace(check, definition=definition, columns=(column.name,))
