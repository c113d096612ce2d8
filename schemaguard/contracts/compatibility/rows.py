"""The rows of the compatibility table: a change, what a reader and a writer feel, and the causes that it has.

`docs/compatibility.md` is these rows with what servers really did; `check --explain` shows the row of a finding.
"""

from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One change; `causes` are the codes of the breakages that come of it, the first one's own row first."""

    change: str
    reader: str
    writer: str
    causes: tuple[str, ...] = ()


_SHIFTS = "⚠ other values"

ROWS = (
    Row("drop column", "✗ 42703", "✗ 42703", ("column-dropped",)),
    Row("rename column", "✗ 42703", "✗ 42703", ("column-renamed",)),
    Row("drop table", "✗ 42P01", "✗ 42P01", ("table-dropped",)),
    Row("rename table / SET SCHEMA", "✗ 42P01", "✗ 42P01", ("table-moved",)),
    Row("rename, with a simple updatable view left under the old name in the same transaction", "✓", "✓"),
    Row("add nullable or defaulted column", "✓ (⚠ where the query is SELECT *)", "✓", ("star-query",)),
    Row("add NOT NULL column without default", "✓", "✗ 23502", ("required-column-added",)),
    Row("SET NOT NULL", "✓", "✗ 23502 where it may write NULL", ("null-refused",)),
    Row("DROP NOT NULL", "✗ where never NULL was promised", "✓", ("null-possible",)),
    Row(
        "drop default of a column that the writer omits", "✓", "✗ 23502 where it is NOT NULL, else ⚠",
        ("default-dropped", "default-changed"),
    ),
    Row("change default", "⚠", "⚠ where it omits the column", ("default-changed",)),
    Row("int → bigint", "✓ in SQL; the signature is judged", "✓", ("type-widened",)),
    Row("bigint → int", "✓", "✗ 22003", ("type-narrowed",)),
    Row(
        "int → text and other family changes", "✗ 42883", "✗ 42804 unless an assignment cast exists",
        ("type-changed", "type-widened"),
    ),
    Row("numeric → double precision", "⚠ Decimal becomes float", "⚠ precision is lost", ("type-approximated",)),
    Row("double → real", "⚠ precision is lost", "⚠ silently", ("type-approximated",)),
    Row("numeric precision down (12,2)→(9,2)", "✓", "✗ 22003", ("precision-reduced",)),
    Row("numeric scale down (12,2)→(12,1)", _SHIFTS, "⚠ silently rounded", ("scale-reduced",)),
    Row("precision / scale / length up", "✗ where the contract bounds it, else ✓", "✓", ("range-widened",)),
    Row("varchar(10) → varchar(4)", "⚠ the migration may truncate", "✗ 22001", ("length-reduced",)),
    Row(
        "modifier of an extension's type, such as vector(3) → vector(5)", "✗ another shape",
        "✗ 22000, or what its extension says", ("modifier-changed",),
    ),
    Row("USING that computes other values", _SHIFTS, "✓", ("values-converted",)),
    Row("expression of a generated column lost or replaced", _SHIFTS, "⚠ other values", ("expression-changed",)),
    Row("function replaced on which a generated column, default or check stands", _SHIFTS, "⚠, or ✗ 23514"),
    Row("attribute of a composite type dropped", "✗ 42703", "✗ 22P02", ("attribute-dropped",)),
    Row("attribute of a composite type renamed", "✗ 42703", "✗ 42703 where it names it", ("attribute-renamed",)),
    Row("attribute of a composite type added", _SHIFTS, "✗ 22P02", ("attribute-added",)),
    Row("constraint, NOT NULL or default of a domain", "as of the column itself", "as of the column itself"),
    Row("function dropped or renamed that the query calls", "✗ 42883", "–", ("function-dropped",)),
    Row("definition of a view replaced", _SHIFTS, "–", ("definition-changed",)),
    Row("timestamptz ↔ timestamp", "⚠ zone lost or invented", "⚠ silently shifted", ("zone-changed",)),
    Row("enum or CHECK value added", "✗ where the contract lists the values, else ✓", "✓", ("value-added",)),
    Row("enum or CHECK value removed", "✓", "✗ 23514 or 22P02", ("value-removed",)),
    Row("enum value renamed", "✗ 22P02", "✗ 22P02", ("value-renamed",)),
    Row("add CHECK / raise a minimum", "✓", "✗ 23514 unless its own bounds imply it", ("check-added",)),
    Row(
        "drop CHECK / lower a minimum", "✗ where the contract promises the bound", "✓",
        ("check-dropped", "value-added"),
    ),
    Row("add UNIQUE / PRIMARY KEY / EXCLUDE", "✓", "✗ 23505 or 23P01 unless uniqueness is promised", ("unique-added",)),
    Row(
        "drop UNIQUE / PRIMARY KEY", "✗ where it is promised", "✗ 42P10 where it upserts on it", ("unique-dropped",)
    ),
    Row("add FK", "✓", "✗ 23503", ("foreign-key-added",)),
    Row("drop FK, change ON DELETE", "⚠ orphans", "✓", ("foreign-key-changed",)),
    Row("becomes GENERATED / IDENTITY ALWAYS", "⚠", "✗ 428C9", ("column-generated",)),
    Row("column order changes, positional INSERT", "–", "✗ 42601", ("positional-insert",)),
    Row("enable RLS without a policy", "⚠ silently no rows", "✗ 42501", ("row-security",)),
    Row("REVOKE, or a new owner", "✗ 42501", "✗ 42501", ("access-revoked",)),
    Row("view or function in between changes shape", "followed to the base columns", "followed"),
    Row("materialized view left WITH NO DATA", "✗ 55000", "–", ("not-populated",)),
    Row("collation changed", "⚠ order and equality", "⚠", ("collation-changed",)),
    Row("drop index the contract's lookup needs", "⚠ slower", "–", ("index-dropped",)),
    Row("DELETE or TRUNCATE of rows that are there", "⚠ rows are gone", "✓", ("rows-deleted",)),
    Row("UPDATE of rows that are there", _SHIFTS, "✓", ("rows-overwritten",)),
    Row("columns or labels change names among each other", _SHIFTS, "✓", ("rows-overwritten",)),
    Row(
        "DETACH or DROP of a partition", "⚠ rows are gone", "✗ 23514 unless another partition takes them",
        ("partition-gone", "rows-deleted"),
    ),
    Row("trigger that may swallow, change or refuse rows", "✓", "? unproven", ("trigger-unread",)),
    Row(
        "function of a trigger names what is renamed or dropped", "✓", "✗ 42703, 42P01, 23502 or 42601",
        ("trigger-fails", "trigger-unread"),
    ),
    Row("function of a query or view names a table that is renamed or dropped", "✗ 42P01", "✓", ("function-fails",)),
    Row(
        "function of a query or view names a column that is renamed or dropped", "? unproven", "✓",
        ("function-unread",),
    ),
    Row("a change of a table that isn't known in full", "? unproven", "? unproven", ("unlisted",)),
    Row(
        "rows and values that arrive: INSERT, UPDATE, ATTACH",
        "✗ where they break what no constraint keeps, ? where they aren't known", "✓",
        ("range-widened", "value-added", "null-possible", "unlisted"),
    ),
    Row("rows below a materialized view change, and it is filled", "as of the rows themselves", "–"),
    Row("rows change that its functions or policies look at", "as of the rows themselves", "✓"),
    Row(
        "operator, cast, collation or text search object dropped, renamed or altered", "? unproven", "? unproven",
        ("unlisted",),
    ),
    Row(
        "REVOKE of a function that it calls, itself or through what the server keeps", "✗ 42501", "✗ 42501",
        ("access-revoked",),
    ),
    Row("right lost to what its functions, policies or views use", "? unproven", "? unproven", ("unlisted",)),
    Row("opaque statement naming the table", "? unproven", "? unproven", ("opaque",)),
)  # fmt: skip

SIGNATURE = Row(
    "type or nullability that the model's signature names", "✗ the model refuses the frame", "–", ("signature-refused",)
)
"""The second layer: MLflow's matter, and so none of the rows that a server decides."""


def row(cause: str, *hints: str) -> Row:
    """The row of a cause. Where several have it: the one that the first fitting hint names, else whose own it is."""
    having = [each for each in (*ROWS, SIGNATURE) if cause in each.causes]
    hinted = [each for hint in hints for each in having if hint in each.change]
    own = [each for each in having if each.causes[0] == cause]
    return (*hinted, *own, *having)[0]
