-- Who has approved which plan: what a playbook lets be done only with approvals. Who was connected counts, and each approval
-- serves one operation.
create table schemaguard.approval (
    id bigint generated always as identity primary key,
    model text not null,
    act text not null,
    version text not null,
    plan_hash text not null,
    by_role text not null default session_user,
    actor text not null,
    reason text not null,
    at timestamptz not null default now(),
    expires_at timestamptz,
    operation bigint references schemaguard.operation (id)
);
create index approval_plan on schemaguard.approval (model, plan_hash) where operation is null;
create trigger record_row after insert or update or delete on schemaguard.approval
    for each row execute function schemaguard.record_row('id');
alter table schemaguard.approval enable always trigger record_row;
create trigger not_truncated before truncate on schemaguard.approval
    for each statement execute function schemaguard.refuse_truncate();
