-- The fleet's own tables. One run of a fleet at a time; a generation flips when all of its members have gone.
create schema if not exists schemaguard_fleet;

create table if not exists schemaguard_fleet.fleet (
    name text primary key,
    generation bigint not null default 0,
    flipped_at timestamptz
);

create table if not exists schemaguard_fleet.member (
    fleet text not null references schemaguard_fleet.fleet (name),
    name text not null,
    generation bigint not null,                -- the newest one that it has gone with
    primary key (fleet, name)
);

create table if not exists schemaguard_fleet.run (
    id bigint generated always as identity primary key,
    label uuid not null default gen_random_uuid(),  -- what marks its operations and prepared transactions in the members
    fleet text not null references schemaguard_fleet.fleet (name),
    verb text not null check (verb in ('upgrade', 'promote', 'rollback')),
    asked jsonb not null,
    policy jsonb not null,
    state text not null default 'running' check (state in ('running', 'stopped', 'done', 'abandoned')),
    generation bigint not null,
    forgiven int not null default 0,
    why text not null default '',
    is_together boolean not null default false,
    decision text check (decision in ('commit', 'abort')),
    opened_at timestamptz not null default now(),
    closed_at timestamptz
);
create unique index if not exists run_generation on schemaguard_fleet.run (fleet, generation);
create unique index if not exists run_open on schemaguard_fleet.run (fleet) where state in ('running', 'stopped');

create table if not exists schemaguard_fleet.task (
    id int generated always as identity primary key,   -- half of the key of its advisory lock
    run bigint not null references schemaguard_fleet.run (id),
    member text not null,
    wave int not null,
    state text not null default 'waiting'
        check (state in ('waiting', 'taken', 'done', 'failed', 'left behind', 'taken back')),
    attempts int not null default 0,
    losses int not null default 0,             -- how often its worker has died
    taken_by text,
    not_before timestamptz not null default now(),
    detail jsonb not null default '{}',
    error text not null default '',
    began_at timestamptz,
    ended_at timestamptz,
    unique (run, member)
);
create index if not exists task_next on schemaguard_fleet.task (run, wave, id) where state = 'waiting';
create index if not exists task_taken on schemaguard_fleet.task (run) where state = 'taken';
