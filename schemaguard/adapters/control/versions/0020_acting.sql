-- A decision may be carried out: by one operation at most, or as a freeze. `open` is what somebody still has to do.
alter table schemaguard.decision drop constraint decision_state_check;
alter table schemaguard.decision
    add constraint decision_state_check check (state in ('advised', 'open', 'done', 'overtaken', 'refused')),
    add column operation bigint references schemaguard.operation (id),
    add column why text,                       -- why it wasn't carried out, or how
    add column closed_at timestamptz;
create unique index decision_operation on schemaguard.decision (operation);
create index decision_open on schemaguard.decision (model) where state = 'open';

-- Who was connected: what a playbook may let a watcher do is decided by PostgreSQL's roles, not by a name that is said.
alter table schemaguard.playbook add column published_role text;
