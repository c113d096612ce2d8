"""The rules, in the order in which `explain` lists them. One file a rule; it becomes one by its line here."""

from schemaguard.rules.blocking import index_not_concurrent
from schemaguard.rules.contract import (
    breaks_between,
    breaks_reader,
    breaks_signature,
    breaks_writer,
    contract_deleted,
    contract_edited,
    expired_override,
    no_contract,
    promise_withdrawn,
    query_edited,
    reads_through_changed,
    retired_early,
    shifts_meaning,
    unproven,
    unused_override,
    version_withdrawn,
    window_shortened,
)
from schemaguard.rules.destructive import drop_column, drop_table
from schemaguard.rules.hygiene import cannot_run, ignore_without_reason, opaque_statement, syntax_error, unused_ignore
from schemaguard.rules.reversibility import broken_history, no_downgrade, several_heads
from schemaguard.rules.rule import Rule

MIGRATION_RULES: tuple[Rule, ...] = (
    breaks_reader.RULE,
    breaks_writer.RULE,
    breaks_signature.RULE,
    shifts_meaning.RULE,
    unproven.RULE,
    breaks_between.RULE,
    no_contract.RULE,
    expired_override.RULE,
    unused_override.RULE,
    drop_table.RULE,
    drop_column.RULE,
    index_not_concurrent.RULE,
    several_heads.RULE,
    broken_history.RULE,
    no_downgrade.RULE,
    cannot_run.RULE,
    opaque_statement.RULE,
    syntax_error.RULE,
    unused_ignore.RULE,
    ignore_without_reason.RULE,
)
"""What `schemaguard check` finds in migrations, and in what is said about them."""

EDIT_RULES: tuple[Rule, ...] = (
    promise_withdrawn.RULE,
    contract_deleted.RULE,
    version_withdrawn.RULE,
    contract_edited.RULE,
    query_edited.RULE,
    window_shortened.RULE,
    retired_early.RULE,
    reads_through_changed.RULE,
)
"""What `schemaguard contracts breaking` finds in edits of contracts."""

RULES: tuple[Rule, ...] = (*MIGRATION_RULES, *EDIT_RULES)
