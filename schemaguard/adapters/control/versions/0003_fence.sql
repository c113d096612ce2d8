-- The fence: the server itself refuses what would destroy a value that is kept or promised. It knows objects by number
-- (relation oid, attribute number), so that no name, search_path or language stands between a statement and the verdict.
-- Its event triggers are made by `schemaguard fence --on` (also: install), which takes a superuser or what a cloud calls so.

-- One row: what is kept, which schemas aren't, and the oid that `promise` had when the numbers were right.
create table schemaguard.fence (
    is_row boolean primary key default true check (is_row),
    is_wanted boolean,                     -- null: nobody has said yet; install puts it up
    keep text not null default 'all' check (keep in ('all', 'contracts')),
    left_out text[] not null default '{}',
    anchor oid
);

-- What somebody reads or writes, or what is retired: attnum 0 is the table itself.
create table schemaguard.promise (
    relid oid not null,
    attnum int2 not null,
    kind text not null default 'promised' check (kind in ('promised', 'retired')),
    relation_schema name not null,         -- where it is found again after a dump and restore, when oids differ
    relation_name name not null,
    attribute_name name,
    type oid,
    typmod integer,
    labels text[],                         -- of an enum
    by_name boolean not null default false, -- somebody reads the table itself, not a contract view
    readers text[] not null default '{}',  -- such as fraud@7
    until timestamptz,                     -- when the last window ends; null: nobody knows yet
    parent oid,                            -- of a partition: rows that leave it are lost to the reader
    broken_since timestamptz,              -- a permit let it be broken; later statements aren't refused for that
    primary key (relid, attnum)
);

-- What this one transaction may do to that object. relid 0: any relation; attnum -1: anything of it.
create unlogged table schemaguard.permit (xid xid8 not null, relid oid not null, attnum int2 not null, what text not null, reason text);
create index permit_xid on schemaguard.permit (xid);
-- Tables that this transaction has made itself: it may drop them again.
create unlogged table schemaguard.made (xid xid8 not null, relid oid not null, primary key (xid, relid));
-- The transactions whose promises are checked when they commit.
create unlogged table schemaguard.touched (xid xid8 primary key);

create table schemaguard.fence_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    who text not null default session_user,
    application text default current_setting('application_name', true),
    tag text not null,
    object text not null,
    reason text not null,
    query text
);

insert into schemaguard.fence (anchor) values ('schemaguard.promise'::regclass);

-- Permits

create function schemaguard.allow(relid oid, attnum int2, what text, reason text default null) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from schemaguard.permit where xid < pg_snapshot_xmin(pg_current_snapshot());
    insert into schemaguard.permit (xid, relid, attnum, what, reason) values (pg_current_xact_id(), $1, $2, $3, $4);
$$;
revoke execute on function schemaguard.allow(oid, int2, text, text) from public;

-- What was allowed for one act ends with it; a changed shape is looked at when the transaction commits.
create function schemaguard.withdraw() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from schemaguard.permit where xid = pg_current_xact_id_if_assigned() and what not in ('shape', 'type', 'rows')
$$;

create function schemaguard.is_permitted(relation oid, attribute int2, act text) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from schemaguard.permit p
        where p.xid = pg_current_xact_id_if_assigned() and p.relid in (relation, 0) and p.attnum in (attribute, -1)
            and p.what in (act, 'any'))
$$;

-- The hatch: SET LOCAL schemaguard.permit = 'why', for members of schemaguard_operator only, and never for a migration.
create function schemaguard.hatch() returns text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select nullif(current_setting('schemaguard.permit', true), '')
    from (select coalesce(nullif(current_setting('role'), 'none'), session_user::text) as name) asking
    join pg_roles r on r.rolname = asking.name
    where coalesce(current_setting('schemaguard.revision', true), '') = ''
        and (r.rolsuper or exists (
            select from pg_roles o where o.rolname = 'schemaguard_operator' and pg_has_role(r.oid, o.oid, 'member')))
$$;

-- Event triggers run as whoever makes an object, so whatever is called below is found by its full name.

create function schemaguard.is_kept(relation oid, schema_of text) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from schemaguard.promise p where p.relid = relation and (p.kind = 'retired' or p.until is null or p.until > now()))
        or exists (select from schemaguard.fence f where f.keep = 'all' and not schema_of = any (f.left_out))
$$;

-- Whether a type's values lie in some table: as a column, an array, below a domain, or within another composite type.
create function schemaguard.is_stored(type oid) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with recursive using_it (oid) as (
        select type
        union
        select other.oid from using_it u, lateral (
            select t.oid from pg_type t where t.typelem = u.oid or t.typbasetype = u.oid
            union all
            select c.reltype from pg_attribute a join pg_class c on c.oid = a.attrelid
            where a.atttypid = u.oid and c.relkind = 'c' and not a.attisdropped) other
    )
    select exists (
        select from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relkind in ('r', 'p', 'm') and not a.attisdropped and a.attnum > 0
            and a.atttypid in (select oid from using_it))
$$;

-- After a dump and restore every oid is another: the numbers are found again by name, once.
create function schemaguard.anchor_again() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found jsonb;
begin
    if (select anchor from schemaguard.fence) = 'schemaguard.promise'::regclass::oid then
        return;
    end if;
    delete from schemaguard.permit;
    delete from schemaguard.made;
    select jsonb_agg(to_jsonb(p) || jsonb_build_object(
            'relid', c.oid, 'attnum', case when p.attnum = 0 then 0 else a.attnum end, 'type', a.atttypid, 'typmod', a.atttypmod,
            'parent', (select i.inhparent from pg_inherits i where i.inhrelid = c.oid and p.parent is not null limit 1)))
        into found
        from schemaguard.promise p
        join pg_namespace n on n.nspname = p.relation_schema
        join pg_class c on c.relnamespace = n.oid and c.relname = p.relation_name
        left join pg_attribute a on a.attrelid = c.oid and a.attname = p.attribute_name and not a.attisdropped
        where p.attnum = 0 or a.attnum is not null;
    delete from schemaguard.promise;
    insert into schemaguard.promise select * from jsonb_populate_recordset(null::schemaguard.promise, found) on conflict do nothing;
    update schemaguard.fence set anchor = 'schemaguard.promise'::regclass;
end $$;
revoke execute on function schemaguard.anchor_again() from public;

-- sql_drop: whatever would take values along, in the statement itself or in its cascade.
create function schemaguard.fence_drop() returns event_trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    dropped record;
    lost jsonb := '[]';
    why text;
begin
    perform schemaguard.anchor_again();
    for dropped in
        select d.objid, d.objsubid::int2 as attnum, d.object_identity, d.object_type, d.schema_name, d.classid,
            d.original, d.address_names
        from pg_event_trigger_dropped_objects() d
        where not d.is_temporary and (
            d.schema_name = 'schemaguard'
            or d.object_type = 'trigger' and d.original
            or d.object_type = 'schema' and d.object_identity = 'schemaguard'
            or d.object_type in ('table', 'table column', 'materialized view')
            or d.object_type = 'composite type column' and schemaguard.is_stored((select c.reltype from pg_class c where c.oid = d.objid)))
    loop
        if dropped.schema_name = 'schemaguard' or dropped.object_type = 'schema'
            or dropped.object_type = 'trigger' and dropped.address_names[array_length(dropped.address_names, 1)]
                in ('zz_schemaguard_truncate', 'zz_schemaguard_rows', 'schemaguard_held')
        then
            why := schemaguard.hatch();
            if why is null then
                raise exception using errcode = 'SG005',
                    message = format('schemaguard: %s would take away %s, which guards this database', tg_tag, dropped.object_identity),
                    hint = 'schemaguard fence --off takes the fence down';
            end if;
            continue;
        end if;
        continue when dropped.object_type = 'trigger' or dropped.object_type = 'schema';
        continue when not schemaguard.is_kept(dropped.objid, dropped.schema_name);
        continue when exists (
            select from schemaguard.made m where m.xid = pg_current_xact_id_if_assigned() and m.relid = dropped.objid);
        why := case when schemaguard.is_permitted(dropped.objid, dropped.attnum, 'drop') then 'a permit' else schemaguard.hatch() end;
        if why is null then
            lost := lost || jsonb_build_object(
                'relid', dropped.objid::bigint, 'attnum', dropped.attnum, 'object', dropped.object_identity, 'type', dropped.object_type,
                'readers', coalesce((select to_jsonb(p.readers) from schemaguard.promise p where (p.relid, p.attnum) = (dropped.objid, dropped.attnum)), '[]'));
        else
            if why <> 'a permit' then
                insert into schemaguard.fence_log (tag, object, reason, query) values (tg_tag, dropped.object_identity, why, current_query());
            end if;
            delete from schemaguard.promise p where p.relid = dropped.objid and dropped.attnum in (p.attnum, 0);
        end if;
    end loop;
    if lost <> '[]' then
        raise exception using errcode = 'SG001',
            message = format('schemaguard: %s would destroy %s', tg_tag, (select string_agg(x ->> 'object', ', ') from jsonb_array_elements(lost) x)),
            detail = lost::text,
            hint = 'run it as an Alembic revision under the guard, which retires it with its data; or, as an operator: '
                'begin; set local schemaguard.permit = ''why''; …; commit';
    end if;
end $$;

-- table_rewrite: which column and how isn't told, so every rewrite for a column's type counts as lossy without a permit.
-- See https://www.postgresql.org/docs/18/functions-event-triggers.html (reason 4: a column's type).
create function schemaguard.fence_rewrite() returns event_trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    relation oid := pg_event_trigger_table_rewrite_oid();
    place record;
    why text;
begin
    if pg_event_trigger_table_rewrite_reason() & 4 = 0 then
        return;
    end if;
    select n.nspname, c.relname, c.relpersistence, format('%I.%I', n.nspname, c.relname) as name into place
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation;
    -- A table without a block has no row that could lose anything.
    if place.relpersistence = 't' or not schemaguard.is_kept(relation, place.nspname) or pg_relation_size(relation) = 0
        or schemaguard.is_permitted(relation, 0::int2, 'rewrite')
        or exists (select from schemaguard.made m where m.xid = pg_current_xact_id_if_assigned() and m.relid = relation)
    then
        return;
    end if;
    why := schemaguard.hatch();
    if why is not null then
        insert into schemaguard.fence_log (tag, object, reason, query) values (tg_tag, place.name, why, current_query());
        return;
    end if;
    raise exception using errcode = 'SG002',
        message = format('schemaguard: %s would rewrite every value of a column of %s', tg_tag, place.name),
        detail = jsonb_build_object('relid', relation::bigint, 'object', place.name)::text,
        hint = 'run it as an Alembic revision under the guard, which knows whether every value is kept; or, as an operator: '
            'begin; set local schemaguard.permit = ''why''; …; commit';
end $$;

-- The promises are checked when the transaction commits, once, whatever its statements were.
create function schemaguard.mark() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into schemaguard.touched (xid) values (pg_current_xact_id()) on conflict do nothing
$$;

-- ddl_command_start of drops: the mark lies there before anything is gone, and what has a mark can't be dropped.
create function schemaguard.fence_start() returns event_trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_tag in ('DROP EXTENSION', 'DROP LANGUAGE') and current_query() ~* 'plpgsql' and schemaguard.hatch() is null then
        raise exception using errcode = 'SG005', message = format('schemaguard: %s would take the fence down', tg_tag),
            hint = 'schemaguard fence --off takes it down, and says so in status';
    end if;
    perform schemaguard.mark();
end $$;

-- Whether every event trigger is there, for every session, and the promises are checked.
create function schemaguard.stands() returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select 4 = (select count(*) from pg_event_trigger e where e.evtname like 'schemaguard\_%' and e.evtenabled = 'A')
        and exists (select from pg_trigger t where t.tgrelid = 'schemaguard.touched'::regclass and t.tgenabled = 'A')
$$;

create function schemaguard.fence_end() returns event_trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    partition record;
    ours text;
begin
    -- These take nothing out of sight, or the drop itself was looked at.
    if tg_tag in ('COMMENT', 'GRANT', 'REVOKE', 'CREATE INDEX', 'REINDEX', 'CREATE SEQUENCE', 'REFRESH MATERIALIZED VIEW',
            'CREATE TYPE', 'CREATE DOMAIN', 'CREATE EXTENSION', 'ALTER DEFAULT PRIVILEGES', 'CREATE POLICY', 'CREATE STATISTICS',
            'DROP TABLE', 'DROP INDEX', 'DROP SEQUENCE', 'DROP TYPE', 'DROP DOMAIN', 'DROP POLICY', 'DROP STATISTICS') then
        return;
    end if;
    if tg_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE MATERIALIZED VIEW', 'CREATE SCHEMA') then
        delete from schemaguard.made m where m.xid < pg_snapshot_xmin(pg_current_snapshot());
        insert into schemaguard.made (xid, relid)
            select pg_current_xact_id(), d.objid from pg_event_trigger_ddl_commands() d join pg_class c on c.oid = d.objid
            where d.classid = 'pg_class'::regclass and c.relpersistence <> 't' and d.command_tag like 'CREATE%'
                and c.relkind in ('r', 'p', 'm')
            on conflict do nothing;
    end if;
    if tg_tag in ('CREATE TABLE', 'ALTER TABLE', 'CREATE SCHEMA') then
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
    if tg_tag = 'ALTER TABLE' and not exists (
            select from pg_event_trigger_ddl_commands() d where d.schema_name is distinct from 'pg_temp') then
        return;
    end if;
    select d.object_identity into ours from pg_event_trigger_ddl_commands() d
        where d.schema_name = 'schemaguard' or d.object_type = 'schema' and d.object_identity = 'schemaguard' limit 1;
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

create function schemaguard.labels_of(type oid) returns text[]
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = type
$$;

-- What is promised and doesn't hold any more; `act` is what would have to be permitted: a column's `type`, or its `shape`.
create function schemaguard.broken() returns table (relid oid, attnum int2, act text, what text, readers text[])
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with live as (
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
    from live p where p.attnum = 0 and exists (select from pg_trigger t where t.tgrelid = p.relid and t.tgname like 'zz\_schemaguard\_%' and t.tgenabled not in ('O', 'A'))
$$;

create function schemaguard.fence_commit() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    bad jsonb;
    why text;
begin
    delete from schemaguard.touched t where t.xid = new.xid;
    perform schemaguard.anchor_again();
    -- Views are made anew by dropping them: one that is there again by name and column is the same one.
    perform schemaguard.find_views_again();
    select jsonb_agg(to_jsonb(b)) into bad from schemaguard.broken() b where not schemaguard.is_permitted(b.relid, b.attnum, b.act);
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
    -- A type whose every value is kept is the promised one from now on.
    update schemaguard.promise p set type = a.atttypid, typmod = a.atttypmod, labels = schemaguard.labels_of(a.atttypid)
        from schemaguard.broken() b join pg_attribute a on (a.attrelid, a.attnum) = (b.relid, b.attnum)
        where b.act = 'type' and why is null and (p.relid, p.attnum) = (b.relid, b.attnum);
    update schemaguard.promise p set broken_since = now() from schemaguard.broken() b where (p.relid, p.attnum) = (b.relid, b.attnum);
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

create function schemaguard.find_views_again() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
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
    where (p.relid, p.attnum) = (l.relid, l.attnum)
$$;

create constraint trigger fence_commit after insert on schemaguard.touched
    deferrable initially deferred for each row execute function schemaguard.fence_commit();
alter table schemaguard.touched enable always trigger fence_commit;

-- TRUNCATE raises no event; UPDATE and DELETE are the application's business, except in a migration.
create function schemaguard.refuse_rows(relation oid, name text, act text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    readers text[];
    why text;
begin
    -- A parent's rows lie in its partitions and children as well.
    with recursive below (oid) as (
        select relation
        union
        select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent
    )
    select array_agg(distinct coalesce(r, '') order by coalesce(r, '')) into readers
    from below b join schemaguard.promise p on p.relid = b.oid left join unnest(p.readers) r on true
    where p.kind = 'retired' and p.attnum = 0
        or p.kind = 'promised' and p.broken_since is null and (p.until is null or p.until > now());
    if readers is null or schemaguard.is_permitted(relation, 0::int2, 'rows') then
        return;
    end if;
    why := schemaguard.hatch();
    if why is not null then
        insert into schemaguard.fence_log (tag, object, reason, query) values (act, name, why, current_query());
        return;
    end if;
    raise exception using errcode = 'SG004',
        message = format('schemaguard: %s would change or delete values of %s, which %s relies on', act, name,
            coalesce(nullif(array_to_string(readers, ', '), ''), 'a retirement')),
        detail = jsonb_build_object('relid', relation::bigint, 'object', name, 'act', act, 'readers', to_jsonb(readers))::text,
        hint = format('wait until the release window is over, or say in the revision what is lost: # schemaguard: loses %s -- why', name);
end $$;

create function schemaguard.fence_rows() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- A subscriber applies what its publisher did.
    if tg_op = 'TRUNCATE' and current_setting('session_replication_role') = 'replica'
        and (select a.backend_type from pg_stat_get_activity(pg_backend_pid()) a) like 'logical replication%' then
        return null;
    end if;
    -- Where each row is looked at, only promised values that differ count.
    if tg_op <> 'UPDATE' or not exists (select from pg_trigger t where t.tgrelid = tg_relid and t.tgname = 'zz_schemaguard_values' and t.tgenabled = 'A') then
        perform schemaguard.refuse_rows(tg_relid, format('%I.%I', tg_table_schema, tg_table_name), tg_op);
    end if;
    return null;
end $$;

create function schemaguard.fence_values() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    was jsonb := to_jsonb(old);
    now jsonb := to_jsonb(new);
begin
    if exists (
            select from schemaguard.promised_columns(tg_relid) name
            left join pg_attribute a on a.attrelid = tg_relid and a.attname = name and not a.attisdropped
            where was -> name is distinct from now -> name and not schemaguard.is_permitted(tg_relid, coalesce(a.attnum, 0::int2), 'rows')) then
        perform schemaguard.refuse_rows(tg_relid, format('%I.%I', tg_table_schema, tg_table_name), tg_op);
    end if;
    return null;
end $$;

-- The columns of a table that are promised, of it or of what it is a part or parent of, by their names in it.
create function schemaguard.promised_columns(relation oid) returns setof text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with recursive above (oid) as (
        select relation union select i.inhparent from pg_inherits i join above a on a.oid = i.inhrelid
    ), below (oid) as (
        select relation union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent
    )
    select distinct a.attname::text
    from schemaguard.promise p join pg_attribute a on a.attrelid = p.relid and a.attnum = p.attnum
    where p.attnum > 0 and p.kind = 'promised' and p.broken_since is null and (p.until is null or p.until > now())
        and p.relid in (select oid from above union select oid from below)
$$;

-- For a migration that updates a promised table: each row is looked at until the revision has run, so that an update of
-- other columns passes. It costs the application's updates some microseconds a row, hence not for ever.
create function schemaguard.watch_values(relation oid) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    part record;
begin
    for part in
        with recursive related (oid) as (
            select relation union select i.inhrelid from pg_inherits i join related r on r.oid = i.inhparent
        )
        select format('%I.%I', n.nspname, c.relname) as name, c.relkind, c.relispartition from related r
        join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
        where not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_schemaguard_values')
            and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_schemaguard_rows')
        order by r.oid
    loop
        -- A partitioned table's row triggers are cloned to its partitions.
        continue when part.relispartition and part.relkind = 'r' and exists (
            select from pg_trigger t where t.tgrelid = to_regclass(part.name) and t.tgname = 'zz_schemaguard_values');
        execute format(
            'create trigger zz_schemaguard_values after update on %s for each row '
            'when (current_setting(''schemaguard.revision'', true) <> '''' and old.* is distinct from new.*) '
            'execute function schemaguard.fence_values()', part.name);
        execute format('alter table %s enable always trigger zz_schemaguard_values', part.name);
    end loop;
end $$;

create function schemaguard.unwatch_values() returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    name text;
begin
    for name in
        select format('%I.%I', n.nspname, c.relname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace where t.tgname = 'zz_schemaguard_values' and t.tgparentid = 0
    loop
        execute format('drop trigger zz_schemaguard_values on %s', name);
    end loop;
end $$;

-- The two triggers of a promised table that stay.
create function schemaguard.fence_table(relation oid) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    name text := (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation and c.relkind in ('r', 'p'));
begin
    if name is null then
        return;
    end if;
    if not exists (select from pg_trigger t where t.tgrelid = relation and t.tgname = 'zz_schemaguard_truncate') then
        execute format('create trigger zz_schemaguard_truncate before truncate on %s for each statement execute function schemaguard.fence_rows()', name);
        execute format('alter table %s enable always trigger zz_schemaguard_truncate', name);
    end if;
    if not exists (select from pg_trigger t where t.tgrelid = relation and t.tgname = 'zz_schemaguard_rows') then
        execute format(
            'create trigger zz_schemaguard_rows before update or delete on %s for each statement '
            'when (current_setting(''schemaguard.revision'', true) <> '''') execute function schemaguard.fence_rows()', name);
        execute format('alter table %s enable always trigger zz_schemaguard_rows', name);
    end if;
end $$;

-- What contracts promise, as a whole: [{schema, relation, attributes, readers, by_name, until}]. What isn't named any more
-- is promised no longer; what isn't there is left out; what is retired stays.
create function schemaguard.set_promises(wanted jsonb) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    found jsonb;
    relation oid;
begin
    perform schemaguard.anchor_again();
    with asked as (
        select c.oid as relid, n.nspname, c.relname, w -> 'readers' as readers, coalesce((w ->> 'by_name')::boolean, true) as by_name,
            (w ->> 'until')::timestamptz as until, w -> 'attributes' as attributes
        from jsonb_array_elements(wanted) w
        join pg_namespace n on n.nspname = w ->> 'schema'
        join pg_class c on c.relnamespace = n.oid and c.relname = w ->> 'relation' and c.relkind in ('r', 'p', 'f', 'v', 'm')
    ), parts (relid, parent, readers, until) as (
        select i.inhrelid, i.inhparent, a.readers, a.until from asked a, lateral (
            with recursive below (inhrelid, inhparent) as (
                select h.inhrelid, h.inhparent from pg_inherits h where h.inhparent = a.relid
                union
                select h.inhrelid, h.inhparent from pg_inherits h join below b on b.inhrelid = h.inhparent
            ) select * from below) i
    ), lines as (
        select a.relid, 0::int2 as attnum, a.nspname, a.relname, null::name as attname, null::oid as type, null::integer as typmod,
            a.by_name, a.readers, a.until, null::oid as parent
        from asked a
        union all
        select a.relid, t.attnum, a.nspname, a.relname, t.attname, t.atttypid, t.atttypmod, a.by_name, a.readers, a.until, null
        from asked a join pg_attribute t on t.attrelid = a.relid and t.attnum > 0 and not t.attisdropped
        where a.attributes ? t.attname::text
        union all
        select p.relid, 0, n.nspname, c.relname, null, null, null, false, p.readers, p.until, p.parent
        from parts p join pg_class c on c.oid = p.relid join pg_namespace n on n.oid = c.relnamespace
    )
    select coalesce(jsonb_agg(to_jsonb(one)), '[]') into found from (
        select l.relid, l.attnum, 'promised' as kind, l.nspname as relation_schema, l.relname as relation_name,
            l.attname as attribute_name, l.type, l.typmod, schemaguard.labels_of(l.type) as labels, bool_or(l.by_name) as by_name,
            array(select distinct jsonb_array_elements_text(k.readers) from lines k where (k.relid, k.attnum) = (l.relid, l.attnum) order by 1) as readers,
            case when bool_or(l.until is null) then null else max(l.until) end as until, max(l.parent) as parent,
            null::timestamptz as broken_since
        from lines l group by l.relid, l.attnum, l.nspname, l.relname, l.attname, l.type, l.typmod) one;
    delete from schemaguard.promise p where p.kind = 'promised' and not exists (
        select from jsonb_array_elements(found) f where ((f ->> 'relid')::oid, (f ->> 'attnum')::int2) = (p.relid, p.attnum));
    insert into schemaguard.promise as p select * from jsonb_populate_recordset(null::schemaguard.promise, found)
        on conflict (relid, attnum) do update set (kind, relation_schema, relation_name, attribute_name, type, typmod, labels, by_name,
                readers, until, parent, broken_since)
            = (excluded.kind, excluded.relation_schema, excluded.relation_name, excluded.attribute_name, excluded.type, excluded.typmod,
                excluded.labels, excluded.by_name, excluded.readers, excluded.until, excluded.parent, null)
        where to_jsonb(p) <> to_jsonb(excluded);
    for relation in
        with recursive related (oid) as (
            select p.relid from schemaguard.promise p where p.attnum = 0 and p.kind = 'promised'
            union
            select i.inhparent from pg_inherits i join related r on r.oid = i.inhrelid
        ) select oid from related order by oid
    loop
        begin
            perform schemaguard.fence_table(relation);
        exception when insufficient_privilege then
            null;  -- Another role's table: status says that its triggers are missing.
        end;
    end loop;
end $$;

-- A retirement and its way back move the promise along: what is retired is kept, whatever `keep` says.
create function schemaguard.promise_retired(relation oid, attribute int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into schemaguard.promise as p (relid, attnum, kind, relation_schema, relation_name, attribute_name)
        select c.oid, attribute, 'retired', n.nspname, c.relname, a.attname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = attribute and attribute > 0
        where c.oid = relation
        on conflict (relid, attnum) do update set (kind, relation_schema, relation_name, attribute_name)
            = (excluded.kind, excluded.relation_schema, excluded.relation_name, excluded.attribute_name);
    if attribute = 0 then
        -- Its columns and partitions are nobody's any more while it is out of sight.
        update schemaguard.promise p set kind = 'retired' where p.relid = relation or p.parent = relation;
        perform schemaguard.fence_table(relation);
    end if;
end $$;
revoke execute on function schemaguard.promise_retired(oid, int2) from public;

create function schemaguard.promise_restored(relation oid, attribute int2) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from schemaguard.promise p where p.kind = 'retired' and p.relid = relation and attribute in (p.attnum, 0)
$$;
revoke execute on function schemaguard.promise_restored(oid, int2) from public;

-- What is retired is kept, and what came back isn't retired: as the retired objects say.
create function schemaguard.hidden() returns table (relid oid, attnum int2)
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select c.oid, coalesce(a.attnum, 0::int2)
    from schemaguard.retired_object r
    join pg_namespace n on n.nspname = r.hidden_schema
    join pg_class c on c.relnamespace = n.oid and c.relname = r.hidden_table
    left join pg_attribute a on a.attrelid = c.oid and a.attname = r.hidden_column and not a.attisdropped
    where r.restored_at is null and r.purged_at is null and (r.hidden_column is null or a.attnum is not null)
$$;

create function schemaguard.promise_all_retired() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from schemaguard.promise p where p.kind = 'retired' and not exists (
        select from schemaguard.hidden() h where h.relid = p.relid and h.attnum in (p.attnum, 0));
    select schemaguard.promise_retired(h.relid, h.attnum) from schemaguard.hidden() h
        where not exists (select from schemaguard.promise p where (p.relid, p.attnum, p.kind) = (h.relid, h.attnum, 'retired'));
$$;
revoke execute on function schemaguard.promise_all_retired() from public;
