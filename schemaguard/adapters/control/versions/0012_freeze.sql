-- A frozen model isn't switched, whoever asks, but for a rollback: going back may always be needed. The server itself says
-- who froze it, why, until when.
alter table schemaguard.pointer
    add column frozen_by text,
    add column frozen_reason text,
    add column frozen_until timestamptz;

create function schemaguard.refuse_frozen() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.frozen and (old.frozen_until is null or old.frozen_until > now())
        and (new.epoch, new.active, new.canary) is distinct from (old.epoch, old.active, old.canary)
        and not exists (
            select from schemaguard.operation o
            where o.model = old.model and o.state = 'open' and o.kind = 'rollback' and o.to_version = new.active) then
        raise exception using errcode = 'SG030',
            message = format('%s is frozen by %s%s: %s', old.model, coalesce(old.frozen_by, 'nobody known'),
                coalesce(' until ' || to_char(old.frozen_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), ''),
                coalesce(old.frozen_reason, 'no reason was given')),
            hint = format('schemaguard thaw %s --reason WHY', old.model);
    end if;
    return new;
end $$;
create trigger refuse_frozen before update on schemaguard.pointer for each row execute function schemaguard.refuse_frozen();
alter table schemaguard.pointer enable always trigger refuse_frozen;
