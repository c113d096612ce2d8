-- Which files of a folder of SQL were applied, for folders whose tool keeps no record of its own.
create table schemaguard.sql_migration (
    folder text not null,
    migration text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    applied_by text not null default current_user,
    primary key (folder, migration)
);

-- What a rehearsed rollback found: on a copy of the live schema with made-up rows.
create table schemaguard.rehearsal (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    model text not null,
    from_version text not null,
    to_version text not null,
    class text not null,
    outcome text not null check (outcome in ('passed', 'failed', 'not covered')),
    seconds double precision not null,
    locks jsonb not null default '[]',
    reasons text[] not null default '{}',
    postgresql text not null
);
create index rehearsal_model on schemaguard.rehearsal (model, at desc);
