"""Types: enums, composites, ranges and domains."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AddEnumValue,
    AlterComposite,
    AlterDomain,
    Change,
    ChangeOwner,
    CreateComposite,
    CreateDomain,
    CreateEnum,
    MoveObject,
    NoEffect,
    RenameEnumValue,
    RenameObject,
)
from schemaguard.catalog.objects import Check, Column, CompositeType, Domain, EnumType, Name
from schemaguard.frozen import replace
from schemaguard.sql.reading.cursor import Cursor, UnknownMeaning, spelled
from schemaguard.sql.reading.grammar.alter_table import cascades
from schemaguard.sql.reading.grammar.columns import default_expression
from schemaguard.sql.reading.grammar.constraints import attributes, check


def create_type(cursor: Cursor) -> Iterator[Change]:
    """CREATE TYPE, behind the word TYPE."""
    name = cursor.name()
    if cursor.accept("as", "enum"):
        yield CreateEnum(EnumType(name, _labels(cursor)))
    elif cursor.accept("as", "range"):
        cursor.options()
        yield CreateComposite(CompositeType(name, (), "range"))
    elif cursor.accept("as"):
        yield CreateComposite(CompositeType(name, _attributes(cursor)))
    else:
        if cursor.key == "(":
            cursor.options()
        yield CreateComposite(CompositeType(name, (), "base"))


def _labels(cursor: Cursor) -> tuple[str, ...]:
    cursor.expect("(")
    labels: list[str] = []
    if cursor.key != ")":
        labels.append(cursor.string())
        while cursor.accept(","):
            labels.append(cursor.string())
    cursor.expect(")")
    return tuple(labels)


def _attributes(cursor: Cursor) -> tuple[Column, ...]:
    cursor.expect("(")
    found: list[Column] = []
    while cursor.key != ")":
        found.append(_attribute(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found)


def _attribute(cursor: Cursor) -> Column:
    name = cursor.identifier()
    type_, _ = cursor.type()
    collation = spelled(cursor.any_name()) if cursor.accept("collate") else None
    cascades(cursor)
    return Column(name, type_, collation=collation)


def alter_type(cursor: Cursor) -> Iterator[Change]:
    """ALTER TYPE, behind the word TYPE."""
    name = cursor.name()
    if cursor.accept("add", "value"):
        yield _add_value(cursor, name)
    elif cursor.accept("rename", "value"):
        value = cursor.string()
        cursor.expect("to")
        yield RenameEnumValue(name, value, cursor.string())
    elif cursor.accept("rename", "to"):
        yield RenameObject("type", name, cursor.identifier())
    elif cursor.accept("rename", "attribute"):
        attribute = cursor.identifier()
        cursor.expect("to")
        yield AlterComposite(name, "rename", attribute, cursor.identifier())
        cascades(cursor)
    elif cursor.accept("owner", "to"):
        yield ChangeOwner("type", name, cursor.role())
    elif cursor.accept("set", "schema"):
        yield MoveObject("type", name, cursor.identifier())
    elif cursor.accept("set"):
        cursor.options()
        yield NoEffect("ALTER TYPE SET")
    else:
        yield _alter_attribute(cursor, name)
        while cursor.accept(","):
            yield _alter_attribute(cursor, name)


def _add_value(cursor: Cursor, name: Name) -> Change:
    if_not_exists = cursor.accept("if", "not", "exists")
    value = cursor.string()
    before = cursor.string() if cursor.accept("before") else None
    after = cursor.string() if before is None and cursor.accept("after") else None
    return AddEnumValue(name, value, before, after, if_not_exists)


def _alter_attribute(cursor: Cursor, name: Name) -> Change:
    if cursor.accept("add", "attribute"):
        added = _attribute(cursor)
        return AlterComposite(name, "add", added.name, added)
    if cursor.accept("drop", "attribute"):
        action = "drop if exists" if cursor.accept("if", "exists") else "drop"
        attribute = cursor.identifier()
        return AlterComposite(name, action, attribute, cascade=cascades(cursor))
    cursor.expect("alter", "attribute")
    attribute = cursor.identifier()
    cursor.accept("set", "data")
    cursor.expect("type")
    type_, _ = cursor.type()
    collation = spelled(cursor.any_name()) if cursor.accept("collate") else None
    cascades(cursor)
    return AlterComposite(name, "alter", attribute, Column(attribute, type_, collation=collation))


def create_domain(cursor: Cursor) -> Iterator[Change]:
    """CREATE DOMAIN, behind the word DOMAIN."""
    name = cursor.name()
    cursor.accept("as")
    base, _ = cursor.type()
    domain = Domain(name, base)
    while not cursor.is_done:
        domain = _domain_constraint(cursor, domain)
    yield CreateDomain(domain)


_NOT_OF_DOMAINS = frozenset({"unique", "primary", "references", "generated", "no", "deferrable", "initially"})
"""What only a column may have, though the grammar has it here too."""


def _domain_constraint(cursor: Cursor, domain: Domain) -> Domain:
    name = cursor.identifier() if cursor.accept("constraint") else None
    if cursor.accept("not", "null"):
        return replace(domain, not_null=True)
    if cursor.accept("null"):
        return domain
    if cursor.key in _NOT_OF_DOMAINS:
        raise UnknownMeaning(f"{cursor.key.upper()} stands in a domain, which has no such constraint")
    if cursor.accept("default"):
        return replace(domain, default=default_expression(cursor))
    if cursor.accept("collate"):
        return replace(domain, collation=spelled(cursor.any_name()))
    cursor.expect("check")
    return replace(domain, checks=(*domain.checks, check(cursor, name, of_column=True)))


def alter_domain(cursor: Cursor) -> Iterator[Change]:
    """ALTER DOMAIN, behind the word DOMAIN."""
    name = cursor.name()
    if cursor.accept("rename", "to"):
        yield RenameObject("domain", name, cursor.identifier())
    elif cursor.accept("owner", "to"):
        yield ChangeOwner("domain", name, cursor.role())
    elif cursor.accept("set", "schema"):
        yield MoveObject("domain", name, cursor.identifier())
    else:
        yield _alter_domain(cursor, name)


def _alter_domain(cursor: Cursor, name: Name) -> AlterDomain:
    if cursor.accept("set", "default"):
        return AlterDomain(name, "set default", default=cursor.expression())
    for words in (("set", "not", "null"), ("drop", "not", "null"), ("drop", "default")):
        if cursor.accept(*words):
            return AlterDomain(name, " ".join(words))
    if cursor.accept("add"):
        constraint = cursor.identifier() if cursor.accept("constraint") else None
        if cursor.accept("not", "null"):
            attributes(cursor)
            return AlterDomain(name, "set not null", constraint=constraint)
        cursor.expect("check")
        begin = cursor.at
        found: Check = check(cursor, constraint)
        if cursor.tokens[cursor.at - 1].key == "enforced" and cursor.at > begin:
            raise cursor.refusal("no ENFORCED, which is for tables,")
        return AlterDomain(name, "add constraint", found, found.name)
    if cursor.accept("drop", "constraint"):
        cursor.accept("if", "exists")
        constraint = cursor.identifier()
        cascades(cursor)
        return AlterDomain(name, "drop constraint", constraint=constraint)
    if cursor.accept("validate", "constraint"):
        return AlterDomain(name, "validate constraint", constraint=cursor.identifier())
    cursor.expect("rename", "constraint")
    constraint = cursor.identifier()
    cursor.expect("to")
    return AlterDomain(name, "rename constraint", constraint=constraint, default=cursor.identifier())
