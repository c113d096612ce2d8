"""One thing that a contract was promised and doesn't get, with what a client would feel."""

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Access, ReadsThrough
from schemaguard.finding import Severity
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A row of the compatibility table for one access: how bad it is, and the SQLSTATE that a client gets, if any."""

    code: str
    severity: Severity
    sqlstate: str | None
    says: str
    """What it is, with {object}."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """One cause on one column (or table: `column` None) of a contract."""

    cause: str
    severity: Severity
    access: Access
    table: Name
    column: str | None
    sqlstate: str | None
    message: str
    effect: str
    refused_with: str | None = None
    """The SQLSTATE with which the server refuses the change itself, as a contract view makes it do."""
    detail: str = ""
    """What tells two breakages of the same cause and column apart, such as a constraint's name."""

    @property
    def object(self) -> str:
        """What is broken, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)

    @property
    def is_doubt(self) -> bool:
        """Whether it can't be known whether anything is broken."""
        return self.cause in DOUBTS

    @property
    def key(self) -> tuple[str, str, Name, str | None, str]:
        """What is compared before and after a change."""
        return (self.cause, self.access, self.table, self.column, self.detail)


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def _both(code: str, severity: Severity, sqlstate: str | None, says: str) -> dict[tuple[str, Access], Cause]:
    """A cause that readers and writers have alike."""
    cause = Cause(code, severity, sqlstate, says)
    return {(code, "read"): cause, (code, "write"): cause}


def _for(
    code: str, access: Access, severity: Severity, sqlstate: str | None, says: str
) -> dict[tuple[str, Access], Cause]:
    """A cause that only readers, or only writers, have."""
    return {(code, access): Cause(code, severity, sqlstate, says)}


def _variants(code: str, access: Access, sqlstates: tuple[str, ...], says: str) -> dict[tuple[str, Access], Cause]:
    return {(f"{code}/{sqlstate}", access): Cause(code, Severity.ERROR, sqlstate, says) for sqlstate in sqlstates}


_FAILS_AS_WRITTEN = "{object} has a trigger or function that fails as it is written"
CAUSES: dict[tuple[str, Access], Cause] = {
    **_both("column-dropped", _ERROR, "42703", "column {object} is gone"),
    **_both("column-renamed", _ERROR, "42703", "column {object} has another name"),
    **_both("table-dropped", _ERROR, "42P01", "{object} is gone"),
    **_both("table-moved", _ERROR, "42P01", "{object} has another name or schema"),
    **_for("star-query", "read", _NOTE, None, "{object} gets one more column, and the query selects all columns"),
    **_for("required-column-added", "write", _ERROR, "23502", "{object} is required, but the writes leave it out"),
    **_for("null-refused", "write", _ERROR, "23502", "{object} refuses NULL, but NULL may be written"),
    **_for("null-possible", "read", _ERROR, None, "{object} may be NULL, but NULL was promised never to arrive"),
    **_for("default-dropped", "write", _ERROR, "23502", "{object} has lost the default that the writes rely on"),
    **_both("default-changed", _WARNING, None, "{object} is filled with another value from now on"),
    **_both("type-widened", _ERROR, None, "{object} is of a wider type"),
    **_for("positional-insert", "write", _ERROR, "42601", "{object} has fewer columns than a positional INSERT fills"),
    **_for("type-narrowed", "read", _ERROR, None, "{object} is of a narrower type"),
    **_for("precision-reduced", "read", _ERROR, None, "{object} has room for fewer digits"),
    **_for("range-widened", "write", _ERROR, None, "{object} has room for more"),
    **_for("type-narrowed", "write", _ERROR, "22003", "{object} no longer holds every value that is written"),
    **_for("type-changed", "read", _ERROR, "42883", "{object} is of another type"),
    **_for("type-changed", "write", _ERROR, "42804", "{object} has a type to which the written type isn't converted"),
    **_for("values-converted", "read", _ERROR, None, "{object} holds other values than before"),
    **_for("attribute-dropped", "read", _ERROR, "42703", "{object} has lost an attribute"),
    ("attribute-dropped/whole", "read"): Cause(
        "attribute-dropped", _ERROR, None, "{object} has lost an attribute"
    ),
    **_for("attribute-dropped", "write", _ERROR, "22P02", "{object} has fewer attributes than are written"),
    **_both("attribute-renamed", _ERROR, "42703", "{object} has an attribute under another name"),
    **_for("attribute-added", "read", _WARNING, None, "{object} has one more attribute"),
    **_for("attribute-added", "write", _ERROR, "22P02", "{object} has more attributes than are written"),
    **_for("definition-changed", "read", _WARNING, None, "{object} is computed by another query"),
    **_for("function-dropped", "read", _ERROR, "42883", "{object} is read with a function that is gone"),
    **_both("expression-changed", _WARNING, None, "{object} is computed in another way"),
    ("modifier-changed/22026", "write"): Cause(
        "modifier-changed", _ERROR, "22026", "{object} takes values of another length"
    ),
    **_for("modifier-changed", "read", _ERROR, None, "{object} has another shape"),
    **_for("modifier-changed", "write", _ERROR, "22000", "{object} takes values of another shape"),
    **_both("type-approximated", _ERROR, None, "{object} no longer keeps exact values"),
    **_for("precision-reduced", "write", _ERROR, "22003", "{object} has room for fewer digits than are written"),
    **_both("scale-reduced", _ERROR, None, "{object} is rounded silently"),
    **_for("range-widened", "read", _ERROR, None, "{object} may hold more than was promised"),
    **_for("length-reduced", "read", _WARNING, None, "{object} may have been truncated"),
    **_for("length-reduced", "write", _ERROR, "22001", "{object} is shorter than what is written"),
    **_both("zone-changed", _ERROR, None, "{object} loses or invents a time zone"),
    **_for("value-added", "read", _ERROR, None, "{object} may hold values that were promised never to arrive"),
    **_for("value-removed", "write", _ERROR, "22P02", "{object} refuses values that are written"),
    ("value-removed/check", "write"): Cause(
        "value-removed", _ERROR, "23514", "{object} refuses values that are written"
    ),
    ("unique-added/exclusion", "write"): Cause(
        "unique-added", _ERROR, "23P01", "{object} refuses rows that exclude each other, but such rows may be written"
    ),
    **_both("value-renamed", _ERROR, "22P02", "{object} spells a value in another way"),
    ("check-added/44000", "write"): Cause(
        "check-added", _ERROR, "44000", "{object} has a check that the writes may violate"
    ),
    ("unique-dropped/55000", "write"): Cause(
        "unique-dropped", _ERROR, "55000", "{object} has a unique key that is deferrable, and the writes upsert on it"
    ),
    **_for("check-added", "write", _ERROR, "23514", "{object} has a check that the writes may violate"),
    **_for("check-dropped", "read", _ERROR, None, "{object} has lost the check that kept the promised bounds"),
    **_for("unique-added", "write", _ERROR, "23505", "{object} refuses duplicates, but duplicates may be written"),
    **_for("unique-dropped", "read", _ERROR, None, "{object} may hold duplicates"),
    **_for("unique-dropped", "write", _ERROR, "42P10", "{object} has lost the unique key that the writes upsert on"),
    **_for("foreign-key-added", "write", _ERROR, "23503", "{object} has a foreign key that the writes may violate"),
    **_for("foreign-key-changed", "read", _WARNING, None, "{object} may hold orphans"),
    **_for("column-generated", "read", _WARNING, None, "{object} is made by the database now"),
    **_for("column-generated", "write", _ERROR, "428C9", "{object} is made by the database now and can't be written"),
    **_for("row-security", "read", _ERROR, None, "{object} shows no rows: row security is on without a policy"),
    **_for("row-security", "write", _ERROR, "42501", "{object} takes no rows: row security is on without a policy"),
    ("row-security/policy", "read"): Cause(
        "row-security", _ERROR, None, "{object} shows other rows: policies decide which"
    ),
    **_both("access-revoked", _ERROR, "42501", "access to {object} is taken away"),
    **_for("collation-changed", "read", _WARNING, None, "{object} is ordered and compared in another way"),
    **_for("signature-refused", "read", _ERROR, None, "{object} no longer fits the model's signature"),
    **_for("not-populated", "read", _ERROR, "55000", "{object} holds nothing until it is refreshed"),
    **_for("rows-deleted", "read", _WARNING, None, "{object} loses rows"),
    ("rows-deleted/all", "read"): Cause("rows-deleted", _ERROR, None, "{object} loses all of its rows"),
    **_for("rows-overwritten", "read", _WARNING, None, "{object} gets other values in rows that are there"),
    **_for("partition-gone", "write", _ERROR, "23514", "{object} has no partition for rows that may be written"),
    **_for("trigger-fails", "write", _ERROR, "42703", _FAILS_AS_WRITTEN),
    **_variants(
        "trigger-fails", "write", ("42P01", "23502", "42601"), _FAILS_AS_WRITTEN
    ),
    **_for("function-fails", "read", _ERROR, "42P01", "{object} is read through a function that fails"),
    **_for("function-unread", "read", _ERROR, None, "it can't be known what a function returns to readers of {object}"),
    **_for("trigger-unread", "write", _ERROR, None, "it can't be known what happens to rows written to {object}"),
    **_both("unlisted", _ERROR, None, "it can't be known what happens to {object}"),
    **_for("index-dropped", "read", _NOTE, None, "{object} has lost an index; lookups may be slow"),
}  # fmt: skip


DOUBTS = frozenset({"unlisted", "trigger-unread", "function-unread"})
"""Causes that say that nobody can know, rather than what is broken."""
NEXT_COPY = "after the next copy"
"""When what reads a copy feels a change."""


def breakage(
    code: str,
    access: Access,
    subject: tuple[Name, str | None],
    through: ReadsThrough,
    detail: str = "",
    refused_with: str | None = None,
) -> Breakage:
    """The breakage of that cause, in the words for how the contract reaches the data."""
    cause = CAUSES[code, access]  # A code may have a variant, as `value-removed/check`, with another SQLSTATE.
    table, column = subject
    what = f"{table}.{column}" if column else str(table)
    return Breakage(
        cause=cause.code,
        severity=Severity.ERROR if refused_with is not None else cause.severity,
        access=access,
        table=table,
        column=column,
        sqlstate=cause.sqlstate,
        message=cause.says.format(object=what) + (f" ({detail})" if detail else ""),
        effect=_refusal(refused_with) if refused_with is not None else _effect(cause, access, through),
        refused_with=refused_with,
        detail=detail,
    )


def _refusal(sqlstate: str) -> str:
    cascade = "; dropped with CASCADE, the view goes too" if sqlstate == "2BP01" else ""
    return f"the migration itself fails with {sqlstate}: the contract view shows it{cascade}"


def _effect(cause: Cause, access: Access, through: ReadsThrough) -> str:
    if cause.code in DOUBTS:
        return "the model version may break: nothing shows that it still works afterwards"
    subject = "its feature query" if access == "read" else "its writes"
    fails = "fails" if access == "read" else "fail"
    when = NEXT_COPY if through == "copy" else "as soon as this commits"
    if cause.sqlstate is not None:
        back = ", and no rollback to it is possible" if cause.code.endswith(("-dropped", "-renamed", "-moved")) else ""
        return f"{subject} {fails} with {cause.sqlstate} {when}{back}"
    if cause.severity is Severity.ERROR:
        return f"nothing fails, and {'it gets' if access == 'read' else 'it stores'} other values {when}"
    return f"nothing fails; {'what it reads' if access == 'read' else 'what it stores'} may differ {when}"
