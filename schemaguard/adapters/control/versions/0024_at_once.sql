-- What a migration asks for one after the other, in one call: each question is a way to the server and back.

-- What a revision has changed so far, in order: as `write_applied`, which writes one.
create function schemaguard.write_changes(revision text, parents text[], written jsonb) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into schemaguard.applied_change (id, revision, parents, position, statement, performed, change, inverse, inverse_class)
    overriding system value
    select nextval('schemaguard.applied_change_id_seq'), $1, $2, before.n + w.place - 1, w.one ->> 'statement',
        array(select jsonb_array_elements_text(w.one -> 'performed')), w.one -> 'change',
        case when jsonb_typeof(w.one -> 'inverse') = 'array' then array(select jsonb_array_elements_text(w.one -> 'inverse')) end,
        w.one ->> 'inverse_class'
    from jsonb_array_elements($3) with ordinality w (one, place),
        (select count(*) as n from schemaguard.applied_change a where a.revision = $1) before
    order by w.place;
end $$;

-- Takes a column or relation out of sight in place of its drop, and writes that down: with the rights of who asks, for each
-- of the functions knows by itself what may be. `written`, of an upgrade: the change as `write_changes` takes it, for whose
-- class the retirement's is put; `facts`: what the ledger is told.
create function schemaguard.retire_instead(relation oid, attribute int2, revision text, parents text[], written jsonb, actor text, facts jsonb,
        out id bigint, out class text, out applied bigint)
    language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    id := case when exists (select from pg_class c where c.oid = relation and c.relkind = 'm') then schemaguard.retire_view(relation, revision)
        else schemaguard.retire(relation, attribute, revision) end;
    class := (select r.restore_class from schemaguard.retired_object r where r.id = retire_instead.id);
    if written is not null then
        applied := schemaguard.write_applied(null, revision, parents, written ->> 'statement',
            array(select jsonb_array_elements_text(written -> 'performed')), written -> 'change', '{}', class);
    end if;
    perform schemaguard.belongs_to(id, applied);
    perform schemaguard.append_migration('retired', actor, facts || jsonb_build_object('class', class));
    -- What was allowed for this retirement isn't allowed to the statement that follows.
    perform schemaguard.withdraw();
end $$;

revoke execute on function schemaguard.write_changes(text, text[], jsonb),
    schemaguard.retire_instead(oid, int2, text, text[], jsonb, text, jsonb) from public;

-- The same in PL/pgSQL, which plans once a session: SQL is planned for each call of a statement, before 18 of everything.

create or replace function schemaguard.allow(relid oid, attnum int2, what text, reason text default null) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    delete from schemaguard.permit where xid < pg_snapshot_xmin(pg_current_snapshot());
    insert into schemaguard.permit (xid, relid, attnum, what, reason) values (pg_current_xact_id(), $1, $2, $3, $4);
end $$;

create or replace function schemaguard.permit_acts(rel oid, att int2, reason text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform schemaguard.allow(rel, att, 'drop', reason);
    perform schemaguard.allow(rel, att, 'rewrite', reason);
    perform schemaguard.allow(rel, att, 'shape', reason);
end $$;

create or replace function schemaguard.withdraw() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from schemaguard.permit p where p.xid = pg_current_xact_id_if_assigned() and p.what not in ('shape', 'type', 'rows');
end $$;

create or replace function schemaguard.end_acts() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform schemaguard.withdraw();
end $$;

create or replace function schemaguard.is_operator() returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return exists (
        select from pg_roles r
        where r.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user::text) and (r.rolsuper or exists (
            select from pg_roles o where o.rolname = 'schemaguard_operator' and pg_has_role(r.oid, o.oid, 'member'))));
end $$;

create or replace function schemaguard.hatch() returns text
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    why text := nullif(current_setting('schemaguard.permit', true), '');
begin
    if why is null or schemaguard.is_migrating() or not schemaguard.is_operator() then
        return null;
    end if;
    return why;
end $$;

create or replace function schemaguard.stands() returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return 4 = (select count(*) from pg_event_trigger e where e.evtname like 'schemaguard\_%' and e.evtenabled = 'A')
        and exists (select from pg_trigger t where t.tgrelid = 'schemaguard.touched'::regclass and t.tgenabled = 'A');
end $$;

create or replace function schemaguard.is_kept(relation oid, schema_of text) returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select from schemaguard.promise p where p.relid = relation and (p.kind = 'retired' or p.until is null or p.until > now()))
        or exists (select from schemaguard.fence f where f.keep = 'all' and not schema_of = any (f.left_out));
end $$;

create or replace function schemaguard.is_permitted(relation oid, attribute int2, act text) returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return exists (
        select from schemaguard.permit p
        where p.xid = pg_current_xact_id_if_assigned() and p.relid in (relation, 0) and p.attnum in (attribute, -1)
            and p.what in (act, 'any') and (p.what <> 'type' or p.evidence is null or schemaguard.is_wider(relation, attribute)));
end $$;

create or replace function schemaguard.spelled(rel oid) returns text
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = rel);
end $$;

create or replace function schemaguard.relation_of(act jsonb, anchor oid) returns oid
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if not act ? 'rel' then
        return null;
    elsif anchor = 'schemaguard.retired_object'::regclass::oid and exists (select from pg_class c where c.oid = (act ->> 'rel')::oid) then
        return (act ->> 'rel')::oid;
    end if;
    return to_regclass(format('%I.%I', act ->> 'schema', act ->> 'table'))::oid;
end $$;

create or replace function schemaguard.wants_value(acts jsonb) returns boolean
    language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select from jsonb_array_elements(acts) a where a ->> 'act' in ('to_base_type', 'drop_not_null'));
end $$;

create or replace function schemaguard.class_of(acts jsonb) returns text
    language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case when schemaguard.wants_value(acts) then 'needs values'
        when exists (select from jsonb_array_elements(acts) a where a ->> 'act' in ('detach', 'no_inherit')
        or (a ->> 'act' = 'drop_constraint' and a ->> 'kind' <> 'f') or (a ->> 'act' = 'drop_index' and (a ->> 'unique')::boolean))
        then 'slow' else 'instant' end;
end $$;

create or replace function schemaguard.covered(whole jsonb) returns jsonb
    language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_object_agg(e.key, e.value) from jsonb_each(whole) e where e.value <> 'null');
end $$;

create or replace function schemaguard.still_owed(relid oid, attnum int2) returns jsonb
    language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    acts jsonb;
begin
    if not exists (select from schemaguard.debt d where d.paid_at is null and d.given_up_at is null) then
        return '[]';
    end if;
    with moved as (
        update schemaguard.debt d set given_up_at = now(), why = 'it was retired again'
        from schemaguard.retired_object r
        where r.id = d.retired_object and r.relid = $1 and r.attnum = $2 and d.paid_at is null and d.given_up_at is null
            and schemaguard.is_debt(d.act)
        returning d.id, d.act - 'anchor' - 'fill' as act)
    select coalesce(jsonb_agg(act order by id desc) filter (where act ->> 'act' <> 'unset_default'), '[]') into acts from moved;
    return acts;
end $$;

create or replace function schemaguard.unanswered(relation oid, attribute int2) returns text[]
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from schemaguard.promise p where (p.relid, p.attnum) = (relation, attribute) and p.kind = 'promised') then
        return null;
    end if;
    return (
        select array_agg(distinct reader order by reader)
        from schemaguard.promise p, unnest(p.readers) reader,
            lateral (select concat_ws('.', nullif(p.relation_schema, 'public'), p.relation_name, p.attribute_name) as object) o
        where (p.relid, p.attnum) = (relation, attribute) and p.kind = 'promised' and schemaguard.is_live(p) and not exists (
            select from schemaguard.ledger l, lateral (select l.entry::jsonb -> 'payload' as facts) e
            where l.event = 'override-granted' and l.model = split_part(reader, '@', 1)
                and coalesce(facts ->> 'version', '') = split_part(reader, '@', 2) and facts ->> 'object' = object
                and (facts ->> 'until')::date >= current_date));
end $$;

create or replace function schemaguard.fill_of_revision(rel oid, att int2) returns text
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    fills text := coalesce(nullif(current_setting('schemaguard.fills', true), ''), '[]');
begin
    if fills = '[]' then
        return null;
    end if;
    return (
        select said ->> 'fill' from jsonb_array_elements(fills::jsonb) said
        join pg_namespace n on n.nspname = said ->> 'schema' join pg_class c on c.relnamespace = n.oid and c.relname = said ->> 'table'
        join pg_attribute a on a.attrelid = c.oid and a.attname = said ->> 'column'
        where c.oid = rel and a.attnum = att limit 1);
end $$;

create or replace function schemaguard.declared_fill(rel oid, att int2) returns text
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce((
        select custom ->> 'value'
        from schemaguard.contract c, jsonb_array_elements(c.document -> 'schema') t, jsonb_array_elements(t -> 'properties') p,
            jsonb_array_elements(p -> 'customProperties') custom, pg_attribute a
        where a.attrelid = rel and a.attnum = att and custom ->> 'property' = 'fill'
            and coalesce(p ->> 'physicalName', p ->> 'name') in (a.attname, quote_ident(a.attname))
            and to_regclass(case when t ->> 'physicalName' like '%.%' then t ->> 'physicalName' else 'public.' || quote_ident(coalesce(t ->> 'physicalName', t ->> 'name')) end) = rel
        order by c.published_at desc limit 1), schemaguard.fill_of_revision(rel, att));
end $$;

create or replace function schemaguard.belongs_to(retired bigint, applied bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if applied is not null then
        update schemaguard.retired_object r set applied_change = applied
            where r.id = retired and r.retired_at = now() and r.operation is null and r.applied_change is null;
    end if;
end $$;
