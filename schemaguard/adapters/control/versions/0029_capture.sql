-- What a migration changes or deletes of what somebody was promised is kept, row by row, before it is gone: a rollback gives
-- it back where nobody has written since, and a promotion changes it again. Triggers keep it, from the statement on that needs
-- them until the revision has run. The rows lie in a table of their own, each column with the type that it had, in a schema
-- that the fence keeps: who owns the table may read them, nobody else.
alter table schemaguard.fence
    add capture_rows bigint not null default 1000000,
    add capture_bytes bigint not null default 1000000000;

-- One relation in one revision.
create table schemaguard.capture (
    id bigint primary key,                 -- of the sequence of the retired objects: the rows lie in schemaguard_retired_<id>
    revision text not null,
    xid xid8 not null,
    relid oid not null,
    anchor oid not null default 'schemaguard.retired_object'::regclass,
    relation_schema name not null,
    relation_name name not null,
    within jsonb not null,                 -- [[schema, name]] of the relation and of what it was a part of
    attnums int2[] not null,
    names name[] not null,                 -- as in the table of the rows
    named name[],                          -- as they are called by now, for after a dump; null: the same
    keys name[] not null,                  -- what tells the rows apart
    watched name[] not null,               -- what was promised
    readers text[] not null,               -- to whom, such as fraud@7
    is_open boolean not null default true, -- the revision runs
    changed name[],                        -- what differs in any row
    row_count bigint not null default 0,
    captured_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),  -- when the revision's values were written there last
    purge_after timestamptz not null default now() + interval '90 days',
    given_back_at timestamptz,             -- null: the revision's values are there
    operation bigint,                      -- that gave the old values back, or wrote the revision's again
    given bigint,                          -- what came of that: rows that are as they were before it,
    changed_since bigint,                  -- rows that somebody has written since: they stay
    gone bigint,                           -- rows that somebody has deleted since: they stay away
    refused bigint,                        -- rows that a constraint or trigger refuses: they stay as well
    why text,                              -- what refused the first of these
    purged_at timestamptz
);
create index capture_relid on schemaguard.capture (relid);

create function schemaguard.refuse_capture(rel oid, why text, next text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'SG004', message = format('schemaguard: the values of %s can''t be kept before they are changed or deleted: %s',
            schemaguard.spelled(rel), why),
        hint = format('%s; or say in the revision what is lost: # schemaguard: loses %s -- why', next, schemaguard.spelled(rel));
end $$;

-- Whether what this transaction's revision does to a relation's rows is kept.
create function schemaguard.is_captured(rel oid) returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select from schemaguard.capture c where c.relid = rel and c.xid = pg_current_xact_id_if_assigned() and c.is_open)
        and exists (select from pg_trigger t where t.tgrelid = rel and t.tgname = 'zz_schemaguard_capture' and t.tgenabled = 'A');
end $$;

-- Called with the number of each row that is kept: up to the limit.
create function schemaguard.count_captured(id bigint, rel oid, n bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    most schemaguard.fence;
begin
    select * into most from schemaguard.fence;
    if n > most.capture_rows then
        perform schemaguard.refuse_capture(rel, format('there are more than %s of them', most.capture_rows), 'do it in parts');
    elsif n % 1000 = 0 and pg_total_relation_size(format('schemaguard_retired_%s.rows', id)) > most.capture_bytes then
        perform schemaguard.refuse_capture(rel, format('they are more than %s', pg_size_pretty(most.capture_bytes)), 'do it in parts');
    end if;
end $$;

-- What tells the rows of a relation apart, with the operator that its index compares by; none where nothing does, or not just
-- the `wanted` columns.
create function schemaguard.key_of(rel oid, wanted name[] default null) returns table (name name, operator text)
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select a.attname, format('operator(%I.%s)', n.nspname, o.oprname)
    from (select x.* from pg_index x where x.indrelid = rel and x.indisunique and x.indisvalid and x.indimmediate
            and x.indpred is null and x.indexprs is null and not exists (
                select from unnest(x.indkey::int2[]) with ordinality k (attnum, place) join pg_attribute b on b.attrelid = rel and b.attnum = k.attnum
                where k.place <= x.indnkeyatts and not b.attnotnull)
            and (wanted is null or (select array_agg(b.attname order by b.attname) from unnest(x.indkey::int2[]) with ordinality k (attnum, place)
                join pg_attribute b on b.attrelid = rel and b.attnum = k.attnum where k.place <= x.indnkeyatts) = (select array_agg(w order by w) from unnest(wanted) w))
        order by x.indisprimary desc, x.indexrelid limit 1) x,
        unnest(x.indkey::int2[], x.indclass::oid[]) with ordinality k (attnum, class, place)
    join pg_attribute a on a.attrelid = rel and a.attnum = k.attnum
    join pg_opclass c on c.oid = k.class
    join pg_amop m on m.amopfamily = c.opcfamily and m.amoplefttype = c.opcintype and m.amoprighttype = c.opcintype and m.amopstrategy = 3
    join pg_operator o on o.oid = m.amopopr join pg_namespace n on n.oid = o.oprnamespace
    where k.place <= x.indnkeyatts order by k.place;
end $$;

-- The columns that say in which partition a row lies.
create function schemaguard.partition_key(rel oid) returns setof name
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    with recursive above (oid) as (
        select i.inhparent from pg_inherits i where i.inhrelid = rel union select i.inhparent from pg_inherits i join above a on a.oid = i.inhrelid)
    select distinct b.attname
    from above join pg_partitioned_table p on p.partrelid = above.oid
    -- They are part of the table: see StorePartitionKey() in src/backend/catalog/heap.c.
    join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = p.partrelid and d.objsubid > 0 and d.deptype = 'i'
        and d.refclassid = 'pg_class'::regclass and d.refobjid = p.partrelid and d.refobjsubid = 0
    join pg_attribute a on a.attrelid = p.partrelid and a.attnum = d.objsubid
    join pg_attribute b on b.attrelid = rel and b.attname = a.attname and not b.attisdropped;
end $$;

-- Begins to keep what is promised of a relation, of what inherits it, and of what its foreign keys delete or set along; how
-- many relations that is. 0: nobody relies on any.
create function schemaguard.begin_capture(rel oid, revision text) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    part oid;
    made integer := 0;
begin
    for part in
        with recursive reached (oid) as (
            select rel
            union
            select next.oid from reached r, lateral (
                select i.inhrelid from pg_inherits i where i.inhparent = r.oid
                union all
                select k.conrelid from pg_constraint k where k.contype = 'f' and k.confrelid = r.oid
                    and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))) next (oid))
        select r.oid from reached r join pg_class c on c.oid = r.oid where c.relkind = 'r' order by r.oid
    loop
        if exists (select from schemaguard.promised_columns(part)) then
            perform schemaguard.capture_relation(part, revision);
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;

create function schemaguard.capture_relation(rel oid, revision text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    c schemaguard.capture;
    grave name;
    k pg_class;
    promised name[] := array(select p::name from schemaguard.promised_columns(rel) p);
    fixed name[] := array(select schemaguard.partition_key(rel));
    listed text;
begin
    perform schemaguard.require_owner(rel);
    select q.* into c from schemaguard.capture q where q.relid = rel and q.xid = pg_current_xact_id_if_assigned() and q.is_open;
    if found then
        if not schemaguard.is_captured(rel) then
            perform schemaguard.refuse_capture(rel, 'the same revision has disabled what keeps them', 'do that in a revision of its own');
        elsif exists (select from unnest(c.attnums, c.names) u (attnum, was)
                left join pg_attribute kept on kept.attrelid = schemaguard.captured_rows(c) and kept.attname = u.was
                left join pg_attribute a on a.attrelid = rel and a.attnum = u.attnum and not a.attisdropped
                where (a.attname, a.atttypid, a.atttypmod) is distinct from (u.was, kept.atttypid, kept.atttypmod)) then
            perform schemaguard.refuse_capture(rel, 'the same revision has changed its columns after it had changed rows', 'change its columns in a revision before');
        end if;
        return;
    end if;
    c := null;
    select q.* into strict k from pg_class q where q.oid = rel;
    if k.relforcerowsecurity and exists (select from pg_roles r where r.oid = k.relowner and not r.rolsuper and not r.rolbypassrls) then
        perform schemaguard.refuse_capture(rel, 'its policies hold for its owner as well, who has to give them back', 'ALTER TABLE … NO FORCE ROW LEVEL SECURITY');
    end if;
    if exists (select from schemaguard.retired_object r join pg_attribute a on a.attrelid = rel and a.attnum = r.of_attnum
            where r.restored_at is null and r.purged_at is null and schemaguard.hidden_relation(r) = rel and a.attname = any (promised)) then
        perform schemaguard.refuse_capture(rel, 'a column has another type by now, and its values of before are kept beside it', 'wait until that is purged');
    end if;
    select array_agg(a.attnum order by a.attnum), array_agg(a.attname order by a.attnum),
        array_agg(a.attname order by a.attnum) filter (where a.attidentity <> 'a' and not schemaguard.is_permitted(rel, a.attnum, 'rows') and (a.attname = any (promised)
            -- What is computed from others changes with them.
            or exists (select from pg_attribute g where g.attrelid = rel and g.attname = any (promised) and g.attgenerated <> '')))
        into c.attnums, c.names, c.watched
        from pg_attribute a where a.attrelid = rel and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
    c.watched := coalesce(c.watched, '{}');
    c.keys := array(select q.name from schemaguard.key_of(rel) q);
    if c.keys = '{}' or not c.keys <@ c.names then
        perform schemaguard.refuse_capture(rel, 'nothing tells its rows apart', 'give it a primary key in a revision before');
    end if;
    with recursive above (oid) as (select rel union select i.inhparent from pg_inherits i join above a on a.oid = i.inhrelid)
        select jsonb_agg(jsonb_build_array(n.nspname, q.relname)) into c.within
        from above a join pg_class q on q.oid = a.oid join pg_namespace n on n.oid = q.relnamespace;
    c.readers := array(
        with recursive above (oid) as (select rel union select i.inhparent from pg_inherits i join above a on a.oid = i.inhrelid),
            below (oid) as (select rel union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
        select distinct r from schemaguard.promise p, unnest(p.readers) r
        where p.kind = 'promised' and p.broken_since is null and (p.until is null or p.until > now()) and p.relid in (select oid from above union select oid from below)
        order by r);
    c.id := nextval(pg_get_serial_sequence('schemaguard.retired_object', 'id'));
    grave := 'schemaguard_retired_' || c.id;
    listed := (select string_agg(quote_ident(x), ', ' order by n) from unnest(c.names) with ordinality u(x, n));
    -- What is permitted here ends here: whether the revision breaks a shape is looked at when it commits.
    perform schemaguard.allow(rel, (-1)::int2, 'drop', 'captured as ' || c.id);
    execute format('create schema %I', grave);
    execute format('create table %I.rows as select 0::bigint as __retired_n, ''o''::"char" as __retired_image, %s from only %s with no data', grave, listed, schemaguard.spelled(rel));
    execute format('create index on %I.rows (__retired_n)', grave);
    execute format('create sequence %I.n', grave);
    execute format('create function %I.keep() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L', grave,
        format($body$
        declare
            n bigint;
        begin
            if tg_op = 'UPDATE' then
                if %7$s then
                    perform schemaguard.refuse_capture(tg_relid, 'a row would move to another partition', 'delete and insert it instead');
                elsif %8$s then
                    perform schemaguard.refuse_capture(tg_relid, 'a row would get another key, which is what tells it apart', 'delete and insert it instead');
                elsif tg_when = 'BEFORE' then
                    return new;
                elsif not (%1$s) then
                    return null;
                end if;
            end if;
            n := nextval('%2$I.n');
            perform schemaguard.count_captured(%3$s, tg_relid, n);
            if tg_op = 'INSERT' then
                insert into %2$I.rows (__retired_n, __retired_image, %4$s) values (n, 'i', %6$s);
            elsif tg_op = 'DELETE' then
                insert into %2$I.rows (__retired_n, __retired_image, %4$s) values (n, 'd', %5$s);
            else
                insert into %2$I.rows (__retired_n, __retired_image, %4$s) values (n, 'o', %5$s), (n, 'n', %6$s);
            end if;
            return null;
        end $body$,
        schemaguard.any_differs(c.watched, 'old', 'new'), grave, c.id, listed,
        (select string_agg('old.' || quote_ident(x), ', ' order by n) from unnest(c.names) with ordinality u(x, n)),
        (select string_agg('new.' || quote_ident(x), ', ' order by n) from unnest(c.names) with ordinality u(x, n)),
        schemaguard.any_differs(fixed, 'old', 'new'), schemaguard.any_differs(c.keys, 'old', 'new')));
    execute format('create trigger zz_schemaguard_capture after insert or update or delete on %s for each row execute function %I.keep()', schemaguard.spelled(rel), grave);
    execute format('alter table %s enable always trigger zz_schemaguard_capture', schemaguard.spelled(rel));
    if fixed <> '{}' then
        execute format('create trigger zz_schemaguard_capture_moved before update on %s for each row execute function %I.keep()', schemaguard.spelled(rel), grave);
        execute format('alter table %s enable always trigger zz_schemaguard_capture_moved', schemaguard.spelled(rel));
    end if;
    insert into schemaguard.capture (id, revision, xid, relid, relation_schema, relation_name, within, attnums, names, keys, watched, readers)
        select c.id, revision, pg_current_xact_id(), rel, n.nspname, k.relname, c.within, c.attnums, c.names, c.keys, c.watched, c.readers
        from pg_namespace n where n.oid = k.relnamespace;
    perform schemaguard.promise_retired(format('%I.rows', grave)::regclass, 0::int2);
    perform schemaguard.end_acts();
end $$;

-- Whether one of these columns isn't the same in two rows, byte by byte: no function of a type's owner is called.
create function schemaguard.any_differs(columns name[], one text, other text) returns text
    language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(string_agg(format('record_image_ne(row(%2$s.%1$I), row(%3$s.%1$I))', x, one, other), ' or '), 'false') from unnest(columns) x
$$;

-- TRUNCATE fires no trigger for a row: all of them are kept before it.
create function schemaguard.capture_all(rel oid) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
    c schemaguard.capture;
    listed text;
    kept bigint;
begin
    select q.* into strict c from schemaguard.capture q where q.relid = rel and q.xid = pg_current_xact_id() and q.is_open;
    listed := (select string_agg(quote_ident(x), ', ' order by n) from unnest(c.names) with ordinality u(x, n));
    execute format('insert into schemaguard_retired_%1$s.rows (__retired_n, __retired_image, %2$s) '
        'select nextval(''schemaguard_retired_%1$s.n''), ''d'', %2$s from only %3$s limit %4$s', c.id, listed, schemaguard.spelled(rel),
        (select f.capture_rows + 1 from schemaguard.fence f));
    execute format('select coalesce(max(__retired_n), 0) from schemaguard_retired_%s.rows', c.id) into kept;
    perform schemaguard.count_captured(c.id, rel, kept);
    perform schemaguard.count_captured(c.id, rel, 0);
end $$;

create or replace function schemaguard.fence_rows() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- A subscriber applies what its publisher did.
    if tg_op = 'TRUNCATE' and current_setting('session_replication_role') = 'replica'
        and (select a.backend_type from pg_stat_get_activity(pg_backend_pid()) a) like 'logical replication%' then
        return null;
    end if;
    if schemaguard.is_captured(tg_relid) then
        if tg_op = 'TRUNCATE' then
            perform schemaguard.capture_all(tg_relid);
        end if;
        return null;
    end if;
    -- A partitioned table has no rows of its own: those of its partitions are all kept.
    if exists (select from pg_class c where c.oid = tg_relid and c.relkind = 'p') and exists (
            select from schemaguard.capture c where c.xid = pg_current_xact_id_if_assigned() and c.is_open) and not exists (
            with recursive below (oid) as (select tg_relid union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
            select from below b join pg_class c on c.oid = b.oid where c.relkind <> 'p' and not schemaguard.is_captured(b.oid)) then
        return null;
    end if;
    -- Where each row is looked at, only promised values that differ count.
    if tg_op <> 'UPDATE' or not exists (select from pg_trigger t where t.tgrelid = tg_relid and t.tgname = 'zz_schemaguard_values' and t.tgenabled = 'A') then
        perform schemaguard.refuse_rows(tg_relid, format('%I.%I', tg_table_schema, tg_table_name), tg_op);
    end if;
    return null;
end $$;

create or replace function schemaguard.fence_values() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    was jsonb;
    now jsonb;
begin
    if schemaguard.is_captured(tg_relid) then
        return null;
    end if;
    was := to_jsonb(old);
    now := to_jsonb(new);
    if exists (
            select from schemaguard.promised_columns(tg_relid) name
            left join pg_attribute a on a.attrelid = tg_relid and a.attname = name and not a.attisdropped
            where was -> name is distinct from now -> name and not schemaguard.is_permitted(tg_relid, coalesce(a.attnum, 0::int2), 'rows')) then
        perform schemaguard.refuse_rows(tg_relid, format('%I.%I', tg_table_schema, tg_table_name), tg_op);
    end if;
    return null;
end $$;

-- The revision has run: the triggers go, and of each row that was there before it what it was, and what it is now, stays.
create function schemaguard.end_capture() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    number bigint;
begin
    for number in select q.id from schemaguard.capture q where q.xid = pg_current_xact_id_if_assigned() and q.is_open order by q.id loop
        perform schemaguard.end_capture_of(number);
    end loop;
end $$;

create function schemaguard.end_capture_of(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    c schemaguard.capture;
    grave text := 'schemaguard_retired_' || id;
    by_key text;
begin
    select q.* into strict c from schemaguard.capture q where q.id = id;
    begin
        perform schemaguard.allow(0, (-1)::int2, 'drop', 'the capture ' || id || ' ends');
        perform schemaguard.drop_capture_triggers(c.relid);
    exception when object_in_use then
        -- What its statements have put off to the end of the transaction comes first, and is permitted nothing.
        set constraints all immediate;
        perform schemaguard.allow(0, (-1)::int2, 'drop', 'the capture ' || id || ' ends');
        perform schemaguard.drop_capture_triggers(c.relid);
    end;
    -- It is looked at every 1,000 rows, which may be large.
    perform schemaguard.count_captured(id, c.relid, 0);
    execute format('drop function if exists %s.keep()', grave);
    execute format('drop sequence if exists %s.n', grave);
    by_key := (select string_agg('r.' || quote_ident(x), ', ' order by n) from unnest(c.keys) with ordinality u(x, n));
    -- A row that was changed twice counts once, and one that the revision has made itself not at all.
    execute format($net$
        create table %1$s.net as
        select __retired_first_n as __retired_n,
            case when __retired_place > 1 then 'n' when __retired_last in ('n', 'i') then 'o' else 'd' end::"char" as __retired_image, %2$s
        from (select r.*, first_value(r.__retired_n) over each as __retired_first_n, first_value(r.__retired_image) over each as __retired_first,
                last_value(r.__retired_image) over each as __retired_last,
                row_number() over (partition by %3$s order by r.__retired_n, r.__retired_image in ('n', 'i')) as __retired_place,
                count(*) over each as __retired_places
            from %1$s.rows r
            window each as (partition by %3$s order by r.__retired_n, r.__retired_image in ('n', 'i') rows between unbounded preceding and unbounded following)) e
        where __retired_first <> 'i' and (__retired_place = 1 or __retired_place = __retired_places and __retired_last in ('n', 'i'))$net$,
        grave, (select string_agg(quote_ident(x), ', ' order by n) from unnest(c.names) with ordinality u(x, n)), by_key);
    execute format('drop table %s.rows', grave);
    execute format('alter table %s.net rename to rows', grave);
    execute format('create index on %s.rows (__retired_n)', grave);
    execute format('delete from %1$s.rows r using %1$s.rows o, %1$s.rows n where o.__retired_n = r.__retired_n and n.__retired_n = r.__retired_n '
        'and o.__retired_image = ''o'' and n.__retired_image = ''n'' and not (%2$s)', grave, schemaguard.any_differs(c.watched, 'o', 'n'));
    execute format('select count(*) filter (where __retired_image <> ''n'') from %s.rows', grave) into c.row_count;
    if c.row_count = 0 then
        execute format('drop schema %s cascade', grave);
        delete from schemaguard.capture q where q.id = id;
    else
        execute format('select array_remove(array[%1$s], null) from %2$s.rows o join %2$s.rows n on n.__retired_n = o.__retired_n and n.__retired_image = ''n'' where o.__retired_image = ''o''',
            (select coalesce(string_agg(format('case when bool_or(record_image_ne(row(o.%1$I), row(n.%1$I))) then %1$L::name end', x), ', '), 'null::name') from unnest(c.watched) x), grave)
            into c.changed;
        execute format('analyze %s.rows', grave);
        update schemaguard.capture q set is_open = false, row_count = c.row_count, changed = c.changed where q.id = id;
        perform schemaguard.promise_retired(format('%s.rows', grave)::regclass, 0::int2);
    end if;
    perform schemaguard.end_acts();
end $$;

create function schemaguard.drop_capture_triggers(rel oid) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    name name;
begin
    for name in select t.tgname from pg_trigger t where t.tgrelid = rel and t.tgname in ('zz_schemaguard_capture', 'zz_schemaguard_capture_moved') loop
        execute format('drop trigger %I on %s', name, schemaguard.spelled(rel));
    end loop;
end $$;

-- A transaction that ends in the middle of a revision, as at an autocommit block, leaves no trigger behind.
create function schemaguard.capture_commit() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from schemaguard.capture q where q.id = new.id and q.is_open) then
        perform schemaguard.end_capture_of(new.id);
    end if;
    return null;
end $$;
create constraint trigger capture_commit after insert on schemaguard.capture
    deferrable initially deferred for each row execute function schemaguard.capture_commit();
alter table schemaguard.capture enable always trigger capture_commit;

-- By which names a capture's relation and its columns are found after a dump: whatever has changed shapes has perhaps changed these.
create function schemaguard.capture_renamed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update schemaguard.capture c set relation_schema = k.relation_schema, relation_name = k.relation_name, named = k.named
    from (select q.id, n.nspname as relation_schema, r.relname as relation_name, array(
                select a.attname from unnest(q.attnums) with ordinality u (attnum, place)
                left join pg_attribute a on a.attrelid = r.oid and a.attnum = u.attnum and not a.attisdropped order by u.place) as named
            from schemaguard.capture q join pg_class r on r.oid = q.relid join pg_namespace n on n.oid = r.relnamespace
            where q.purged_at is null and not q.is_open and q.anchor = 'schemaguard.retired_object'::regclass::oid) k
    where c.id = k.id and (c.relation_schema, c.relation_name, coalesce(c.named, c.names)) is distinct from (k.relation_schema, k.relation_name, k.named);
    return null;
end $$;
create constraint trigger capture_renamed after insert on schemaguard.touched
    deferrable initially deferred for each row execute function schemaguard.capture_renamed();

-- The relation that a capture is of, also after a dump and restore; null where it is gone.
create function schemaguard.captured_relation(c schemaguard.capture) returns oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when c.anchor = 'schemaguard.retired_object'::regclass::oid then (select k.oid from pg_class k where k.oid = c.relid and k.relkind = 'r')
        else (select k.oid from pg_class k join pg_namespace n on n.oid = k.relnamespace
            where n.nspname = c.relation_schema and k.relname = c.relation_name and k.relkind = 'r') end
$$;

-- The side table of a capture, also for who may not look into its schema; null where it is gone.
create function schemaguard.captured_rows(c schemaguard.capture) returns oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select k.oid from pg_class k join pg_namespace n on n.oid = k.relnamespace
    where n.nspname = 'schemaguard_retired_' || c.id and k.relname = 'rows'
$$;

-- Whether a type holds every value of another one.
create function schemaguard.holds_every(was oid, was_mod integer, wider oid, wider_mod integer) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select was = wider and wider_mod = -1
        or t.was in ('character varying', 'text') and t.wider in ('character varying', 'text') and (wider_mod = -1 or was_mod <> -1 and wider_mod >= was_mod)
        or (t.was, t.wider) in (('smallint', 'integer'), ('smallint', 'bigint'), ('integer', 'bigint'), ('real', 'double precision'))
        or t.wider = 'numeric' and digits is not null and (wider_mod = -1 or (has >> 16) - (has & 2047) >= digits)
        or t.was = 'numeric' and t.wider = 'numeric' and was_mod <> -1
            and (has & 2047) >= (had & 2047) and (has >> 16) - (has & 2047) >= (had >> 16) - (had & 2047)
    from (select was::regtype::text as was, wider::regtype::text as wider, was_mod - 4 as had, wider_mod - 4 as has,
        case was::regtype::text when 'smallint' then 5 when 'integer' then 10 when 'bigint' then 19 end as digits) t
$$;

create or replace function schemaguard.is_wider(relation oid, attribute int2) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from schemaguard.promise p join pg_attribute a on (a.attrelid, a.attnum) = (p.relid, p.attnum)
        where (p.relid, p.attnum) = (relation, attribute) and schemaguard.holds_every(p.type, p.typmod, a.atttypid, a.atttypmod))
$$;

-- Each column that was kept and is there still: its name then, its name now (columns are known by number), its type, and
-- whether a value of then can be put there as it is.
create function schemaguard.captured_columns(c schemaguard.capture, rel oid) returns table (was name, name name, type text, fits boolean)
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select k.attname, a.attname, format_type(a.atttypid, a.atttypmod),
        (a.atttypid, a.atttypmod) = (k.atttypid, k.atttypmod) or schemaguard.holds_every(k.atttypid, k.atttypmod, a.atttypid, a.atttypmod)
    from unnest(c.attnums, c.names, coalesce(c.named, c.names)) u (attnum, was, named)
    join pg_attribute k on k.attrelid = schemaguard.captured_rows(c) and k.attname = u.was
    join pg_attribute a on a.attrelid = rel and not a.attisdropped
        and case when c.anchor = 'schemaguard.retired_object'::regclass::oid then a.attnum = u.attnum else a.attname = u.named end
$$;

-- Why nothing of a capture can be written any more; null where it can.
create function schemaguard.capture_obstacle(c schemaguard.capture) returns text
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    rel oid := schemaguard.captured_relation(c);
    found text;
begin
    if c.purged_at is not null then
        return 'its rows were purged';
    elsif rel is null then
        return format('%I.%I is gone', c.relation_schema, c.relation_name);
    elsif schemaguard.captured_rows(c) is null then
        return 'its rows are gone';
    elsif exists (select from pg_class k join pg_roles r on r.oid = k.relowner where k.oid = rel and k.relforcerowsecurity and not r.rolsuper and not r.rolbypassrls) then
        return 'its policies hold for its owner as well: ALTER TABLE … NO FORCE ROW LEVEL SECURITY';
    end if;
    select string_agg(format('%s is %s by now', m.name, m.type), ', ') into found from schemaguard.captured_columns(c, rel) m
        where not m.fits and m.was = any (c.keys || c.watched);
    if found is not null then
        return found;
    elsif not exists (select from schemaguard.key_of(rel, array(select m.name from schemaguard.captured_columns(c, rel) m where m.was = any (c.keys)))) then
        return format('nothing tells the rows of %s apart any more as their key did', schemaguard.spelled(rel));
    end if;
    return null;
end $$;

-- The statements that write a capture's rows, back or again, each for all of them or for the one with the number `r.n`:
-- (update, insert or delete, which rows differ from what that leads to and are there, which aren't there).
create function schemaguard.capture_statements(c schemaguard.capture, is_back boolean, is_single boolean)
    returns table (updating text, moving text, differing text, missing text, came text)
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    rel oid := schemaguard.captured_relation(c);
    rows_ text := format('schemaguard_retired_%s.rows', c.id);
    there text := schemaguard.spelled(schemaguard.captured_relation(c));
    -- What is there now, and what it becomes.
    now_ text := case when is_back then 'n' else 'o' end;
    then_ text := case when is_back then 'o' else 'n' end;
    just text := case when is_single then ' and o.__retired_n = r.n' else '' end;
    by_key text;
    same text;
    reached text;
    pairs text := format('%1$s o join %1$s n on n.__retired_n = o.__retired_n and n.__retired_image = ''n''', 'schemaguard_retired_' || c.id || '.rows');
begin
    select string_agg(format('t.%I %s o.%I', m.name, k.operator, m.was), ' and ') into by_key
        from schemaguard.captured_columns(c, rel) m
        join schemaguard.key_of(rel, array(select q.name from schemaguard.captured_columns(c, rel) q where q.was = any (c.keys))) k on k.name = m.name;
    select string_agg(format('(record_image_eq(row(o.%1$I), row(n.%1$I)) or record_image_eq(row(t.%2$I), row(%4$s.%1$I::%3$s)))', m.was, m.name, m.type, now_), ' and ') into same
        from schemaguard.captured_columns(c, rel) m where m.was = any (c.changed);
    select format('update only %s t set %s from %s where o.__retired_image = ''o''%s and %s and %s', there,
            string_agg(format('%2$I = case when record_image_ne(row(o.%1$I), row(n.%1$I)) then %4$s.%1$I::%3$s else t.%2$I end', m.was, m.name, m.type, then_), ', '), pairs, just, by_key, same)
        into updating from schemaguard.captured_columns(c, rel) m where m.was = any (c.changed) having count(*) > 0;
    -- How many are there as they were to be, and how many weren't written although nobody has written them since: a trigger of the table does that.
    select coalesce(string_agg(format('(record_image_eq(row(o.%1$I), row(n.%1$I)) or record_image_eq(row(t.%2$I), row(%4$s.%1$I::%3$s)))', m.was, m.name, m.type, then_), ' and '), 'false') into reached
        from schemaguard.captured_columns(c, rel) m where m.was = any (c.changed);
    came := format('select count(*) filter (where u.is_there), count(*) filter (where u.is_standing and not u.is_there) from (select %s as is_there, %s as is_standing from %s, only %s t where o.__retired_image = ''o'' and %s union all %s) u',
        reached, coalesce(same, 'false'), pairs, there, by_key, case
            when is_back then (select format('select t.tableoid is not null and %s, t.tableoid is null from %s o left join lateral (select t.tableoid, t.* from only %s t where %s) t on true where o.__retired_image = ''d''',
                coalesce(string_agg(format('record_image_eq(row(t.%I), row(o.%I::%s))', m.name, m.was, m.type), ' and ') filter (where m.was = any (c.watched)), 'true'), rows_, there, by_key)
                from schemaguard.captured_columns(c, rel) m)
            else (select format('select false, t.tableoid is not null and %s from %s o left join lateral (select t.tableoid, t.* from only %s t where %s) t on true where o.__retired_image = ''d''',
                string_agg(format('record_image_eq(row(t.%I), row(o.%I::%s))', m.name, m.was, m.type), ' and '), rows_, there, by_key)
                from schemaguard.captured_columns(c, rel) m) end);
    if is_back then
        select format('insert into %s (%s) overriding system value select %s from %s o where o.__retired_image = ''d''%s and not exists (select from only %s t where %s)', there,
                string_agg(quote_ident(m.name), ', '), string_agg(format('o.%I::%s', m.was, m.type), ', '), rows_, just, there, by_key)
            into moving from schemaguard.captured_columns(c, rel) m;
    else
        select format('delete from only %s t using %s o where o.__retired_image = ''d''%s and %s and %s', there, rows_, just, by_key,
                string_agg(format('record_image_eq(row(t.%2$I), row(o.%1$I::%3$s))', m.was, m.name, m.type), ' and '))
            into moving from schemaguard.captured_columns(c, rel) m;
    end if;
    -- Before anything is written: rows that stay as they are, for somebody has written or deleted them.
    differing := format('select count(*) from (select from %s, only %s t where o.__retired_image = ''o'' and %s and not (%s)) d', pairs, there, by_key, coalesce(same, 'true'));
    if is_back then
        differing := format('select (%s) + (select count(*) from %s o where o.__retired_image = ''d'' and exists (select from only %s t where %s))', differing, rows_, there, by_key);
    else
        differing := format('select (%s) + (select count(*) from %s o, only %s t where o.__retired_image = ''d'' and %s and not (%s))', differing, rows_, there, by_key,
            (select string_agg(format('record_image_eq(row(t.%2$I), row(o.%1$I::%3$s))', m.was, m.name, m.type), ' and ') from schemaguard.captured_columns(c, rel) m));
    end if;
    missing := format('select count(*) from %s o where o.__retired_image %s and not exists (select from only %s t where %s)', rows_,
        case when is_back then '= ''o''' else 'in (''o'', ''d'')' end, there, by_key);
    return next;
end $$;

-- How many of a capture's rows would stay as they are: written since, deleted since. Null where that can't be counted without
-- running somebody's code.
create function schemaguard.capture_standing(c schemaguard.capture, out changed_since bigint, out gone bigint)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
    texts record;
    rel oid := schemaguard.captured_relation(c);
begin
    if schemaguard.capture_obstacle(c) is not null or exists (
            -- What is written before it says what it finds.
            select from schemaguard.capture q where q.relid = c.relid and q.purged_at is null and not q.is_open
                and case when c.given_back_at is null then q.id > c.id and q.given_back_at is null else q.id < c.id and q.given_back_at is not null end) or exists (
            select from schemaguard.captured_columns(c, rel) m join pg_attribute a on a.attrelid = rel and a.attname = m.name join pg_type t on t.oid = a.atttypid
            where m.was = any (c.keys) and t.oid >= 16384) then
        return;
    end if;
    select * into texts from schemaguard.capture_statements(c, c.given_back_at is null, false);
    execute texts.differing into changed_since;
    execute texts.missing into gone;
end $$;

-- Gives back what a revision changed or deleted (`is_back`), or writes it again, with the rights of the table's owner. A row
-- that says by now what the other side didn't write stays as it is, and so does one that is gone, or that a constraint or a
-- trigger refuses. False: that was done before.
create function schemaguard.carry_values(id bigint, is_back boolean, operation bigint default null) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    c schemaguard.capture;
    rel oid;
    grave text := 'schemaguard_retired_' || id;
    why text;
    told text[];
begin
    select q.* into c from schemaguard.capture q where q.id = id for update;
    if not found or (c.given_back_at is not null) = is_back then
        return false;
    end if;
    why := schemaguard.capture_obstacle(c);
    if why is not null then
        raise exception using errcode = 'SG010', message = format('the values of %I.%I that revision %s changed can''t be written: %s', c.relation_schema, c.relation_name, c.revision, why),
            detail = jsonb_build_object('object', format('%I.%I', c.relation_schema, c.relation_name), 'next', 'set them right in a migration; nothing was changed')::text;
    end if;
    rel := schemaguard.captured_relation(c);
    perform schemaguard.require_owner(rel);
    execute (select format('grant usage on schema %1$s to %2$I; grant select on %1$s.rows to %2$I', grave, pg_get_userbyid(k.relowner)) from pg_class k where k.oid = rel);
    perform schemaguard.as_owner(rel, format('do %L', format($body$
        declare
            r record;
            updated bigint := 0;
            moved bigint := 0;
            absent bigint := 0;
            reached bigint;
            standing bigint;
            refused bigint := 0;
            counted bigint;
            why text;
            given bigint;
        begin
            set constraints all immediate;
            begin
                %1$s
                get diagnostics updated = row_count;
                %2$s
                get diagnostics moved = row_count;
            exception when others or assert_failure then
                if sqlstate ~ '^(40|53|55|57|58)' then
                    raise;
                end if;
                -- One of them can't be had: each by itself, and again as long as one lets another one in.
                updated := 0;
                moved := 0;
                loop
                    given := updated + moved;
                    refused := 0;
                    for r in select __retired_n as n from %6$s.rows where __retired_image in ('o', 'd') order by 1 loop
                        begin
                            %3$s
                            get diagnostics counted = row_count;
                            updated := updated + counted;
                            %4$s
                            get diagnostics counted = row_count;
                            moved := moved + counted;
                        exception when others or assert_failure then
                            if sqlstate ~ '^(40|53|55|57|58)' then
                                raise;
                            end if;
                            refused := refused + 1;
                            why := coalesce(why, sqlerrm);
                        end;
                    end loop;
                    exit when refused = 0 or updated + moved = given;
                end loop;
            end;
            %5$s into absent;
            %7$s into reached, standing;
            perform set_config('schemaguard.carried', array[updated::text, moved::text, absent::text, reached::text, standing::text, why]::text, true);
        end $body$,
        coalesce(all_.updating || ';', 'perform from pg_class where false;'), all_.moving || ';',
        coalesce(one.updating || ';', 'perform from pg_class where false;'), one.moving || ';', all_.missing, grave, all_.came)))
        from schemaguard.capture_statements(c, is_back, false) all_, schemaguard.capture_statements(c, is_back, true) one;
    told := current_setting('schemaguard.carried')::text[];
    why := null;
    -- Whoever owns the table later is somebody else.
    execute (select format('revoke usage on schema %1$s from %2$I; revoke select on %1$s.rows from %2$I', grave, pg_get_userbyid(k.relowner)) from pg_class k where k.oid = rel);
    -- What was just deleted is missing as well.
    c.given := told[4]::bigint + case when is_back then 0 else told[2]::bigint end;
    c.gone := told[3]::bigint - case when is_back then 0 else told[2]::bigint end;
    c.changed_since := c.row_count - c.given - c.gone - told[5]::bigint;
    -- Rows that were written and say something else all the same: a trigger changed them.
    c.refused := least(c.changed_since, greatest(0, told[1]::bigint + told[2]::bigint - c.given));
    c.changed_since := c.changed_since - c.refused;
    c.refused := c.refused + told[5]::bigint;
    if c.refused > 0 then
        why := coalesce(told[6], 'a trigger of the table holds or changes them');
    end if;
    update schemaguard.capture q set given_back_at = case when is_back then now() end, changed_at = case when is_back then q.changed_at else now() end,
        operation = operation, given = c.given, changed_since = c.changed_since, gone = c.gone, refused = c.refused, why = why where q.id = id;
    -- What the guard wrote down of it is undone with it, and in force again with it.
    update schemaguard.applied_change a set undone_at = case when is_back then now() end, undone_by = case when is_back then operation end
        where a.id in (select schemaguard.captured_changes(c));
    return true;
end $$;

-- What the guard wrote down of the statements whose rows a capture has.
create function schemaguard.captured_changes(c schemaguard.capture) returns setof bigint
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select a.id from schemaguard.applied_change a
    where a.revision = c.revision and a.change -> 'kinds' ->> 0 in ('UpdateRows', 'DeleteRows', 'TruncateTable')
        and exists (select from jsonb_array_elements(a.change -> 'tables') t where c.within @> jsonb_build_array(jsonb_build_array(coalesce(t ->> 0, 'public'), t ->> 1)))
$$;

-- The side tables are kept as what is retired is.
create or replace function schemaguard.hidden() returns table (relid oid, attnum int2)
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select c.oid, coalesce(a.attnum, 0::int2)
    from schemaguard.retired_object r
    join pg_namespace n on n.nspname = r.hidden_schema
    join pg_class c on c.relnamespace = n.oid and c.relname = r.hidden_table
    left join pg_attribute a on a.attrelid = c.oid and a.attname = r.hidden_column and not a.attisdropped
    where r.restored_at is null and r.purged_at is null and (r.hidden_column is null or a.attnum is not null)
    union all
    select c.oid, 0::int2
    from schemaguard.capture k join pg_namespace n on n.nspname = 'schemaguard_retired_' || k.id
    join pg_class c on c.relnamespace = n.oid and c.relname = 'rows'
    where k.purged_at is null
$$;

create function schemaguard.purge_capture(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
    update schemaguard.capture c set purged_at = now() where c.id = id and c.purged_at is null;
    if found then
        perform schemaguard.permit_acts(format('schemaguard_retired_%s.rows', id)::regclass, 0::int2, 'purged ' || id);
        execute format('drop schema schemaguard_retired_%s cascade', id);
        perform schemaguard.end_acts();
    end if;
end $$;

create trigger refuse_migration before insert or update or delete on schemaguard.capture
    for each statement execute function schemaguard.refuse_migration();
alter table schemaguard.capture enable always trigger refuse_migration;
create trigger record_row after insert or update or delete on schemaguard.capture
    for each row execute function schemaguard.record_row('id');
alter table schemaguard.capture enable always trigger record_row;
create trigger not_truncated before truncate on schemaguard.capture
    for each statement execute function schemaguard.refuse_truncate();

-- What only looks at the catalog is for everybody who may read `capture`: what they show of it.
revoke execute on function schemaguard.refuse_capture(oid, text, text), schemaguard.is_captured(oid), schemaguard.count_captured(bigint, oid, bigint),
    schemaguard.begin_capture(oid, text), schemaguard.capture_relation(oid, text),
    schemaguard.any_differs(name[], text, text), schemaguard.capture_all(oid), schemaguard.end_capture(), schemaguard.end_capture_of(bigint),
    schemaguard.drop_capture_triggers(oid), schemaguard.capture_statements(schemaguard.capture, boolean, boolean),
    schemaguard.capture_standing(schemaguard.capture), schemaguard.carry_values(bigint, boolean, bigint),
    schemaguard.purge_capture(bigint), schemaguard.capture_renamed() from public;
