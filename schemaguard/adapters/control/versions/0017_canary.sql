-- A canary is a state of the pointer, not an open operation: which step it is at, since when, and by which playbook it is
-- judged. What starts it, gives it more and ends it are operations as the others are.
alter table schemaguard.pointer
    add column canary_step integer,
    add column canary_since timestamptz,
    add column canary_playbook text;           -- the digest of the playbook that was in force when it began

alter table schemaguard.operation drop constraint operation_kind_check;
alter table schemaguard.operation add constraint operation_kind_check
    check (kind in ('promote', 'rollback', 'canary', 'advance', 'abort'));

-- What takes traffic away from a version may always be needed, whoever has frozen the model.
create or replace function schemaguard.refuse_frozen() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.frozen and (old.frozen_until is null or old.frozen_until > now())
        and (new.epoch, new.active, new.canary, new.canary_percent)
            is distinct from (old.epoch, old.active, old.canary, old.canary_percent)
        and not exists (
            select from schemaguard.operation o
            where o.model = old.model and o.state = 'open' and o.to_version = new.active
            and (o.kind = 'rollback' or o.kind = 'abort' and new.active = old.active and new.canary is null)) then
        raise exception using errcode = 'SG030',
            message = format('%s is frozen by %s%s: %s', old.model, coalesce(old.frozen_by, 'nobody known'),
                coalesce(' until ' || to_char(old.frozen_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), ''),
                coalesce(old.frozen_reason, 'no reason was given')),
            hint = format('schemaguard thaw %s --reason WHY', old.model);
    end if;
    return new;
end $$;
