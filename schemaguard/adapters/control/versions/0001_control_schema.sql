-- The control schema: what schemaguard knows about contracts, releases, operations and retired objects.
-- It lives in the database that is migrated, so that the pointer, the journal and the ledger share one transaction.
create schema schemaguard;

create table schemaguard.version (version integer primary key, applied_at timestamptz not null default now());

create table schemaguard.contract (
    digest text primary key,
    model text not null,
    document jsonb not null,
    file text not null,
    reads_through text not null,
    view_schema text not null unique,
    published_at timestamptz not null default now(),
    published_by text not null
);

create table schemaguard.release (
    model text not null,
    model_version text not null,
    contract text not null references schemaguard.contract (digest),
    published_at timestamptz not null default now(),
    revision text[],                       -- alembic heads on which it was last put to serve; null: never served
    released_at timestamptz,
    superseded_at timestamptz,
    window_until timestamptz,
    artifact_uri text,
    primary key (model, model_version)
);

create table schemaguard.pointer (
    model text primary key,
    epoch bigint not null default 0,
    active text,
    canary text,
    canary_percent integer not null default 0 check (canary_percent between 0 and 100),
    fallback text,
    previous text,
    frozen boolean not null default false,
    changed_at timestamptz not null default now(),
    foreign key (model, active) references schemaguard.release (model, model_version),
    foreign key (model, canary) references schemaguard.release (model, model_version),
    foreign key (model, fallback) references schemaguard.release (model, model_version),
    foreign key (model, previous) references schemaguard.release (model, model_version)
);

create table schemaguard.operation (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('promote', 'rollback')),
    model text not null,
    from_version text,
    to_version text not null,
    expected_epoch bigint not null,
    state text not null default 'open' check (state in ('open', 'waiting', 'done', 'abandoned')),
    plan jsonb not null,
    plan_hash text not null,
    actor text not null,
    reason text not null,
    metric text,
    detected_at timestamptz,
    opened_at timestamptz not null default now(),
    closed_at timestamptz
);
-- One open operation per database.
create unique index operation_one_open on schemaguard.operation ((true)) where state = 'open';

create table schemaguard.step (
    operation bigint not null references schemaguard.operation (id),
    position integer not null,
    name text not null,
    state text not null default 'planned' check (state in ('planned', 'started', 'done', 'waiting')),
    started_at timestamptz,
    ended_at timestamptz,
    detail jsonb not null default '{}',
    primary key (operation, position)
);

create table schemaguard.outbox (
    id bigint generated always as identity primary key,
    operation bigint not null references schemaguard.operation (id),
    model text not null,
    epoch bigint not null,
    target text not null,                  -- such as 'mlflow-alias'
    payload jsonb not null,
    delivered_at timestamptz,
    attempts integer not null default 0,
    last_error text
);

-- What the guard saw go through, in order, with the inverse compiled at that moment.
create table schemaguard.applied_change (
    id bigint generated always as identity primary key,
    revision text not null,
    parents text[],                        -- the revisions that this one stands on; null: they aren't known
    position integer not null,
    statement text not null,               -- as the migration sent it
    performed text[] not null,             -- as it was carried out
    change jsonb not null,                 -- kind and objects
    inverse text[],                        -- null: impossible
    inverse_class text not null check (inverse_class in ('instant', 'slow', 'lossy', 'impossible', 'none')),
    applied_at timestamptz not null default now(),
    undone_at timestamptz,
    undone_by bigint references schemaguard.operation (id)
);

create table schemaguard.retired_object (
    id bigint generated always as identity primary key,
    applied_change bigint references schemaguard.applied_change (id),
    operation bigint references schemaguard.operation (id),
    kind text not null check (kind in ('column', 'table')),
    table_schema text not null,
    table_name text not null,
    column_name text,
    hidden_schema text not null,
    hidden_table text not null,
    hidden_column text,
    restore text[] not null,               -- statements that bring it back, in order
    restore_class text not null,
    retired_at timestamptz not null default now(),
    purge_after timestamptz not null,
    restored_at timestamptz,
    purged_at timestamptz
);

create table schemaguard.held_revision (
    revision text primary key,
    operation bigint references schemaguard.operation (id),
    reason text not null,
    held_at timestamptz not null default now()
);

create table schemaguard.server_lease (
    model text not null,
    name text not null,
    epoch bigint not null,
    lease_until timestamptz not null,
    primary key (model, name)
);

create table schemaguard.ledger (
    position bigint primary key,
    at timestamptz not null,
    actor text not null,
    event text not null,
    model text,
    operation bigint,
    entry text not null,                   -- the canonical JSON that was hashed
    leaf_hash bytea not null
);

create table schemaguard.checkpoint (
    size bigint primary key,
    root_hash bytea not null,
    at timestamptz not null default now(),
    key_id text,
    signature bytea
);

-- The ledger is append-only, for everybody.
create function schemaguard.refuse_ledger_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'schemaguard: the ledger is append-only';
end $$;
create trigger ledger_append_only before update or delete on schemaguard.ledger
    for each row execute function schemaguard.refuse_ledger_change();
create trigger ledger_not_truncated before truncate on schemaguard.ledger
    for each statement execute function schemaguard.refuse_ledger_change();

-- A held revision was undone by a rollback: a pipeline that runs `alembic upgrade head` must not apply it again by accident.
create function schemaguard.refuse_held_revision() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held record;
begin
    select h.revision, h.reason into held from schemaguard.held_revision h where h.revision = new.version_num;
    if found then
        raise exception using
            message = format('schemaguard: revision %s is held and was not applied: %s', held.revision, held.reason),
            hint = 'schemaguard status shows what is held; schemaguard promote brings model and schema forward together';
    end if;
    return new;
end $$;

-- Puts the veto on a version table; running it again changes nothing.
create function schemaguard.watch_version_table(version_table regclass) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from pg_trigger where tgrelid = version_table and tgname = 'schemaguard_held') then
        execute format(
            'create trigger schemaguard_held before insert or update on %s '
            'for each row execute function schemaguard.refuse_held_revision()', version_table);
    end if;
end $$;
