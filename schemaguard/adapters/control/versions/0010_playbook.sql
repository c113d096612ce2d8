-- The playbooks that were published; the newest of a model is in force.
create table schemaguard.playbook (
    id bigint generated always as identity primary key,
    model text not null,
    digest text not null,
    document text not null,
    file text not null,
    published_at timestamptz not null default now(),
    published_by text not null
);
create index playbook_model on schemaguard.playbook (model, id desc);

-- What a trigger knows of the version that serves: the numbers of its statistic, and up to when it has looked. A look is
-- kept only where both epoch and upto are still what the watcher read: two watchers never count a row twice.
create table schemaguard.watch (
    model text not null,
    trigger text not null,
    epoch bigint not null,
    version text not null,
    upto timestamptz not null,
    known jsonb not null,
    beat timestamptz not null default now(),
    primary key (model, trigger)
);

create table schemaguard.look (
    model text not null,
    trigger text not null,
    epoch bigint not null,
    version text not null,
    until timestamptz not null,
    failed bigint,
    total bigint,
    weight double precision,
    missing text,
    primary key (model, trigger, epoch, until)
);
create index look_until on schemaguard.look (until);

-- What a crossed line, or looks that stay missing, have led to: once a model, epoch, trigger and kind.
create table schemaguard.decision (
    id bigint generated always as identity primary key,
    model text not null,
    epoch bigint not null,
    version text not null,
    trigger text not null,
    kind text not null check (kind in ('tripped', 'no-data')),
    action text not null check (action in ('advise', 'freeze', 'rollback', 'fallback')),
    state text not null check (state in ('advised')),
    snapshot jsonb not null,
    at timestamptz not null default now(),
    unique (model, epoch, trigger, kind)
);
