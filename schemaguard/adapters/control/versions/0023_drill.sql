-- What drills of a playbook found, on copies of the schema, and when the next one is due.
create table schemaguard.drill (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    model text not null,
    playbook text not null,                    -- the digest of the playbook that was drilled
    outcome text not null check (outcome in ('passed', 'failed', 'not covered')),
    summary text not null,
    scenarios jsonb not null,                  -- scenario → outcome
    digest text not null,                      -- of the report
    seed bigint not null,
    due timestamptz not null
);
create index drill_model on schemaguard.drill (model, at desc);
create trigger record_row after insert or update or delete on schemaguard.drill
    for each row execute function schemaguard.record_row('id');
alter table schemaguard.drill enable always trigger record_row;
create trigger not_truncated before truncate on schemaguard.drill
    for each statement execute function schemaguard.refuse_truncate();
