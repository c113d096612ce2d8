-- Which session runs a revision: written down where no statement of the revision reaches it. A setting alone is taken back
-- by RESET ALL, or by a function with a setting of its own.
create unlogged table schemaguard.migrating (
    pid integer primary key,
    started timestamptz not null,          -- the session, for numbers of processes come again
    revision text not null,
    token bytea not null                   -- SHA-256 of what the guard says when the revision is over
);

create function schemaguard.session_start() returns timestamptz
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(a.backend_start, '-infinity') from pg_stat_get_activity(pg_backend_pid()) a
$$;

create function schemaguard.begin_revision(revision text, token text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from schemaguard.migrating m where not exists (
        select from pg_stat_get_activity(null) a where a.pid = m.pid and coalesce(a.backend_start, m.started) = m.started);
    insert into schemaguard.migrating as m (pid, started, revision, token)
        values (pg_backend_pid(), schemaguard.session_start(), begin_revision.revision, sha256(convert_to(begin_revision.token, 'UTF8')))
        on conflict (pid) do update set revision = excluded.revision where m.token = excluded.token;
    perform set_config('schemaguard.revision', revision, false);
end $$;

create function schemaguard.end_revision(token text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from schemaguard.migrating m where m.pid = pg_backend_pid() and m.token = sha256(convert_to(end_revision.token, 'UTF8'));
    perform set_config('schemaguard.revision', '', false);
end $$;

-- Asked for every UPDATE and DELETE of a promised table, by whoever sends it.
create function schemaguard.is_migrating() returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if current_setting('schemaguard.revision', true) <> '' then
        return true;
    end if;
    return exists (select from schemaguard.migrating m where m.pid = pg_backend_pid() and m.started = schemaguard.session_start());
end $$;

create or replace function schemaguard.hatch() returns text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select nullif(current_setting('schemaguard.permit', true), '')
    where not schemaguard.is_migrating() and schemaguard.is_operator()
$$;

create or replace function schemaguard.fence_table(relation oid) returns void
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
        execute format('create trigger zz_schemaguard_rows before update or delete on %s for each statement '
            'when (schemaguard.is_migrating()) execute function schemaguard.fence_rows()', name);
        execute format('alter table %s enable always trigger zz_schemaguard_rows', name);
    end if;
    update schemaguard.promise p set is_fenced = true where p.relid = relation and p.attnum = 0 and p.is_fenced is distinct from true;
end $$;

-- A trigger of ours that has another name, or is gone, is missed when the transaction commits.
alter table schemaguard.promise add column is_fenced boolean;

create function schemaguard.fence_triggers() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    bare text;
begin
    select format('%I.%I', p.relation_schema, p.relation_name) into bare
    from schemaguard.promise p join pg_class c on c.oid = p.relid
    where p.attnum = 0 and p.is_fenced and p.kind = 'promised' and schemaguard.is_live(p) and 2 > (
        select count(*) from pg_trigger t where t.tgrelid = p.relid and t.tgname in ('zz_schemaguard_truncate', 'zz_schemaguard_rows'))
    limit 1;
    if bare is not null and schemaguard.hatch() is null then
        raise exception using errcode = 'SG005', message = format('schemaguard: this would take away what guards %s', bare),
            hint = 'schemaguard fence --off takes the fence down, and says so in status';
    end if;
    return null;
end $$;
create constraint trigger fence_triggers after insert on schemaguard.touched
    deferrable initially deferred for each row execute function schemaguard.fence_triggers();
alter table schemaguard.touched enable always trigger fence_triggers;

-- No statement of a revision writes what is kept here, whoever runs it: only our own functions do, as who owns the table.
create function schemaguard.refuse_migration() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if current_user <> pg_get_userbyid((select c.relowner from pg_class c where c.oid = tg_relid)) and schemaguard.is_migrating() then
        raise exception using errcode = 'SG005', message = format('schemaguard: a migration may not write %I.%I', tg_table_schema, tg_table_name),
            hint = 'leave it to schemaguard''s own commands';
    end if;
    return null;
end $$;

do $$
declare
    each name;
begin
    -- What commands keep there while a folder of SQL is applied, or a column is filled, is theirs.
    for each in select c.relname from pg_class c where c.relnamespace = 'schemaguard'::regnamespace and c.relkind = 'r'
            and c.relname not in ('sql_migration', 'backfill', 'server_lease', 'touched', 'unrecorded') loop
        execute format('create trigger refuse_migration before insert or update or delete on schemaguard.%I '
            'for each statement execute function schemaguard.refuse_migration()', each);
        execute format('alter table schemaguard.%I enable always trigger refuse_migration', each);
    end loop;
end $$;

create or replace function schemaguard.watch_values(relation oid) returns void
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
        execute format('create trigger zz_schemaguard_values after update on %s for each row '
            'when (old.* is distinct from new.* and schemaguard.is_migrating()) execute function schemaguard.fence_values()', part.name);
        execute format('alter table %s enable always trigger zz_schemaguard_values', part.name);
    end loop;
end $$;

revoke execute on all functions in schema schemaguard from public;
grant execute on function schemaguard.is_migrating(), schemaguard.refuse_migration() to public;
