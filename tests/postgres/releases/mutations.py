"""What can be done to a ledger, its export, and the control schema: a row a mutation, with what it is caught by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`caught` is what the verification says; None where the mutation is beyond its reach, which `why` declares."""

    name: str
    sql: str
    caught: str | None
    why: str = ""
    """Words of what the verification declares that it can't show."""
    silently: bool = True
    """With the triggers off, as only a superuser can; else as any role that may write."""


OFF = "alter table schemaguard.{0} disable trigger user"
ON = """\
do $$ declare t record; begin
  for t in select tgname, tgrelid::regclass as rel from pg_trigger where not tgisinternal
      and tgrelid in (select oid from pg_class where relnamespace = 'schemaguard'::regnamespace)
      and tgname in ('record_row', 'append_rest', 'ledger_append_only', 'ledger_not_truncated', 'not_truncated') loop
    execute format('alter table %s enable %s trigger %I', t.rel,
        case when t.tgname <> 'not_truncated' then 'always' else '' end, t.tgname);
  end loop; end $$"""
COVERED = "version contract release pointer operation applied_change retired_object held_revision debt fence fence_log playbook decision rehearsal drill approval golden sql_migration written_shape"

IS_NOT = "the row isn't what entry"
GONE = "the row is gone, and entry"
UNTOLD = "no entry of the ledger tells of this row"
PAST = "has written past schemaguard"


def _row(name: str, sql: str, caught: str = IS_NOT) -> Mutation:
    return Mutation(name, sql, caught)


def _openly(name: str, sql: str, caught: str = PAST) -> Mutation:
    return Mutation(f"openly: {name}", sql, caught, silently=False)


LEDGER = (
    _row("an actor is another one", "update schemaguard.ledger set actor = 'eve' where position = 3", "the column actor"),
    _row("an event is another one", "update schemaguard.ledger set event = 'x' where position = 3", "the column event"),
    _row("a model is another one", "update schemaguard.ledger set model = 'x' where position = 3", "the column model"),
    _row("an operation is another", "update schemaguard.ledger set operation = 9 where position = 3", "column operation"),
    _row("a time is another one", "update schemaguard.ledger set at = at - interval '1 h' where position = 3", "column at"),
    _row("a text is another one", "update schemaguard.ledger set entry = replace(entry, 'ada', 'eve')", "isn't the one"),
    _row("a text is no entry", "update schemaguard.ledger set entry = '[]' where position = 3", "is not an entry"),
    _row("a text is no JSON", "update schemaguard.ledger set entry = 'x' where position = 3", "is not an entry"),
    _row("a hash is another one", "update schemaguard.ledger set leaf_hash = sha256('x') where position = 3", "isn't the one"),
    _row("a chain is another one", "update schemaguard.ledger set chain = sha256('x') where position = 3", "the chain is broken"),
    _row("the first entry is gone", "delete from schemaguard.ledger where position = 1", "entry 1 is missing"),
    _row("an entry in the middle is gone", "delete from schemaguard.ledger where position = 4", "entry 4 is missing"),
    _row("the last entry is gone",
         "delete from schemaguard.ledger where position = (select max(position) from schemaguard.ledger)",
         "the head of the ledger"),
    _row("the last five entries are gone",
         "delete from schemaguard.ledger where position > (select max(position) - 5 from schemaguard.ledger)",
         "the head of the ledger"),
    _row("all entries are gone", "delete from schemaguard.ledger", UNTOLD),
    _row("two entries have changed places",
         "update schemaguard.ledger set position = 9000 where position = 3; "
         "update schemaguard.ledger set position = 3 where position = 4; "
         "update schemaguard.ledger set position = 4 where position = 9000", "the column position"),
    _row("an entry is invented",
         "insert into schemaguard.ledger select max(position) + 1, now(), 'eve', 'finished', null, null, '{}', "
         "sha256('x'), sha256('x') from schemaguard.ledger", "is not an entry"),
    _row("an entry is there twice",
         "insert into schemaguard.ledger select position + 9000, at, actor, event, model, operation, entry, leaf_hash, "
         "chain from schemaguard.ledger where position = 3", "is missing"),
    _row("an entry and its own hash are others",
         "update schemaguard.ledger set actor = 'eve', entry = replace(entry, '\"actor\":\"ada\"', '\"actor\":\"eve\"') "
         "where position = (select min(position) from schemaguard.ledger where actor = 'ada'); update schemaguard.ledger set leaf_hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8'))",
         "the chain is broken"),
    _row("a key is spelled twice", "update schemaguard.ledger set entry = replace(entry, '{\"actor\"', '{\"actor\":1,\"actor\"'), "
         "leaf_hash = sha256('\\x00'::bytea || convert_to(replace(entry, '{\"actor\"', '{\"actor\":1,\"actor\"'), 'UTF8')) "
         "where position = 3", "isn't spelled canonically"),
    _row("the head is further back", "update schemaguard.ledger_head set position = position - 1", "the head of the ledger"),
    _row("the head has another chain", "update schemaguard.ledger_head set chain = sha256('x')", "the head of the ledger"),
    _row("the head is gone", "delete from schemaguard.ledger_head", "the head of the ledger"),
)  # fmt: skip

ROWS = (
    _row("an epoch is moved", "update schemaguard.pointer set epoch = epoch + 1", "the pointer of fraud says"),
    _row("another version is active", "update schemaguard.pointer set active = '8'", "the pointer of fraud says"),
    _row("there is a canary", "update schemaguard.pointer set canary = '8', canary_percent = 5"),
    _row("there is a fallback", "update schemaguard.pointer set fallback = '8'"),
    _row("what served before is another one", "update schemaguard.pointer set previous = '7'"),
    _row("a model is frozen", "update schemaguard.pointer set frozen = true"),
    _row("when it was switched is another time", "update schemaguard.pointer set changed_at = now() - interval '1 d'"),
    _row("a pointer is gone", "delete from schemaguard.pointer", "it has no pointer"),
    _row("a pointer is invented", "insert into schemaguard.pointer (model) values ('churn')", UNTOLD),
    _row("a plan is another one", "update schemaguard.operation set plan = jsonb_set(plan, '{to_version}', '\"9\"') where id = 1"),
    _row("a plan's hash is another one", "update schemaguard.operation set plan_hash = 'x' where id = 1"),
    _row("a reason is another one", "update schemaguard.operation set reason = 'none' where id = 1"),
    _row("who did it is another one", "update schemaguard.operation set actor = 'eve' where id = 1"),
    _row("when it was noticed is another time", "update schemaguard.operation set detected_at = now() where id = 1"),
    _row("an operation is open again", "update schemaguard.operation set state = 'open' where id = 1"),
    _row("an operation is invented",
         "insert into schemaguard.operation (kind, model, to_version, expected_epoch, plan, plan_hash, actor, reason, state) "
         "values ('promote', 'fraud', '9', 9, '{}', 'x', 'eve', 'x', 'done')", UNTOLD),
    _row("a contract says something else", "update schemaguard.contract set document = document || '{\"status\": \"draft\"}'"),
    _row("a contract's query is another one", "update schemaguard.contract set query = 'select 1'"),
    _row("how a contract reads is another way", "update schemaguard.contract set reads_through = 'copy'"),
    _row("a contract is invented",
         "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
         "values ('x', 'x', '{}', 'x', 'table', 'x', 'eve')", UNTOLD),
    _row("a window ends earlier", "update schemaguard.release set window_until = now() where superseded_at is not null"),
    _row("a window has no end", "update schemaguard.release set superseded_at = null, window_until = null"),
    _row("a release has another contract",
         "update schemaguard.release set contract = (select min(digest) from schemaguard.contract)"),
    _row("a release has another artifact", "update schemaguard.release set artifact_uri = 's3://eve'"),
    _row("a signature is another one", "update schemaguard.release set signature = '{}'"),
    _row("an unserved release is gone", "delete from schemaguard.release where model_version = '9'", GONE),
    _row("a hold is lifted", "delete from schemaguard.held_revision", GONE),
    _row("a hold has another reason", "update schemaguard.held_revision set reason = 'x'"),
    _row("a hold is invented", "insert into schemaguard.held_revision (revision, reason) values ('0001', 'x')", UNTOLD),
    _row("an inverse is another one", "update schemaguard.applied_change set inverse = array['drop table x']"),
    _row("what was performed is another thing", "update schemaguard.applied_change set performed = array['x']"),
    _row("a statement is another one", "update schemaguard.applied_change set statement = 'x'"),
    _row("its revision is another one", "update schemaguard.applied_change set revision = 'x'"),
    _row("an applied change is undone", "update schemaguard.applied_change set undone_at = now(), undone_by = null"),
    _row("an applied change is invented",
         "insert into schemaguard.applied_change (revision, position, statement, performed, change, inverse_class) "
         "values ('x', 1, 'x', '{}', '{}', 'none')", UNTOLD),
    _row("how something comes back is another way", "update schemaguard.retired_object set acts = '[]'"),
    _row("the statements of a way back are others", "update schemaguard.retired_object set restore = array['x']"),
    _row("what is hidden has another name", "update schemaguard.retired_object set hidden_column = 'x'"),
    _row("what is hidden has another number", "update schemaguard.retired_object set attnum = 1"),
    _row("what is retired may be purged", "update schemaguard.retired_object set purge_after = now()"),
    _row("what is retired is said to be purged", "update schemaguard.retired_object set purged_at = now()"),
    _row("what is kept is less", "update schemaguard.fence set keep = 'contracts'"),
    _row("the fence isn't wanted", "update schemaguard.fence set is_wanted = false"),
    _row("a permit is invented", "insert into schemaguard.fence_log (tag, object, reason) values ('x', 'x', 'x')", UNTOLD),
    _row("a playbook is invented", "insert into schemaguard.playbook (model, digest, document, file, published_by) values ('x', 'x', 'x', 'x', 'x')", UNTOLD),
    _row("a rehearsal is invented", "insert into schemaguard.rehearsal (actor, model, from_version, to_version, class, outcome, seconds, postgresql) "
         "values ('x', 'x', 'x', 'x', 'x', 'passed', 1, 'x')", UNTOLD),
    _row("a migration is said to be applied", "insert into schemaguard.sql_migration (folder, migration, sha256) values ('x', 'x', 'x')", UNTOLD),
    _row("a version is another one", "insert into schemaguard.version (version) values (9999)", UNTOLD),
    _row("every row of a table is gone", "delete from schemaguard.held_revision; delete from schemaguard.debt; "
         "delete from schemaguard.retired_object", GONE),
)  # fmt: skip

OPENLY = (
    _openly("another version is active", "update schemaguard.pointer set active = '8', epoch = epoch + 1"),
    _openly("a model is frozen", "update schemaguard.pointer set frozen = true"),
    _openly("a window ends earlier", "update schemaguard.release set window_until = now() where superseded_at is not null"),
    _openly("a plan is another one", "update schemaguard.operation set plan = '{}' where id = 1"),
    _openly("a contract says something else", "update schemaguard.contract set document = '{}'"),
    _openly("a hold is lifted", "delete from schemaguard.held_revision"),
    _openly("how something comes back is another way", "update schemaguard.retired_object set acts = '[]'"),
    _openly("an inverse is another one", "update schemaguard.applied_change set inverse = array['drop table x']"),
    _openly("a permit is forgotten", "delete from schemaguard.fence_log"),
    _openly("triggers walked past as a replica does",
            "set local session_replication_role = replica; update schemaguard.pointer set frozen = true"),
)  # fmt: skip

SERVER = (
    _row("rows aren't written down any more", "drop trigger record_row on schemaguard.pointer", "record_row"),
    _row("rows are written down no longer", "alter table schemaguard.release disable trigger record_row", "is off"),
    _row("a replica walks past", "alter table schemaguard.release enable trigger record_row", "can be walked past"),
    _row("what is left over has no entry", "alter table schemaguard.unrecorded disable trigger append_rest", "append_rest"),
    _row("the ledger can be changed", "drop trigger ledger_append_only on schemaguard.ledger", "ledger_append_only"),
    _row("the ledger can be emptied", "drop trigger ledger_not_truncated on schemaguard.ledger", "ledger_not_truncated"),
    _row("a table can be emptied", "drop trigger not_truncated on schemaguard.operation", "not_truncated"),
    _row("a function writes nothing down",
         "create or replace function schemaguard.record_row() returns trigger language plpgsql as "
         "'begin return null; end'", "the function schemaguard.record_row"),
    _row("a function appends something else",
         "create or replace function schemaguard.canonical(value jsonb) returns text language sql as 'select ''{}'''",
         "the function schemaguard.canonical"),
)  # fmt: skip

FORGED = (
    _row("a checkpoint is forged",
         "insert into schemaguard.checkpoint (size, root_hash) values (2, sha256('x'))", "proves nothing"),
    _row("a checkpoint's root is another one", "update schemaguard.checkpoint set root_hash = sha256('x')", "isn't the one"),
    _row("a checkpoint's size is another one", "update schemaguard.checkpoint set size = size + 1", "isn't the one"),
    _row("a checkpoint's text is another one", "update schemaguard.checkpoint set note = replace(note, 'prod', 'prof')",
         "proves nothing"),
    _row("a checkpoint's signature is another one",
         "update schemaguard.checkpoint set note = regexp_replace(note, '....=*\n$', 'AAA=' || E'\n')", "the checkpoint of"),
    _row("a checkpoint is no note", "update schemaguard.checkpoint set note = 'x'", "not a signed note"),
)  # fmt: skip

# Entries, chain and head written anew from entry 3 on, with triggers off: only what was signed or kept tells.
ANEW = """\
update schemaguard.ledger set entry = replace(entry, '"actor":"ada"', '"actor":"eve"'),
    actor = case actor when 'ada' then 'eve' else actor end;
update schemaguard.ledger set leaf_hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8'));
do $$ declare r record; last bytea := ''; begin
  for r in select position, leaf_hash from schemaguard.ledger order by position loop
    last := sha256(last || r.leaf_hash);
    update schemaguard.ledger set chain = last where position = r.position;
  end loop;
  update schemaguard.ledger_head set chain = last;
end $$"""
BEYOND = (
    Mutation("entries, chain and head are written anew", ANEW, None, "rewrites rows, entries and chain alike"),
    Mutation("the last entries are gone and the head is put back",
             "delete from schemaguard.ledger where event = 'alias-projected' and position = "
             "(select max(position) from schemaguard.ledger); update schemaguard.ledger_head set "
             "(position, chain) = (select position, chain from schemaguard.ledger order by position desc limit 1)",
             None, "taken back together"),
    Mutation("a checkpoint is gone", "delete from schemaguard.checkpoint", None, "checkpoint"),
    Mutation("a step is said to be done", "update schemaguard.step set state = 'done'", None, "rows of step"),
    Mutation("a delivery is said to have arrived", "update schemaguard.outbox set delivered_at = now()", None, "outbox"),
    Mutation("a server is said to live",
             "insert into schemaguard.server_lease values ('fraud', 'x', 1, now())", None, "server_lease"),
    Mutation("a promise is gone", "delete from schemaguard.promise", None, "promise"),
    Mutation("an act is written down under another name",
             "select schemaguard.append('finished', 'eve', 'fraud', 1, '{}')", None, "who sat at the keyboard",
             silently=False),
)  # fmt: skip
ALL = (*LEDGER, *ROWS, *OPENLY, *SERVER, *FORGED, *BEYOND)
