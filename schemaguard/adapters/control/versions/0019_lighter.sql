-- The same verdicts in less time: what every statement of a migration, and every commit, pays for.

create or replace function schemaguard.refuse_migration() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- Our own functions, which run as who owns everything here: said by names alone, without asking the catalog.
    if current_user = 'schemaguard_control' then
        return null;
    end if;
    if current_user <> pg_get_userbyid((select c.relowner from pg_class c where c.oid = tg_relid)) and schemaguard.is_migrating() then
        raise exception using errcode = 'SG005', message = format('schemaguard: a migration may not write %I.%I', tg_table_schema, tg_table_name),
            hint = 'leave it to schemaguard''s own commands';
    end if;
    return null;
end $$;

create or replace function schemaguard.begin_revision(revision text, token text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if current_setting('schemaguard.revision', true) <> '' and exists (
            select from schemaguard.migrating m where m.pid = pg_backend_pid()
                and m.token = sha256(convert_to(begin_revision.token, 'UTF8'))) then
        perform set_config('schemaguard.revision', revision, false);
        return;
    end if;
    delete from schemaguard.migrating m where not exists (
        select from pg_stat_get_activity(null) a where a.pid = m.pid and coalesce(a.backend_start, m.started) = m.started);
    insert into schemaguard.migrating as m (pid, started, revision, token)
        values (pg_backend_pid(), schemaguard.session_start(), begin_revision.revision, sha256(convert_to(begin_revision.token, 'UTF8')))
        on conflict (pid) do update set revision = excluded.revision where m.token = excluded.token;
    perform set_config('schemaguard.revision', revision, false);
end $$;

create or replace function schemaguard.fence_end() returns event_trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    partition record;
    ours text;
    is_any boolean;
begin
    -- These take nothing out of sight, or the drop itself was looked at.
    if tg_tag in ('COMMENT', 'GRANT', 'REVOKE', 'CREATE INDEX', 'REINDEX', 'CREATE SEQUENCE', 'REFRESH MATERIALIZED VIEW',
            'CREATE TYPE', 'CREATE DOMAIN', 'CREATE EXTENSION', 'ALTER DEFAULT PRIVILEGES', 'CREATE POLICY', 'CREATE STATISTICS',
            'DROP TABLE', 'DROP INDEX', 'DROP SEQUENCE', 'DROP TYPE', 'DROP DOMAIN', 'DROP POLICY', 'DROP STATISTICS') then
        return;
    end if;
    if tg_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE MATERIALIZED VIEW', 'CREATE SCHEMA') then
        if exists (select from schemaguard.made m where m.xid < pg_snapshot_xmin(pg_current_snapshot())) then
            delete from schemaguard.made m where m.xid < pg_snapshot_xmin(pg_current_snapshot());
        end if;
        insert into schemaguard.made (xid, relid)
            select pg_current_xact_id(), d.objid from pg_event_trigger_ddl_commands() d join pg_class c on c.oid = d.objid
            where d.classid = 'pg_class'::regclass and c.relpersistence <> 't' and d.command_tag like 'CREATE%'
                and c.relkind in ('r', 'p', 'm')
            on conflict do nothing;
    end if;
    if tg_tag in ('CREATE TABLE', 'ALTER TABLE', 'CREATE SCHEMA') and exists (
            select from schemaguard.promise above where above.attnum = 0 and above.kind = 'promised') then
        -- Rows that lie in a partition of a promised table are promised, too, in one that is made later as well.
        for partition in
            insert into schemaguard.promise as p (relid, attnum, relation_schema, relation_name, readers, until, parent)
                select i.inhrelid, 0, n.nspname, c.relname, above.readers, above.until, above.relid
                from pg_event_trigger_ddl_commands() d
                join pg_inherits i on d.objid in (i.inhrelid, i.inhparent)
                join schemaguard.promise above on above.relid = i.inhparent and above.attnum = 0 and above.kind = 'promised'
                join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
                where d.classid = 'pg_class'::regclass
                on conflict do nothing
                returning p.relid
        loop
            begin
                perform schemaguard.fence_table(partition.relid);
            exception when insufficient_privilege then
                null;  -- Its drop and its detaching are refused anyway; status says that its triggers are missing.
            end;
        end loop;
    end if;
    if tg_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') then
        return;  -- Nothing disappears.
    end if;
    select bool_or(d.schema_name is distinct from 'pg_temp'), min(d.object_identity) filter (
            where d.schema_name = 'schemaguard' or d.object_type = 'schema' and d.object_identity = 'schemaguard')
        into is_any, ours from pg_event_trigger_ddl_commands() d;
    if tg_tag = 'ALTER TABLE' and is_any is not true then
        return;
    end if;
    if ours is not null and schemaguard.hatch() is null and not schemaguard.is_permitted(0, 0::int2, 'control') then
        raise exception using errcode = 'SG005',
            message = format('schemaguard: %s would change %s, which guards this database', tg_tag, ours),
            hint = 'as an operator: begin; set local schemaguard.permit = ''why''; …; commit';
    end if;
    if tg_tag like 'DROP %' and schemaguard.hatch() is null and not schemaguard.stands() then
        raise exception using errcode = 'SG005', message = format('schemaguard: %s would take the fence down', tg_tag),
            hint = 'schemaguard fence --off takes it down, and says so in status';
    end if;
    perform schemaguard.mark();
end $$;

create or replace function schemaguard.fence_commit() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    bad jsonb;
    is_broken boolean := false;
    why text;
begin
    delete from schemaguard.touched t where t.xid = new.xid;
    perform schemaguard.anchor_again();
    if exists (select from schemaguard.promise p where p.kind = 'promised') then
        -- Views are made anew by dropping them: one that is there again by name and column is the same one.
        perform schemaguard.find_views_again();
        select jsonb_agg(to_jsonb(b)) filter (where not schemaguard.is_permitted(b.relid, b.attnum, b.act)), count(*) > 0
            into bad, is_broken from schemaguard.broken() b;
    end if;
    why := schemaguard.hatch();
    if bad is not null and why is null then
        raise exception using errcode = 'SG003',
            message = 'schemaguard: this would break what is promised: ' || (
                select string_agg(format('%s (%s)', x ->> 'what', (select string_agg(r, ', ') from jsonb_array_elements_text(x -> 'readers') r)), '; ')
                from jsonb_array_elements(bad) x),
            detail = bad::text,
            hint = 'wait until the release window of who reads it is over: schemaguard window show; or, as an operator: '
                'begin; set local schemaguard.permit = ''why''; …; commit';
    end if;
    if bad is not null then
        insert into schemaguard.fence_log (tag, object, reason) select 'COMMIT', x ->> 'what', why from jsonb_array_elements(bad) x;
    end if;
    if (select f.is_wanted from schemaguard.fence f) and why is null and not schemaguard.stands() then
        raise exception using errcode = 'SG005', message = 'schemaguard: this would take the fence down',
            hint = 'schemaguard fence --off takes it down, and says so in status';
    end if;
    if is_broken then
        -- A type whose every value is kept is the promised one from now on.
        update schemaguard.promise p set type = a.atttypid, typmod = a.atttypmod, labels = schemaguard.labels_of(a.atttypid)
            from schemaguard.broken() b join pg_attribute a on (a.attrelid, a.attnum) = (b.relid, b.attnum)
            where b.act = 'type' and why is null and (p.relid, p.attnum) = (b.relid, b.attnum);
        update schemaguard.promise p set broken_since = now() from schemaguard.broken() b where (p.relid, p.attnum) = (b.relid, b.attnum);
    end if;
    -- Where what is retired lies is needed after a dump.
    update schemaguard.promise p set relation_schema = n.nspname, relation_name = c.relname,
            attribute_name = (select a.attname from pg_attribute a where a.attrelid = p.relid and a.attnum = p.attnum and p.attnum > 0)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where p.kind = 'retired' and c.oid = p.relid and (n.nspname, c.relname, coalesce(p.attribute_name, '')) is distinct from (
            p.relation_schema, p.relation_name,
            coalesce((select a.attname from pg_attribute a where a.attrelid = p.relid and a.attnum = p.attnum and p.attnum > 0), ''));
    delete from schemaguard.permit t where t.xid = new.xid;
    delete from schemaguard.made t where t.xid = new.xid;
    return null;
end $$;

create or replace function schemaguard.verify_rewrites() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    done record;
    found text;
begin
    if not exists (select from schemaguard.permit p where p.xid = pg_current_xact_id_if_assigned() and p.what = 'rewrite') then
        return;
    end if;
    for done in
        delete from schemaguard.permit p where p.xid = pg_current_xact_id_if_assigned() and p.what = 'rewrite'
            and p.evidence ? 'digest' and (p.evidence ->> 'file')::oid is distinct from pg_relation_filenode(p.relid)
        returning p.relid, p.evidence
    loop
        begin
            found := schemaguard.digest_of(done.relid, done.evidence -> 'columns');
        exception when data_exception or cannot_coerce or integrity_constraint_violation then
            found := null;
        end;
        if found is distinct from done.evidence ->> 'digest' then
            raise exception using errcode = 'SG002',
                message = format('schemaguard: this rewrites values of %s that somebody was promised', schemaguard.spelled(done.relid)),
                detail = jsonb_build_object('relid', done.relid::bigint, 'object', schemaguard.spelled(done.relid))::text,
                hint = 'an operator may permit it: begin; set local schemaguard.permit = ''why''; …; commit';
        end if;
    end loop;
end $$;

create or replace function schemaguard.canonical(value jsonb) returns text
    language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
    case jsonb_typeof(value)
        when 'object' then
            return '{' || coalesce((select string_agg(to_jsonb(e.key)::text || ':' ||
                case when jsonb_typeof(e.value) in ('object', 'array') then schemaguard.canonical(e.value) else e.value::text end, ','
                order by e.key collate "C") from jsonb_each(value) e), '') || '}';
        when 'array' then
            return '[' || coalesce((select string_agg(
                case when jsonb_typeof(e.value) in ('object', 'array') then schemaguard.canonical(e.value) else e.value::text end, ',' order by e.ordinality)
                from jsonb_array_elements(value) with ordinality e), '') || ']';
        else
            return value::text;
    end case;
end $$;

create or replace function schemaguard.record_row() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp set timezone = 'UTC' set extra_float_digits = 1 as $$
declare
    before jsonb;
    after jsonb;
    other text[];
begin
    if tg_op <> 'INSERT' then
        before := schemaguard.covered(to_jsonb(old));
    end if;
    if tg_op <> 'DELETE' then
        after := schemaguard.covered(to_jsonb(new));
    end if;
    if before = after then
        return null;
    end if;
    -- Of a row that is new, all columns are.
    other := case when tg_op = 'INSERT' then '{}'::text[] else array(
        select coalesce(b.key, a.key) from jsonb_each(before) b full join jsonb_each(after) a on a.key = b.key
        where a.value is distinct from b.value order by 1) end;
    insert into schemaguard.unrecorded as u (relation, key, digest, is_new, changed)
        select tg_table_name, jsonb_agg(coalesce(after, before) -> k.name order by k.place),
            sha256(convert_to(after::text, 'UTF8')), tg_op = 'INSERT', other
        from unnest(tg_argv) with ordinality as k (name, place)
        on conflict (relation, key) do update set digest = excluded.digest, is_new = u.is_new or excluded.is_new,
            changed = array(select distinct c from unnest(u.changed || excluded.changed) c order by 1);
    return null;
end $$;

-- What was SQL alone is planned once a session this way, not in each transaction.

create or replace function schemaguard.broken() returns table (relid oid, attnum int2, act text, what text, readers text[])
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query with live as (
        select p.* from schemaguard.promise p
        where p.kind = 'promised' and p.broken_since is null and (p.until is null or p.until > now())
    ), seen as (
        select p.*, c.oid as there, c.relkind, c.relname, n.nspname, a.attname, a.atttypid, a.atttypmod,
            p.attnum > 0 and (a.attnum is null or a.attisdropped) as is_gone
        from live p left join pg_class c on c.oid = p.relid left join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = p.relid and a.attnum = p.attnum and p.attnum > 0
    )
    select s.relid, s.attnum,
        case when s.attnum > 0 and not s.is_gone and (not s.by_name or s.attname = s.attribute_name)
            and (s.atttypid, s.atttypmod) is distinct from (s.type, s.typmod) then 'type' else 'shape' end,
        case
            when s.there is null then format('%I.%I is gone', s.relation_schema, s.relation_name)
            when s.is_gone then format('%I.%I.%I is gone', s.relation_schema, s.relation_name, s.attribute_name)
            when s.attnum = 0 then
                format('%I.%I is now %I.%I', s.relation_schema, s.relation_name, s.nspname, s.relname)
            when s.by_name and s.attnum > 0 and s.attname <> s.attribute_name then
                format('%I.%I.%I is now %I', s.relation_schema, s.relation_name, s.attribute_name, s.attname)
            when (s.atttypid, s.atttypmod) is distinct from (s.type, s.typmod) then
                format('%I.%I.%I is now %s', s.relation_schema, s.relation_name, s.attribute_name, format_type(s.atttypid, s.atttypmod))
            else format('an enum label of %I.%I.%I is gone', s.relation_schema, s.relation_name, s.attribute_name)
        end, s.readers
    from seen s
    where s.there is null or s.is_gone
        or s.by_name and s.attnum = 0 and (s.relname, s.nspname) is distinct from (s.relation_name, s.relation_schema)
        or s.by_name and s.attnum > 0 and s.attname <> s.attribute_name
        or s.attnum > 0 and ((s.atttypid, s.atttypmod) is distinct from (s.type, s.typmod)
            or s.labels is not null and not s.labels <@ coalesce(schemaguard.labels_of(s.type), '{}'))
    union all
    select p.relid, p.attnum, 'shape', format('%I.%I is no partition of %s any more', p.relation_schema, p.relation_name, p.parent::regclass), p.readers
    from live p where p.parent is not null and not exists (
        select from pg_inherits i where i.inhrelid = p.relid and i.inhparent = p.parent and not i.inhdetachpending)
    union all
    select p.relid, p.attnum, 'shape', format('the fence of %I.%I is off', p.relation_schema, p.relation_name), p.readers
    from live p where p.attnum = 0 and exists (select from pg_trigger t where t.tgrelid = p.relid and t.tgname like 'zz\_schemaguard\_%' and t.tgenabled not in ('O', 'A'));
end $$;

create or replace function schemaguard.find_views_again() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    with lost as (
        select p.relid, p.attnum, c.oid as new_relid, case when p.attnum = 0 then 0::int2 else a.attnum end as new_attnum
        from schemaguard.promise p
        join pg_namespace n on n.nspname = p.relation_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = p.relation_name and c.relkind in ('v', 'm')
        left join pg_attribute a on a.attrelid = c.oid and a.attname = p.attribute_name and not a.attisdropped
        where p.kind = 'promised' and not exists (select from pg_class was where was.oid = p.relid)
            and (p.attnum = 0 or (a.atttypid, a.atttypmod) = (p.type, p.typmod))
    )
    update schemaguard.promise p set relid = l.new_relid, attnum = l.new_attnum from lost l
    where (p.relid, p.attnum) = (l.relid, l.attnum);
end $$;

create or replace function schemaguard.write_applied(number bigint, revision text, parents text[], statement text, performed text[], change jsonb,
        inverse text[], inverse_class text) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    written bigint;
begin
    insert into schemaguard.applied_change (id, revision, parents, position, statement, performed, change, inverse, inverse_class)
    overriding system value
    select coalesce($1, nextval('schemaguard.applied_change_id_seq')), $2, $3,
        (select count(*) from schemaguard.applied_change a where a.revision = $2), $4, $5, $6, $7, $8
    returning id into written;
    return written;
end $$;
