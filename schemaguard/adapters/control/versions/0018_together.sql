-- An operation may switch several models: its plan has each of them. Whoever has frozen one, it may go back.
create or replace function schemaguard.refuse_frozen() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.frozen and (old.frozen_until is null or old.frozen_until > now())
        and (new.epoch, new.active, new.canary, new.canary_percent)
            is distinct from (old.epoch, old.active, old.canary, old.canary_percent)
        and not exists (
            select from schemaguard.operation o left join lateral jsonb_array_elements(o.plan -> 'members') m on true
            where o.state = 'open' and coalesce(m ->> 'model', o.model) = old.model
            and coalesce(m ->> 'to_version', o.to_version) = new.active
            and (o.kind = 'rollback' or o.kind = 'abort' and new.active = old.active and new.canary is null)) then
        raise exception using errcode = 'SG030',
            message = format('%s is frozen by %s%s: %s', old.model, coalesce(old.frozen_by, 'nobody known'),
                coalesce(' until ' || to_char(old.frozen_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), ''),
                coalesce(old.frozen_reason, 'no reason was given')),
            hint = format('schemaguard thaw %s --reason WHY', old.model);
    end if;
    return new;
end $$;
