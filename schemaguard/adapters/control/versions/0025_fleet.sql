-- Which operation belongs to which run of a fleet: written in the transaction that opens it, so that a run that is begun
-- again finds what it has begun. Those that switch together with other databases are committed by nobody alone.
create table schemaguard.fleet_operation (
    run uuid not null,
    member text not null,
    operation bigint not null unique references schemaguard.operation (id),
    together boolean not null default false,
    primary key (run, member)
);

-- The ledger covers it as the rest, and no migration writes it.
create trigger record_row after insert or update or delete on schemaguard.fleet_operation for each row
    execute function schemaguard.record_row('run', 'member');
alter table schemaguard.fleet_operation enable always trigger record_row;
create trigger not_truncated before truncate on schemaguard.fleet_operation for each statement
    execute function schemaguard.refuse_truncate();
create trigger refuse_migration before insert or update or delete on schemaguard.fleet_operation
    for each statement execute function schemaguard.refuse_migration();
alter table schemaguard.fleet_operation enable always trigger refuse_migration;
